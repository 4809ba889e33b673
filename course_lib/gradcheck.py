"""The gradient check: what backward claims, beside what nudging finds."""

import copy

import numpy as np

from course_lib.gradient_report import GradientReport, GradientRow
from course_lib.losses import Loss
from course_lib.network import Network, makes_probabilities, penalty
from course_lib.nudging import TOLERANCE, Comparison, numerical_gradient
from course_lib.shapes import expect, floats

__all__ = ["check_gradients", "numerical_gradient"]

EPS = np.finfo(float).eps


def check_gradients(net, X, Y, loss, *, weight_decay=0.0):
    """Compare what `loss.grad` and `net.backward` give with central differences, entry by entry.

    The chain rule is checked link by link, which keeps large and small numbers apart: first
    the loss, ∂J/∂Z; then, with δ = ∂J/∂Z held fixed, the network, whose backward pass has to
    give the derivatives of Σ δ ⊙ Z by every parameter and by X; with λ = `weight_decay` also
    the penalty (λ/2) Σ W². The relative error must be at most 1e-5 in every entry. A copy of
    the network is nudged; nothing is changed.

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
        For what is no network or no loss.
    ShapeError, ValueError
        Where the network or the loss raises them.

    Notes
    -----
    Source: notebook 05; Karpathy's notes for Stanford's CS231n.
    """
    _expect_kinds(net, loss)
    net = copy.deepcopy(net)
    X = floats("check_gradients", "X", X).astype(net.dtype)
    net.forward(X[::-1] / 2)  # a layer that remembers this batch will be found out
    Z = net.forward(X).copy()
    J, delta = loss.value(Z, Y), loss.grad(Z, Y)
    if reason := _why_not_to_check(net, X, Z, delta, loss):
        return GradientReport(reason=reason)

    net.grad = np.zeros_like(net.theta)  # what backward does not assign stays zero
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
