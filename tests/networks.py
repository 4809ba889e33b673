"""Small networks and data for the tests of the core."""

import numpy as np

from course_lib import activations
from course_lib.datasets import one_hot
from course_lib.layers import Activation, Dense
from course_lib.losses import BINARY_CROSS_ENTROPY, MSE, SOFTMAX_CROSS_ENTROPY
from course_lib.network import Network

LOSSES = [MSE, BINARY_CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY]
SLOPED = ["sigmoid", "tanh", "relu", "leaky_relu", "absolute", "identity"]


def activation(name):
    return Activation(getattr(activations, name), getattr(activations, f"{name}_prime"))


def two_layers(rng, n=3, hidden=4, k=2, name="tanh", dtype=np.float64):
    return Network(
        Dense(n, hidden, rng=rng), activation(name), Dense(hidden, k, rng=rng), dtype=dtype
    )


def outputs_of(loss, k):
    """The number of outputs of a network with this loss: 1 if it is binary, else k."""
    return 1 if loss is BINARY_CROSS_ENTROPY else k


def labels(loss, m, k, rng):
    """Random labels for the loss, Y of shape (m, k)."""
    if loss is MSE:
        return rng.normal(size=(m, k))
    if loss is SOFTMAX_CROSS_ENTROPY:
        return one_hot(rng.integers(0, k, m), k)
    return rng.integers(0, 2, (m, 1)).astype(float)
