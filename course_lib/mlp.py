"""A network of any depth in one call: dense layers with one activation between them."""

import numpy as np

from course_lib.initializers import he
from course_lib.layers import Activation, Dense
from course_lib.network import Network
from course_lib.shapes import expect_lengths

__all__ = ["mlp"]


def mlp(sizes, phi, phi_prime, *, rng, init=he, dtype=np.float64):
    """A multi-layer perceptron: Dense, φ, Dense, φ, …, Dense.

    Parameters
    ----------
    sizes : sequence of int
        The number of inputs, the units of each hidden layer, the number of outputs: (2, 4, 1)
        has one hidden layer. The outputs are logits, or real numbers: no φ follows them.
    phi, phi_prime : callables
        The activation of all hidden layers, and its derivative.
    rng : np.random.Generator
    init : callable
        The initialiser of all weights; biases start at zero.
    dtype : np.float64 or np.float32

    Returns
    -------
    Network

    Raises ValueError for fewer than two sizes, or one below 1. Source: notebook 06.
    """
    if not isinstance(sizes, tuple | list) or len(sizes) < 2:
        raise ValueError(
            f"mlp: sizes is {sizes!r}, expected at least two: the number of inputs, the units of "
            f"each hidden layer if any, and the number of outputs, such as (2, 4, 1)."
        )
    expect_lengths("mlp", "sizes", tuple(sizes))
    layers = []
    for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True):
        layers += [Dense(n_in, n_out, rng=rng, init=init), Activation(phi, phi_prime)]
    return Network(*layers[:-1], dtype=dtype)
