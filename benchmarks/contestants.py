"""The same network three times: ours, PyTorch's, scikit-learn's, with the same weights."""

import numpy as np
from sklearn.neural_network import MLPClassifier

from course_lib.activations import relu, relu_prime
from course_lib.datasets import one_hot
from course_lib.layers import Dense
from course_lib.losses import SOFTMAX_CROSS_ENTROPY
from course_lib.network import mlp
from course_lib.optimizers import SGD, Adam

try:
    import torch
except ImportError:
    torch = None

NO_TORCH = "PyTorch is not installed"
SETTINGS = {"SGD, momentum": {"lr": 0.01, "momentum": 0.9}, "Adam": {"lr": 1e-3}}


def batch(m, n, k, dtype, seed=0):
    """Random examples and their classes."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(m, n)).astype(dtype), rng.integers(0, k, m)


class Ours:
    """Dense layers with ReLU between them, of the widths `sizes`."""

    def __init__(self, sizes, optimizer, dtype):
        rng = np.random.default_rng(1)
        self.net = mlp(sizes, relu, relu_prime, rng=rng, dtype=dtype)
        make = SGD if optimizer.startswith("SGD") else Adam
        self.optimizer = make(self.net, **SETTINGS[optimizer])

    def step(self, X, Y):
        Z = self.net.forward(X)
        self.net.backward(SOFTMAX_CROSS_ENTROPY.grad(Z, Y))
        self.optimizer.step()

    def weights(self):
        return [parameter.value for parameter in self.net.parameters]


class PyTorchs:
    """The network of `Ours` in PyTorch, eager, starting from the same weights."""

    def __init__(self, ours, optimizer):
        modules = []
        for layer in ours.net.layers:
            if isinstance(layer, Dense):
                W = torch.tensor(layer.W.value)
                linear = torch.nn.Linear(*W.shape, dtype=W.dtype)
                linear.weight.data, linear.bias.data = W.T.clone(), torch.tensor(layer.b.value)
                modules.append(linear)
            else:
                modules.append(torch.nn.ReLU())
        self.net = torch.nn.Sequential(*modules)
        make = torch.optim.SGD if optimizer.startswith("SGD") else torch.optim.Adam
        self.optimizer = make(self.net.parameters(), **SETTINGS[optimizer])

    def step(self, X, y):
        self.optimizer.zero_grad()
        torch.nn.functional.cross_entropy(self.net(X), y).backward()
        self.optimizer.step()

    def weights(self):
        return [p.detach().numpy().T for p in self.net.parameters()]


def scikit_learns(sizes, optimizer, **more):
    """An MLPClassifier with the same layers, the same optimiser, and no penalty."""
    settings = SETTINGS[optimizer]
    return MLPClassifier(
        sizes[1:-1],
        solver="sgd" if optimizer.startswith("SGD") else "adam",
        learning_rate_init=settings["lr"],
        momentum=settings.get("momentum", 0.9),
        nesterovs_momentum=False,
        alpha=0.0,
        random_state=0,
        **more,
    )


def steps(sizes, m, optimizer, dtype):
    """One training step of each as a callable, and the floor: our matrix products alone."""
    X, y = batch(m, sizes[0], sizes[-1], dtype)
    Y = one_hot(y, sizes[-1]).astype(dtype)
    ours = Ours(sizes, optimizer, dtype)
    running = {"ours": lambda: ours.step(X, Y)}
    if torch is not None:
        theirs = PyTorchs(ours, optimizer)
        X_torch, y_torch = torch.tensor(X), torch.tensor(y)
        _expect_one_step_alike(ours, theirs, (X, Y), (X_torch, y_torch))
        running["PyTorch"] = lambda: theirs.step(X_torch, y_torch)
    return running | {"products": _products(X, ours.net)}


def _expect_one_step_alike(ours, theirs, our_batch, their_batch):
    ours.step(*our_batch)
    theirs.step(*their_batch)
    tolerance = 1e-4 if ours.net.dtype == np.float32 else 1e-9
    for one, other in zip(ours.weights(), theirs.weights(), strict=True):
        assert np.allclose(one, other, rtol=tolerance, atol=tolerance), (
            "they compute different things"
        )


def _products(X, net):
    inputs, A = [], X
    for layer in net.layers:
        if isinstance(layer, Dense):
            inputs.append((A, layer.W.value, A @ layer.W.value))
            A = inputs[-1][2]

    def run():
        for A, W, Z in inputs:
            A @ W
            A.T @ Z
            Z @ W.T

    return run
