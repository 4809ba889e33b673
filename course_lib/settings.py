"""What `NeuralNetworkClassifier` may be given: scikit-learn's way is to check it all in `fit`."""

from course_lib import activations as phi
from course_lib.initializers import he, xavier
from course_lib.shapes import expect_between, expect_lengths, expect_one_of, expect_whole

__all__ = ["ACTIVATIONS", "WHO", "expect_settings", "hidden_sizes"]

WHO = "NeuralNetworkClassifier"
ACTIVATIONS = {
    "relu": (phi.relu, phi.relu_prime, he),
    "leaky_relu": (phi.leaky_relu, phi.leaky_relu_prime, he),
    "tanh": (phi.tanh, phi.tanh_prime, xavier),
    "sigmoid": (phi.sigmoid, phi.sigmoid_prime, xavier),
}


def hidden_sizes(model):
    """The units of each hidden layer as a tuple; a single number means one layer."""
    hidden = model.hidden
    return tuple(hidden) if isinstance(hidden, tuple | list) else (hidden,)


def expect_settings(model):
    """Raise ValueError for a parameter of `model` that is out of its range."""
    if hidden_sizes(model):
        expect_lengths(WHO, "hidden", hidden_sizes(model))
    expect_one_of(WHO, "activation", model.activation, ACTIVATIONS)
    expect_one_of(WHO, "optimizer", model.optimizer, ("adam", "sgd"))
    for name in ("max_iter", "n_iter_no_change"):
        expect_whole(WHO, name, getattr(model, name))
    if model.batch_size is not None:
        expect_whole(WHO, "batch_size", model.batch_size)
    for name in ("weight_decay", "tol"):
        expect_between(WHO, name, getattr(model, name), 0, closed=True)
    expect_between(WHO, "momentum", model.momentum, 0, 1, closed=True)
    expect_between(WHO, "lr", model.lr, 0)
    expect_between(WHO, "validation_fraction", model.validation_fraction, 0, 1)
