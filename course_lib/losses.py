"""Losses: how far the outputs Z are from the labels Y, and the gradient by Z.

A loss is pure: `value(Z, Y)` is a float, `grad(Z, Y)` = ∂value/∂Z an array like Z, and
`value_and_grad(Z, Y)` both, computed together; none changes its arguments. Z and Y have the
same shape (m, k): one example per row. Each is a mean over the m examples, so the factor 1/m
lives here and nowhere else.

All three raise ShapeError when the shapes of Z and Y differ, and ValueError for text, NaN,
infinities, an empty batch or labels out of range.
"""

import numpy as np

from course_lib.activations import sigmoid
from course_lib.checks import (
    expect_finite_labels,
    expect_logits,
    expect_one_hot,
    expect_probabilities,
    outputs_and_labels,
)

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
    """Base of all losses. Subclasses have `equations`, without checks, and `expect_labels`.

    `classifies` says whether the labels are classes, so that an accuracy has a meaning.
    """

    name = "a loss"
    classifies = True

    def value(self, Z, Y):
        """The mean loss over the m examples, a float; for cross-entropies in nats."""
        return self.value_and_grad(Z, Y)[0]

    def grad(self, Z, Y):
        """∂value/∂Z, an array like Z."""
        return self.value_and_grad(Z, Y)[1]

    def value_and_grad(self, Z, Y):
        """`value` and `grad`, computed together."""
        return self.equations(*self.checked(Z, Y))

    def equations(self, Z, Y):
        """Value and gradient of Z and Y as `checked` returns them."""
        raise NotImplementedError

    def expect_labels(self, Z, Y):
        """Raise ValueError for labels out of range, ShapeError for a Z of the wrong width."""
        raise NotImplementedError

    def checked(self, Z, Y):
        """Z and Y as floating-point arrays of one type; raises the errors named above."""
        Z, Y = outputs_and_labels(self.name, Z, Y)
        self.expect_labels(Z, Y)
        return Z, Y

    def __repr__(self):
        return self.name


class MeanSquaredError(Loss):
    """(1/m) Σ_i Σ_k (Z_ik - Y_ik)²: for regression, any real labels, any shape with m rows."""

    name = "MSE"
    classifies = False

    def equations(self, Z, Y):
        m, E = len(Z), Z - Y
        value = (E**2).sum() / m  # (2.1)
        return float(value), (2 / m) * E

    def expect_labels(self, Z, Y):
        expect_finite_labels(self.name, Y)


class BinaryCrossEntropy(Loss):
    """-(1/m) Σ_i [y_i log σ(z_i) + (1 - y_i) log(1 - σ(z_i))], on logits z, not on σ(z).

    Z and Y have shape (m, 1); labels are 0 or 1, or a probability between them. Working on
    logits avoids log(0). Source: notebook 03.
    """

    name = "BINARY_CROSS_ENTROPY"

    def equations(self, Z, Y):
        m = len(Z)
        value = (np.logaddexp(0, Z) - Y * Z).sum() / m  # (3.16)
        return float(value), (sigmoid(Z) - Y) / m  # (3.6)

    def expect_labels(self, Z, Y):
        expect_logits(self.name, Z, 1)
        expect_probabilities(self.name, Y)


class SoftmaxCrossEntropy(Loss):
    """-(1/m) Σ_i Σ_k Y_ik log softmax(Z_i)_k, on logits Z, not on probabilities.

    Z and Y have shape (m, k) with k of at least 2; each row of Y is one-hot, or a
    distribution that sums to 1. Source: notebook 03.
    """

    name = "SOFTMAX_CROSS_ENTROPY"

    def equations(self, Z, Y):
        m = len(Z)
        Z = Z - Z.max(axis=1, keepdims=True)  # (3.13)
        E = np.exp(Z)
        S = E.sum(axis=1, keepdims=True)
        P = E / S  # (3.12)
        value = (np.log(S).sum() - np.vdot(Y, Z)) / m  # (3.17); vdot: the sum of Y * Z
        return float(value), (P - Y) / m  # (3.15)

    def expect_labels(self, Z, Y):
        expect_logits(self.name, Z, "k")
        expect_one_hot(self.name, Y)


#: The mean squared error, on outputs as they are.
MSE = MeanSquaredError()
#: The cross-entropy of two classes, on logits.
BINARY_CROSS_ENTROPY = BinaryCrossEntropy()
#: The cross-entropy of several classes, on logits.
SOFTMAX_CROSS_ENTROPY = SoftmaxCrossEntropy()
