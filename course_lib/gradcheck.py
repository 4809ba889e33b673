"""Derivatives by nudging: the slow, simple oracle for every gradient of the course."""

import copy

import numpy as np

from course_lib.gradient_report import GradientReport, GradientRow
from course_lib.layers import Activation
from course_lib.network import penalty
from course_lib.shapes import expect, expect_finite, floats

__all__ = ["check_gradients", "numerical_gradient"]

STEP = 1e-5
SMALLER_STEPS = (1e-6, 1e-7)
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


def check_gradients(net, X, Y, loss, *, weight_decay=0.0):
    """Compare what `net.backward` gives with central differences, entry by entry.

    The cost is J = loss.value(net.forward(X), Y) + (λ/2) Σ W², with λ = `weight_decay`.
    Checked are ∂J/∂Z (the loss alone), ∂J/∂ every parameter, and ∂J/∂X. The relative error
    |a - n| / max(|a|, |n|, floor) must be at most 1e-5 everywhere; the floor keeps out what
    the rounding of J hides. Nothing is changed: a copy of the network is nudged.

    Returns
    -------
    GradientReport
        Not passed where an entry disagrees, and also where nothing could be proven: a float32
        network, a gradient that is zero throughout, a kink exactly here, a network that
        gives another output each time, or probabilities for a loss that takes logits.

    Raises ShapeError or ValueError where the network or the loss does.

    Source: notebook 05; the questions asked are those of Karpathy's CS231n notes.
    """
    net = copy.deepcopy(net)
    X, theta = floats("check_gradients", "X", X), net.theta.copy()
    Z = net.forward(X)
    if reason := _why_not_to_check(net, X, Z, loss):
        return GradientReport(reason=reason)
    noise = 16 * np.finfo(float).eps * max(1.0, abs(loss.value(Z, Y)))

    def J(theta, X):
        net.theta = theta
        return loss.value(net.forward(X), Y) + penalty(net, weight_decay)[0]

    net.grad = np.zeros_like(theta)
    dZ = loss.grad(Z, Y)
    dX = net.backward(dZ)
    from_data, from_decay = net.grad.copy(), penalty(net, weight_decay)[1]
    expect("check_gradients", "dX, which backward returned,", dX, X.shape, "the shape of X")

    by_Z = _beside(dZ, lambda Z: loss.value(Z, Y), Z, noise)
    by_theta = _beside(from_data + from_decay, lambda theta: J(theta, X), theta, noise)
    by_X = _beside(dX, lambda X: J(theta, X), X, noise)

    rows = [_row("Z", by_Z, dZ, noise)]
    stop = 0
    for parameter in net.parameters:
        start, stop = stop, stop + parameter.value.size
        here = [array[start:stop].reshape(parameter.value.shape) for array in by_theta]
        rows.append(_row(parameter.name, here, from_data[start:stop], noise))
    rows.append(_row("X", by_X, 1 if net.parameters else dX, noise))
    return GradientReport(rows)


def _why_not_to_check(net, X, Z, loss):
    if net.dtype != np.float64:
        return (
            f"the network is {net.dtype}, and a difference of two {net.dtype} numbers has too few "
            f"digits left. Check it as Network(…, dtype=np.float64)."
        )
    if not np.array_equal(net.forward(X), Z):
        return "the same input gave two different outputs: forward must be a function of X and θ."
    last = net.layers[-1]
    if loss.classifies and isinstance(last, Activation) and _makes_probabilities(last):
        return (
            f"the forward pass ends with {last}, which makes probabilities, while {loss} takes "
            f"logits and makes them itself. Leave the last activation out."
        )
    return ""


def _makes_probabilities(activation):
    ends = activation.phi(np.array([[-50.0, 50.0]]))
    return bool(np.all((ends >= 0) & (ends <= 1)))


def _beside(gradient, f, x, noise):
    """`gradient`, the numerical one of f at x, and where a kink forbids to compare them."""
    numerical = numerical_gradient(f, x, STEP)
    kinks = np.zeros(x.shape, dtype=bool)
    for i in map(tuple, np.argwhere(_relative_error(gradient, numerical, noise) > TOLERANCE)):
        numerical[i], kinks[i] = _look_closer(f, x, i, gradient[i], numerical[i], noise)
    return gradient, numerical, kinks


def _look_closer(f, x, i, claimed, numerical, noise):
    """The derivative by a smaller step, if it settles the matter; and whether x is on a kink.

    Away from a kink the slopes to the right and to the left of x come together as the step
    shrinks; on it they stay apart.
    """
    for step in SMALLER_STEPS:
        left, right = _slopes(f, x, i, step)
        settled = (left + right) / 2
        if abs(settled - claimed) <= TOLERANCE * abs(claimed) + noise / step:
            return settled, False
    wide_left, wide_right = _slopes(f, x, i, STEP)
    gap, wide_gap = abs(right - left), abs(wide_right - wide_left)
    return numerical, gap > max(wide_gap / 2, 8 * noise / step)


def _slopes(f, x, i, step):
    def f_at(shift):
        moved = x.copy()
        moved[i] += shift
        return f(moved)

    return (f_at(0) - f_at(-step)) / step, (f_at(step) - f_at(0)) / step


def _relative_error(gradient, numerical, noise):
    floor = noise / (STEP * TOLERANCE)
    size = np.maximum(np.maximum(np.abs(gradient), np.abs(numerical)), floor)
    return np.nan_to_num(np.abs(gradient - numerical) / size, nan=np.inf)


def _row(name, beside, proof, noise):
    """`proof` is what must not be zero throughout."""
    gradient, numerical, kinks = beside
    error = _relative_error(gradient, numerical, noise)
    wrong = (error > TOLERANCE) & ~kinks
    verdict, ranked = "agrees", error
    if wrong.any():
        verdict, ranked = "WRONG", np.where(wrong, error, -1)
    elif kinks.any():
        verdict, ranked = "kink", np.where(kinks, error, -1)
    elif np.abs(proof).max() <= noise / STEP:
        verdict = "zero"
    worst = tuple(int(i) for i in np.unravel_index(ranked.argmax(), ranked.shape))
    return GradientRow(
        name,
        float(error[worst]),
        worst,
        float(gradient[worst]),
        float(numerical[worst]),
        verdict,
        _remark(gradient, numerical, noise) if verdict == "WRONG" else "",
    )


def _remark(gradient, numerical, noise):
    """What many wrong gradients have in common: they are zero, or off by one factor."""
    if not gradient.any():
        return "backward left zeros: is this gradient assigned at all?"
    clear = np.abs(numerical) > 1000 * noise / STEP
    factors = gradient[clear] / numerical[clear]
    if len(factors) > 1 and np.ptp(factors) <= 1e-3 * np.abs(factors).max():
        return f"backward gives {np.median(factors):.4g} times the derivative in every entry."
    return ""


def _number(value):
    value = floats("numerical_gradient", "f(x)", value)
    if value.size != 1:
        raise ValueError(
            f"numerical_gradient: f(x) has shape {value.shape}, expected one number: a gradient "
            f"needs a scalar. Did you forget to sum or to take the mean?"
        )
    expect_finite("numerical_gradient", "f(x)", value, "Nudge from a point where f is finite.")
    return float(value.reshape(()))
