"""Losses: how wrong the outputs Z are for the labels Y, and the gradient that says which way.

A loss is pure: `value(Z, Y)` returns a float, `grad(Z, Y)` an array like Z, and neither
changes its arguments. Z and Y have the same shape (m, k): one example per row. Each is a
mean over the m examples, so the factor 1/m lives here and nowhere else.

Both methods raise ShapeError when the shapes of Z and Y differ, and ValueError for text,
NaN, infinities, an empty batch or labels that the loss cannot mean.
"""

import numpy as np

from course_lib.activations import sigmoid, softmax
from course_lib.shapes import ShapeError, expect, expect_finite, floats

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
    """What all losses share: `value`, `grad`, and the checks on what they are given."""

    def __repr__(self):
        return self.name

    def _checked(self, Z, Y):
        Z, Y = floats(self.name, "Z", Z), floats(self.name, "Y", Y)
        if Z.ndim == 2 and Y.ndim == 1 and len(Y) == len(Z) and Z.shape[1] > 1:
            raise ShapeError(
                f"{self.name}: Y has shape {Y.shape}, one label per example; expected the shape of "
                f"Z, {Z.shape}, one entry per class. Try one_hot(Y, {Z.shape[1]})."
            )
        if Z.shape != Y.shape:
            raise ShapeError(
                f"{self.name}: Z has shape {Z.shape} and Y has shape {Y.shape}, expected the same "
                f"shape: {_broadcast(Z, Y)}. Give both the shape (m, k), one example per row: "
                f"for one output, Y[:, None]."
            )
        if Z.size == 0:
            raise ValueError(
                f"{self.name}: the batch is empty, Z and Y have shape {Z.shape}; expected at least "
                f"one example: the mean over none does not exist."
            )
        expect_finite(
            self.name, "Z", Z, "If this came while training, try a smaller step or scaled features."
        )
        expect_finite(self.name, "Y", Y, "Remove the rows without a label.")
        return Z, Y.astype(Z.dtype, copy=False)


class MeanSquaredError(Loss):
    """(1/m) Σ_i Σ_k (Z_ik - Y_ik)²: for regression, any real labels, any shape with m rows."""

    name = "MSE"

    def value(self, Z, Y):
        """The mean over examples of the squared errors, a float."""
        Z, Y = self._rows(Z, Y)
        return float(((Z - Y) ** 2).sum() / len(Z))  # (2.1)

    def grad(self, Z, Y):
        """∂value/∂Z = (2/m) (Z - Y), an array like Z."""
        Z, Y = self._rows(Z, Y)
        return (2 / len(Z)) * (Z - Y)

    def _rows(self, Z, Y):
        Z, Y = self._checked(Z, Y)
        if Z.ndim == 0:
            raise ShapeError(
                f"{self.name}: Z and Y are single numbers, expected arrays with one example per "
                f"row. Try np.array([[z]]) and np.array([[y]])."
            )
        return Z, Y


class BinaryCrossEntropy(Loss):
    """-(1/m) Σ_i [y_i log σ(z_i) + (1 - y_i) log(1 - σ(z_i))], on logits z, not on σ(z).

    Z and Y have shape (m, 1); labels are 0 or 1, or a probability between them. Working on
    logits, no logarithm of zero can occur. Source: notebook 03.
    """

    name = "BINARY_CROSS_ENTROPY"

    def value(self, Z, Y):
        """The mean cross-entropy in nats, a float: log(1 + exp(z)) - y z, averaged."""
        Z, Y = self._binary(Z, Y)
        return float((np.logaddexp(0, Z) - Y * Z).sum() / len(Z))

    def grad(self, Z, Y):
        """∂value/∂Z = (σ(Z) - Y) / m, an array like Z."""
        Z, Y = self._binary(Z, Y)
        return (sigmoid(Z) - Y) / len(Z)

    def _binary(self, Z, Y):
        Z, Y = self._checked(Z, Y)
        expect(self.name, "Z", Z, ("m", 1), "one logit per example")
        _expect_probabilities(self.name, Y)
        return Z, Y


class SoftmaxCrossEntropy(Loss):
    """-(1/m) Σ_i Σ_k Y_ik log softmax(Z_i)_k, on logits Z, not on probabilities.

    Z and Y have shape (m, k) with k of at least 2; each row of Y is one-hot, or a
    distribution that sums to 1. Source: notebook 03.
    """

    name = "SOFTMAX_CROSS_ENTROPY"

    def value(self, Z, Y):
        """The mean cross-entropy in nats, a float."""
        Z, Y = self._classes(Z, Y)
        Z = Z - Z.max(axis=1, keepdims=True)
        log_P = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
        return float(-(Y * log_P).sum() / len(Z))

    def grad(self, Z, Y):
        """∂value/∂Z = (softmax(Z) - Y) / m, an array like Z."""
        Z, Y = self._classes(Z, Y)
        return (softmax(Z) - Y) / len(Z)

    def _classes(self, Z, Y):
        Z, Y = self._checked(Z, Y)
        expect(self.name, "Z", Z, ("m", "k"), "one row per example, one score per class")
        if Z.shape[1] == 1:
            raise ShapeError(
                f"{self.name}: Z has shape {Z.shape}, expected at least two classes: the softmax "
                f"of a single score is always 1. For yes or no, use BINARY_CROSS_ENTROPY."
            )
        _expect_probabilities(self.name, Y)
        sums = Y.sum(axis=1)
        if not np.allclose(sums, 1, atol=1e-5):
            row = int(np.argmax(np.abs(sums - 1)))
            raise ValueError(
                f"{self.name}: row {row} of Y sums to {sums[row]:g}, expected 1: a one-hot row or "
                f"a distribution over the classes. Try one_hot(labels, {Z.shape[1]})."
            )
        return Z, Y


MSE = MeanSquaredError()
BINARY_CROSS_ENTROPY = BinaryCrossEntropy()
SOFTMAX_CROSS_ENTROPY = SoftmaxCrossEntropy()


def _expect_probabilities(who, Y):
    outside = (Y < 0) | (Y > 1)
    if outside.any():
        raise ValueError(
            f"{who}: Y holds the label {Y[outside][0]:g}, expected 0, 1 or a probability between "
            f"them. Labels -1 and +1 become 0 and 1 by (Y + 1) / 2."
        )


def _broadcast(Z, Y):
    try:
        both = np.broadcast_shapes(Z.shape, Y.shape)
    except ValueError:
        return "each output needs its own label"
    return f"Z - Y would silently become {both}"
