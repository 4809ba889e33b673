"""The gradient check: derivatives by backward, compared with finite differences."""

import copy
from dataclasses import dataclass

import numpy as np

from course_lib.checks import expect, expect_finite, floats
from course_lib.losses import Loss
from course_lib.network import Network, makes_probabilities, penalty

__all__ = [
    "Comparison",
    "GradientReport",
    "GradientRow",
    "check_gradients",
    "numerical_gradient",
]


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
        The step of the difference, larger than 0.

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

    `scale` is the typical size of an entry of x: steps are 1e-5 of it. `noise` is the change of
    f by rounding alone. `error` is |claimed - numerical| / max(|claimed|, |numerical|),
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
    expect_finite("numerical_gradient", "f(x)", value, "Choose an x where f is finite.")
    return float(value.reshape(()))


@dataclass(frozen=True)
class GradientRow:
    """One array of derivatives: at `worst_index`, by `backward` and by finite differences.

    `relative_error` is the largest of all entries and belongs to `worst_index`; `verdict` is
    "agrees", "WRONG", "zero" or "kink"; `remark` may hold a likely cause.
    """

    name: str
    relative_error: float
    worst_index: tuple
    backward: float
    numerical: float
    verdict: str
    remark: str = ""


class GradientReport:
    """The `rows` of a check, and `passed`: True only if every row was decided and agrees.

    Rows are named Z (the loss by the outputs), then as the parameters, λ (the penalty), and X
    (by the inputs). A check that could not be made has no rows and a `reason`. Printed, it is a
    table; in `if` and `assert` it counts as `passed`.
    """

    def __init__(self, rows=(), reason=""):
        self.rows = tuple(rows)
        self.reason = reason or _reason(self.rows)
        self.passed = bool(self.rows) and not self.reason

    def __bool__(self):
        return self.passed

    def __getitem__(self, name):
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(f"{name!r}: there are {', '.join(row.name for row in self.rows)}")

    def __repr__(self):
        verdict = "passed" if self.passed else f"NOT passed: {self.reason}"
        lines = [f"gradient check {verdict}"]
        if self.rows:
            lines.append("  ∂J/∂   relative error   worst entry    by backward    numerical")
        for row in self.rows:
            lines.append(
                f"  {row.name:<6} {row.relative_error:<16.1e} {list(row.worst_index)!s:<12} "
                f"{row.backward:>13.6g} {row.numerical:>12.6g}   {row.verdict}"
            )
            if row.remark:
                lines.append(f"         {row.remark}")
        return "\n".join(lines)


def _reason(rows):
    def named(verdict):
        return ", ".join(row.name for row in rows if row.verdict == verdict)

    if named("WRONG"):
        return f"backward and finite differences disagree in {named('WRONG')}."
    if named("kink"):
        return (
            f"{named('kink')} cannot be decided: the cost has a kink just here, with one slope on "
            f"each side, as ReLU has at 0. Try other inputs or other weights."
        )
    if named("zero"):
        return (
            f"all derivatives in {named('zero')} are zero or too small to see, and 0 = 0 proves "
            f"nothing. Try random weights, scaled features, or labels that are not met already."
        )
    return ""


EPS = np.finfo(float).eps


def check_gradients(net, X, Y, loss, *, weight_decay=0.0):
    """Compare what `loss.grad` and `net.backward` give with central differences, entry by entry.

    The chain rule is checked link by link, which keeps large and small numbers apart: first
    the loss, ∂J/∂Z; then, with δ = ∂J/∂Z held fixed, the network, whose backward pass has to
    give the derivatives of Σ δ ⊙ Z by every parameter and by X; with λ = `weight_decay` also
    the penalty (λ/2) Σ W². The relative error must be at most 1e-5 in every entry. The differences
    are taken on a copy of the network.

    Returns
    -------
    GradientReport
        Not passed where an entry disagrees, and also where nothing could be proven: a float32
        network; a gradient that is zero throughout; a kink exactly here; a network that gives
        another output each time, adds to its gradients, changes its weights or its arguments,
        or makes probabilities for a loss that takes logits.

    Raises
    ------
    TypeError
        If `net` is not a Network or `loss` not a Loss.
    ShapeError, ValueError
        Where the network or the loss raises them.

    Notes
    -----
    Source: notebook 05; Karpathy's notes for Stanford's CS231n.
    """
    _expect_kinds(net, loss)
    net = copy.deepcopy(net)
    X = floats("check_gradients", "X", X).astype(net.dtype)
    net.forward(X[::-1] / 2)  # exposes a layer that keeps this batch for backward
    Z = net.forward(X).copy()
    J, delta = loss.value(Z, Y), loss.grad(Z, Y)
    if reason := _why_not_to_check(net, X, Z, delta, loss):
        return GradientReport(reason=reason)

    net.grad = np.zeros_like(net.theta)  # gradients that backward leaves out stay zero
    theta, dX = net.theta.copy(), _claim(net, X, delta)
    expect("check_gradients", "dX, which backward returned,", dX, X.shape, "the shape of X")
    claimed = [parameter.grad.copy() for parameter in net.parameters]
    noise = 64 * EPS * float(np.abs(delta).sum() * np.abs(Z).max())

    def along_delta(X):
        return float((delta * net.forward(X)).sum())

    size_of_Y = max(1.0, float(np.abs(Y).max()))
    by_Z = Comparison(delta, lambda Z: loss.value(Z, Y), Z, size_of_Y, 16 * EPS * abs(J))
    rows = [_row("Z", by_Z)]
    for parameter, gradient in zip(net.parameters, claimed, strict=True):

        def along_delta_with(value, parameter=parameter):
            net.theta = theta
            parameter.value = value
            return along_delta(X)

        value = parameter.value.copy()
        by_value = Comparison(gradient, along_delta_with, value, _size(value), noise)
        rows.append(_row(parameter.name, by_value))
    net.theta = theta
    if weight_decay:
        rows.append(_row("λ", _of_penalty(net, weight_decay)))
    by_X = Comparison(dX, along_delta, X, _size(X), noise)
    rows.append(_row("X", by_X, may_be_zero=bool(net.parameters)))
    return GradientReport(rows)


def _claim(net, X, dZ):
    net.forward(X)
    return net.backward(dZ)


def _why_not_to_check(net, X, Z, delta, loss):
    if net.dtype != np.float64:
        return (
            f"the network is {net.dtype}, and a difference of two {net.dtype} numbers has too few "
            f"digits left. Check it as Network(…, dtype=np.float64)."
        )
    if loss.classifies and makes_probabilities(net, X):
        return (
            f"the forward pass ends with probabilities, while {loss} takes logits and makes them "
            f"itself. Leave the last activation out."
        )
    theta, given, dZ = net.theta.copy(), X.copy(), delta.copy()
    _claim(net, given, dZ)
    once = net.grad.copy()
    net.backward(dZ)
    if not (np.array_equal(given, X) and np.array_equal(dZ, delta)):
        return "forward or backward changes its argument: compute with new arrays."
    if not np.array_equal(net.theta, theta):
        return "forward or backward changes the weights: only an optimiser's step may do that."
    if not np.array_equal(net.forward(X), Z):
        return "the same input gave two different outputs: forward must be a function of X and θ."
    if not np.array_equal(net.grad, once, equal_nan=True):
        return "backward adds to the gradients of the call before: assign them, do not add."
    return ""


def _of_penalty(net, weight_decay):
    def value_at(theta):
        net.theta = theta
        return penalty(net, weight_decay)[0]

    theta = net.theta.copy()
    value, gradient = penalty(net, weight_decay)
    return Comparison(gradient, value_at, theta, _size(theta), 64 * EPS * value)


def _size(x):
    return float(np.abs(x).max()) or 1.0


def _row(name, found, may_be_zero=False):
    error = found.error
    wrong = (error > TOLERANCE) & ~found.kinks
    verdict, ranked = "agrees", error
    if wrong.any():
        verdict, ranked = "WRONG", np.where(wrong, error, -1)
    elif found.kinks.any():
        verdict, ranked = "kink", np.where(found.kinks, error, -1)
    elif np.abs(found.claimed).max() <= 100 * found.resolution:
        verdict = "agrees" if may_be_zero and not found.claimed.any() else "zero"
    worst = tuple(int(i) for i in np.unravel_index(ranked.argmax(), ranked.shape))
    return GradientRow(
        name,
        float(error[worst]),
        worst,
        float(found.claimed[worst]),
        float(found.numerical[worst]),
        verdict,
        _remark(found) if verdict == "WRONG" else "",
    )


def _remark(found):
    """What many wrong gradients have in common: they are zero, or off by one factor."""
    if not found.claimed.any():
        return "backward left zeros: is this gradient assigned at all?"
    clear = np.abs(found.numerical) > 1000 * found.resolution
    factors = found.claimed[clear] / found.numerical[clear]
    if len(factors) > 1 and np.ptp(factors) <= 1e-3 * np.abs(factors).max():
        return f"backward gives {np.median(factors):.4g} times the derivative in every entry."
    return ""


def _expect_kinds(net, loss):
    if not isinstance(net, Network):
        raise TypeError(f"check_gradients: net is {type(net).__name__}, expected a Network.")
    if not isinstance(loss, Loss):
        raise TypeError(
            f"check_gradients: loss is {loss!r}, expected one such as SOFTMAX_CROSS_ENTROPY."
        )
