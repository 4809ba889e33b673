"""Losses: how wrong the outputs Z are for the labels Y, and the gradient that says which way.

A loss is pure: `value(Z, Y)` returns a float, `grad(Z, Y)` an array like Z, and neither
changes its arguments. Z and Y have the same shape (m, k): one example per row. Each is a
mean over the m examples, so the factor 1/m lives here and nowhere else.

Both methods raise ShapeError when the shapes of Z and Y differ, and ValueError for text,
NaN, infinities, an empty batch or labels that the loss cannot mean.
"""

import numpy as np

from course_lib.activations import sigmoid, softmax
from course_lib.checks import ShapeError, expect, expect_finite, floats

__all__ = [
    "BINARY_CROSS_ENTROPY",
    "MSE",
    "SOFTMAX_CROSS_ENTROPY",
    "BinaryCrossEntropy",
    "Loss",
    "MeanSquaredError",
    "SoftmaxCrossEntropy",
]


class Loss:
    """What all losses share: `value`, `grad`, and the checks on what they are given.

    `classifies` says whether the labels are classes, so that an accuracy has a meaning.
    """

    name = "a loss"
    classifies = True

    def __repr__(self):
        return self.name

    def _checked(self, Z, Y):
        Z, Y = floats(self.name, "Z", Z), floats(self.name, "Y", Y)
        if Z.shape != Y.shape:
            raise ShapeError(
                f"{self.name}: Z has shape {Z.shape} and Y has shape {Y.shape}, expected the "
                f"{_same_shape(Z, Y)}"
            )
        if Z.size == 0:
            raise ValueError(
                f"{self.name}: the batch is empty, Z and Y have shape {Z.shape}; expected at least "
                f"one example: the mean over none does not exist."
            )
        expect_finite(
            self.name, "Z", Z, "If this came while training, try a smaller step or scaled features."
        )
        self._expect_outputs(Z)
        if not self._suit(Y):
            expect_finite(self.name, "Y", Y, "Remove the rows without a label.")
            self._refuse(Y)
        return Z, Y.astype(Z.dtype, copy=False)


class MeanSquaredError(Loss):
    """(1/m) Σ_i Σ_k (Z_ik - Y_ik)²: for regression, any real labels, any shape with m rows."""

    name = "MSE"
    classifies = False

    def value(self, Z, Y):
        """The mean over examples of the squared errors, a float."""
        Z, Y = self._checked(Z, Y)
        return float(((Z - Y) ** 2).sum() / len(Z))  # (2.1)

    def grad(self, Z, Y):
        """∂value/∂Z = (2/m) (Z - Y), an array like Z."""
        Z, Y = self._checked(Z, Y)
        return (2 / len(Z)) * (Z - Y)

    def _expect_outputs(self, Z):
        if Z.ndim == 0:
            raise ShapeError(
                f"{self.name}: Z and Y are single numbers, expected arrays with one example per "
                f"row. Try np.array([[z]]) and np.array([[y]])."
            )

    def _suit(self, Y):
        return np.isfinite(Y).all()


class BinaryCrossEntropy(Loss):
    """-(1/m) Σ_i [y_i log σ(z_i) + (1 - y_i) log(1 - σ(z_i))], on logits z, not on σ(z).

    Z and Y have shape (m, 1); labels are 0 or 1, or a probability between them. Working on
    logits, no logarithm of zero can occur. Source: notebook 03.
    """

    name = "BINARY_CROSS_ENTROPY"

    def value(self, Z, Y):
        """The mean cross-entropy in nats, a float: log(1 + exp(z)) - y z, averaged."""
        Z, Y = self._checked(Z, Y)
        return float((np.logaddexp(0, Z) - Y * Z).sum() / len(Z))  # (3.16)

    def grad(self, Z, Y):
        """∂value/∂Z = (σ(Z) - Y) / m, an array like Z."""
        Z, Y = self._checked(Z, Y)
        return (sigmoid(Z) - Y) / len(Z)  # (3.6)

    def _expect_outputs(self, Z):
        expect(self.name, "Z", Z, ("m", 1), "one logit per example")

    def _suit(self, Y):
        return Y.min() >= 0 and Y.max() <= 1

    def _refuse(self, Y):
        raise ValueError(_not_a_probability(self.name, Y))


class SoftmaxCrossEntropy(Loss):
    """-(1/m) Σ_i Σ_k Y_ik log softmax(Z_i)_k, on logits Z, not on probabilities.

    Z and Y have shape (m, k) with k of at least 2; each row of Y is one-hot, or a
    distribution that sums to 1. Source: notebook 03.
    """

    name = "SOFTMAX_CROSS_ENTROPY"

    def value(self, Z, Y):
        """The mean cross-entropy in nats, a float."""
        Z, Y = self._checked(Z, Y)
        Z = Z - Z.max(axis=1, keepdims=True)
        log_P = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
        return float(-(Y * log_P).sum() / len(Z))

    def grad(self, Z, Y):
        """∂value/∂Z = (softmax(Z) - Y) / m, an array like Z."""
        Z, Y = self._checked(Z, Y)
        return (softmax(Z) - Y) / len(Z)  # (3.15)

    def _expect_outputs(self, Z):
        expect(self.name, "Z", Z, ("m", "k"), "one row per example, one score per class")
        if Z.shape[1] == 1:
            raise ShapeError(
                f"{self.name}: Z has shape {Z.shape}, expected at least two classes: the softmax "
                f"of a single score is always 1. For yes or no, use BINARY_CROSS_ENTROPY."
            )

    def _suit(self, Y):
        return Y.min() >= 0 and np.abs(Y.sum(axis=1) - 1).max() <= 1e-5

    def _refuse(self, Y):
        if Y.min() < 0 or Y.max() > 1:
            raise ValueError(_not_a_probability(self.name, Y))
        sums = Y.sum(axis=1)
        row = int(np.argmax(np.abs(sums - 1)))
        raise ValueError(
            f"{self.name}: row {row} of Y sums to {sums[row]:g}, expected 1: a one-hot row or "
            f"a distribution over the classes. Try one_hot(labels, {Y.shape[1]})."
        )


#: The mean squared error, on outputs as they are.
MSE = MeanSquaredError()
#: The cross-entropy of two classes, on logits.
BINARY_CROSS_ENTROPY = BinaryCrossEntropy()
#: The cross-entropy of several classes, on logits.
SOFTMAX_CROSS_ENTROPY = SoftmaxCrossEntropy()


def _not_a_probability(who, Y):
    label = Y.min() if Y.min() < 0 else Y.max()
    remedy = "Labels -1 and +1 become 0 and 1 by (Y + 1) / 2."
    if Y.min() >= 0:
        remedy = "Numbers of classes, counted from 0, become rows by one_hot(labels, k)."
    return (
        f"{who}: Y holds the label {label:g}, expected 0, 1 or a probability between them. {remedy}"
    )


def _same_shape(Z, Y):
    """How the sentence about two shapes goes on, by the mistake that they suggest."""
    if Z.ndim == 2 and Z.shape[1] > 1 and Y.shape in (Z.shape[:1], (len(Z), 1)):
        labels = "Y" if Y.ndim == 1 else "Y.ravel()"
        return (
            f"shape of Z in both: Y has one label per example where one entry per class is "
            f"needed. Try one_hot({labels}, {Z.shape[1]})."
        )
    try:
        both = np.broadcast_shapes(Z.shape, Y.shape)
        why = f"Z - Y would silently become {both}"
    except ValueError:
        why = "each output needs its own label"
    return (
        f"same shape: {why}. Give both the shape (m, k), one example per row: for one output, "
        f"Y[:, None]."
    )
