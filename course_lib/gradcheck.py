"""Derivatives by nudging: the slow, simple oracle for every gradient of the course."""

import numpy as np

from course_lib.shapes import expect_finite, floats

__all__ = ["numerical_gradient"]


def numerical_gradient(f, x, h=1e-6):
    """Central differences: entry i is (f(x + h e_i) - f(x - h e_i)) / (2h).

    The error is of order h² from the formula and of order 1e-16 / h from rounding, which
    is why x must be float64 and h should not be much smaller than 1e-6.

    Parameters
    ----------
    f : callable
        Takes an array like `x`, returns one finite number.
    x : array_like
        The point, any shape; it is not changed.
    h : float
        The nudge, larger than 0.

    Returns
    -------
    ndarray
        ∂f/∂x, of the shape of `x`, float64.

    Raises
    ------
    ValueError
        If x is float32, empty or not finite, if h is not positive, or if f returns anything
        but one finite number.

    Source: notebook 00, equation (0.1), and notebook 05.
    """
    x = floats("numerical_gradient", "x", x)
    if x.dtype != np.float64:
        raise ValueError(
            f"numerical_gradient: x is {x.dtype}, expected float64: a difference of two "
            f"{x.dtype} numbers has too few digits left. Try x.astype(np.float64)."
        )
    if x.size == 0:
        raise ValueError(
            f"numerical_gradient: x is empty, it has shape {x.shape}; expected at least one entry."
        )
    expect_finite("numerical_gradient", "x", x, "There is no slope at such a point.")
    if not (np.ndim(h) == 0 and np.isfinite(h) and h > 0):
        raise ValueError(f"numerical_gradient: h is {h!r}, expected a number above 0, say 1e-6.")
    gradient = np.empty_like(x)
    for i in np.ndindex(x.shape):
        above, below = x.copy(), x.copy()
        above[i] += h
        below[i] -= h
        gradient[i] = (_number(f(above)) - _number(f(below))) / (2 * h)  # (0.1)
    return gradient


def _number(value):
    value = floats("numerical_gradient", "f(x)", value)
    if value.size != 1:
        raise ValueError(
            f"numerical_gradient: f(x) has shape {value.shape}, expected one number: a gradient "
            f"needs a scalar. Did you forget to sum or to take the mean?"
        )
    expect_finite("numerical_gradient", "f(x)", value, "Nudge from a point where f is finite.")
    return float(value.reshape(()))
