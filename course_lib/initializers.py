"""Initialisers: where the weights stand before the first step.

Each takes the shape of a weight array, (n_in, n_out) or (k, k, c_in, c_out), and a
required keyword `rng`, and returns a new float64 array. Fan-in is the number of numbers
that flow into one unit: the product of all axes but the last.

All raise TypeError for a missing or foreign `rng` and ValueError for a shape that no
weight array has. Source: notebook 07.
"""

import math

import numpy as np

from course_lib.checks import expect_lengths, expect_rng

__all__ = ["he", "placeholder", "small_normal", "xavier", "zeros"]


def zeros(shape, *, rng):
    """All zeros: right for biases, and for weights the symmetry that never breaks."""
    _checked("zeros", shape, rng)
    return np.zeros(shape)


def placeholder(shape, *, rng):
    """A shape without memory behind it: to count a network that is too large to hold.

    Such weights are zeros that cannot be changed. Source: notebook 08.
    """
    _checked("placeholder", shape, rng)
    return np.broadcast_to(0.0, shape)


def small_normal(shape, *, rng):
    """Normal numbers of mean 0 and standard deviation 0.01."""
    _checked("small_normal", shape, rng)
    return rng.normal(0, 0.01, size=shape)


def xavier(shape, *, rng):
    """Normal, variance 2 / (fan_in + fan_out): for sigmoid and tanh.

    Source: Glorot & Bengio (2010), equation 12.
    """
    fan_in, fan_out = _fans("xavier", shape, rng)
    return rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), size=shape)  # (7.8)


def he(shape, *, rng):
    """Normal, variance 2 / fan_in: for ReLU, which passes on half of what it gets.

    Source: He et al. (2015), equation 10.
    """
    fan_in, _ = _fans("he", shape, rng)
    return rng.normal(0, np.sqrt(2 / fan_in), size=shape)  # (7.7)


def _checked(who, shape, rng):
    expect_rng(who, rng)
    expect_lengths(who, "shape", shape)


def _fans(who, shape, rng):
    _checked(who, shape, rng)
    if not isinstance(shape, tuple) or len(shape) < 2:
        raise ValueError(
            f"{who}: shape is {shape!r}, expected (n_in, n_out) or (k, k, c_in, c_out): without "
            f"inputs there is no fan-in. For a bias, use zeros."
        )
    return math.prod(shape[:-1]), math.prod(shape) // shape[-2]
