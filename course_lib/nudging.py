"""Derivatives by nudging: the slow, simple oracle for every gradient of the course."""

import numpy as np

from course_lib.shapes import expect_finite, floats

__all__ = ["Comparison", "numerical_gradient"]

STEP = 1e-5
SMALLER_STEPS = (1e-6, 1e-7, 1e-8, 1e-9)
TOLERANCE = 1e-5


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


class Comparison:
    """A claimed gradient of f at x, entry by entry beside central differences.

    `scale` is the size of a usual entry of x: steps are 1e-5 of it. `noise` is what rounding
    alone may change f by. `error` is |claimed - numerical| / max(|claimed|, |numerical|),
    where differences that are only noise count less. Where the two disagree, smaller steps
    are tried; `kinks` tells the entries that stay open, because f has another slope on
    either side of x and the claimed one lies between them.
    """

    def __init__(self, claimed, f, x, scale, noise):
        self._f, self._x, self._scale, self._noise = f, x, scale, noise
        self.claimed = np.asarray(claimed)
        self.numerical = numerical_gradient(f, x, STEP * scale)
        self.kinks = np.zeros(x.shape, dtype=bool)
        for i in map(tuple, np.argwhere(self.error > TOLERANCE)):
            self.numerical[i], self.kinks[i] = self._look_closer(i)

    @property
    def resolution(self):
        """Derivatives below this cannot be told from zero."""
        return self._noise / (STEP * self._scale)

    @property
    def error(self):
        size = np.maximum(np.abs(self.claimed), np.abs(self.numerical))
        size = np.maximum(size, max(self.resolution / TOLERANCE, np.finfo(float).tiny))
        return np.nan_to_num(np.abs(self.claimed - self.numerical) / size, nan=np.inf)

    def _look_closer(self, i):
        claimed, on_a_kink = self.claimed[i], False
        for step in SMALLER_STEPS:
            left, right = self._slopes(i, step * self._scale)
            slope, gap = (left + right) / 2, abs(right - left)
            blur = self._noise / (step * self._scale)
            if blur > 1e-3 * max(abs(slope), abs(claimed), abs(self.numerical[i])):
                break  # rounding would decide, not the slope
            if abs(slope - claimed) <= TOLERANCE * abs(claimed) + blur:
                return slope, False
            on_a_kink = gap > 8 * blur and abs(slope - claimed) <= gap
        return self.numerical[i], on_a_kink

    def _slopes(self, i, step):
        def f_at(shift):
            moved = self._x.copy()
            moved[i] += shift
            return self._f(moved)

        here = f_at(0)
        return (here - f_at(-step)) / step, (f_at(step) - here) / step


def _number(value):
    value = floats("numerical_gradient", "f(x)", value)
    if value.size != 1:
        raise ValueError(
            f"numerical_gradient: f(x) has shape {value.shape}, expected one number: a gradient "
            f"needs a scalar. Did you forget to sum or to take the mean?"
        )
    expect_finite("numerical_gradient", "f(x)", value, "Nudge from a point where f is finite.")
    return float(value.reshape(()))
