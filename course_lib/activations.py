"""Activation functions and their derivatives, element by element; and softmax.

Each takes an array of any shape (or a number, or a list) and returns a new array of
the same shape, float64 or, for a float32 argument, float32. `f_prime` is df/dz at z. All are safe
for every finite z: no overflow, no NaN, no warning. f(NaN) is NaN. Text, objects and
complex numbers raise ValueError.
"""

from functools import wraps

import numpy as np

from course_lib.checks import floats

__all__ = [
    "absolute",
    "absolute_prime",
    "identity",
    "identity_prime",
    "leaky_relu",
    "leaky_relu_prime",
    "relu",
    "relu_prime",
    "sigmoid",
    "sigmoid_prime",
    "sign",
    "sign_prime",
    "softmax",
    "step",
    "step_prime",
    "tanh",
    "tanh_prime",
]


def _entry_by_entry(function):
    """Hand the first argument of `function` over as an array of floating-point numbers."""

    @wraps(function)
    def on_floats(z, *others, **keywords):
        return function(floats(function.__name__, "z", z), *others, **keywords)

    return on_floats


@_entry_by_entry
def step(z):
    """Threshold unit: 1 where z >= 0, else 0. Source: McCulloch & Pitts (1943); notebook 01."""
    return np.heaviside(z, z.dtype.type(1))  # (1.3)


@_entry_by_entry
def step_prime(z):
    """Zero everywhere (by convention also at the jump z = 0): nothing to descend along."""
    return np.zeros_like(z)


@_entry_by_entry
def sign(z):
    """The perceptron's sign: +1 where z >= 0, else -1; `np.sign` gives 0 at z = 0.

    Source: Rosenblatt (1958); notebook 01.
    """
    return 2 * np.heaviside(z, z.dtype.type(1)) - 1  # (1.4)


@_entry_by_entry
def sign_prime(z):
    """Zero everywhere (by convention also at the jump z = 0)."""
    return np.zeros_like(z)


@_entry_by_entry
def sigmoid(z):
    """Logistic function, 1 / (1 + exp(-z)), in the open interval (0, 1). Source: notebook 01.

    For z < 0 the fraction is expanded by exp(z), so that exp never overflows.
    """
    e = np.exp(-np.abs(z))
    return np.where(z < 0, e, 1) / (1 + e)  # (1.5)


@_entry_by_entry
def sigmoid_prime(z):
    """a (1 - a) with a = sigmoid(z); at most 1/4. Source: notebook 03.

    1 - a is taken as sigmoid(-z), which keeps its digits where a is close to 1.
    """
    return sigmoid(z) * sigmoid(-z)  # (3.5)


@_entry_by_entry
def tanh(z):
    """Hyperbolic tangent, (exp(z) - exp(-z)) / (exp(z) + exp(-z)), in (-1, 1). Notebook 07."""
    return np.tanh(z)


@_entry_by_entry
def tanh_prime(z):
    """1 - a² with a = tanh(z). Source: notebook 07."""
    return 1 - np.tanh(z) ** 2  # (7.2)


@_entry_by_entry
def relu(z):
    """Rectified linear unit, max(0, z). Source: Nair & Hinton (2010); notebook 07."""
    return np.maximum(z, 0)


@_entry_by_entry
def relu_prime(z):
    """1 where z > 0, else 0; at the kink z = 0 the course takes the subgradient 0."""
    return (z > 0).astype(z.dtype)


@_entry_by_entry
def leaky_relu(z, slope=0.01):
    """z where z > 0, else slope · z. Source: Maas et al. (2013); notebook 07."""
    return np.where(z > 0, z, slope * z)  # (7.3)


@_entry_by_entry
def leaky_relu_prime(z, slope=0.01):
    """1 where z > 0, else slope (also at z = 0)."""
    return slope + (1 - slope) * np.heaviside(z, z.dtype.type(0))  # (7.4)


@_entry_by_entry
def absolute(z):
    """Absolute-value rectification, |z|: a leaky ReLU of slope -1. Notebook 07."""
    return np.abs(z)


@_entry_by_entry
def absolute_prime(z):
    """+1 where z > 0, -1 where z < 0, and 0 at the kink."""
    return np.sign(z)


@_entry_by_entry
def identity(z):
    """z itself, as a new array: a unit without activation, for regression."""
    return z.copy()


@_entry_by_entry
def identity_prime(z):
    """1 everywhere."""
    return np.ones_like(z)


def softmax(Z):
    """exp(Z_k) / Σ_j exp(Z_j) along the last axis: probabilities that sum to 1.

    Z has shape (..., k), as has the result. The largest entry is subtracted first, which
    changes nothing in the fraction and keeps exp from overflowing. A number on its own
    (no axis) raises ValueError. Source: notebook 03.
    """
    Z = floats("softmax", "Z", Z)
    if Z.ndim == 0 or Z.shape[-1] == 0:
        raise ValueError(
            f"softmax: Z has shape {Z.shape}, expected (..., k): one score for each of k classes "
            f"along the last axis."
        )
    E = np.exp(Z - Z.max(axis=-1, keepdims=True))
    return E / E.sum(axis=-1, keepdims=True)  # (3.12)
