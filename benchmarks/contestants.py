"""The same network three times: ours, PyTorch's, scikit-learn's, with the same weights."""

import numpy as np
from sklearn.neural_network import MLPClassifier

from course_lib.activations import relu, relu_prime
from course_lib.datasets import one_hot
from course_lib.layers import Dense
from course_lib.losses import SOFTMAX_CROSS_ENTROPY
from course_lib.network import mlp
from course_lib.optimizers import SGD, Adam
from course_lib.training import step

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
        return step(self.net, X, Y, SOFTMAX_CROSS_ENTROPY, self.optimizer)

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


class Bare:
    """The network of `Ours` with one hidden layer, in the lines of a textbook, without checks.

    The same lines as ours, so with the value of the loss and ∂J/∂X.
    """

    def __init__(self, ours, optimizer):
        self.parameters = [value.copy() for value in ours.weights()]
        self.velocities = [np.zeros_like(value) for value in self.parameters]
        self.squares = [np.zeros_like(value) for value in self.parameters]
        self.update = self.momentum if optimizer.startswith("SGD") else self.adam
        self.settings, self.t = SETTINGS[optimizer], 0

    def step(self, X, Y):
        W1, b1, W2, b2 = self.parameters
        m = len(X)
        Z1 = X @ W1 + b1
        A1 = np.maximum(Z1, 0)
        Z2 = A1 @ W2 + b2
        E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
        P = E / E.sum(axis=1, keepdims=True)
        value = -(Y * np.log(P)).sum() / m
        dZ2 = (P - Y) / m
        dW2, db2 = A1.T @ dZ2, dZ2.sum(axis=0)
        dZ1 = dZ2 @ W2.T * (Z1 > 0)
        dW1, db1, dX = X.T @ dZ1, dZ1.sum(axis=0), dZ1 @ W1.T
        self.update([dW1, db1, dW2, db2])
        return value, dX

    def momentum(self, gradients):
        lr, momentum = self.settings["lr"], self.settings["momentum"]
        for theta, v, g in zip(self.parameters, self.velocities, gradients, strict=True):
            v *= momentum
            v += g
            theta -= lr * v

    def adam(self, gradients):
        self.t += 1
        moments = zip(self.parameters, self.velocities, self.squares, gradients, strict=True)
        for theta, m, v, g in moments:
            m[...] = 0.9 * m + (1 - 0.9) * g
            v[...] = 0.999 * v + (1 - 0.999) * g**2
            m_hat, v_hat = m / (1 - 0.9**self.t), v / (1 - 0.999**self.t)
            theta -= self.settings["lr"] * m_hat / (np.sqrt(v_hat) + 1e-8)

    def weights(self):
        return self.parameters


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
    """One training step of each as a callable, and the floor: our matrix products alone.

    All start from the same weights, and must have the same weights after one step.
    """
    X, y = batch(m, sizes[0], sizes[-1], dtype)
    Y = one_hot(y, sizes[-1]).astype(dtype)
    ours = Ours(sizes, optimizer, dtype)
    running = {"ours": lambda: ours.step(X, Y)}
    others = []
    if len(sizes) == 3:
        others.append(bare := Bare(ours, optimizer))
        running["bare"] = lambda: bare.step(X, Y)
    if torch is not None:
        X_torch, y_torch = torch.tensor(X), torch.tensor(y)
        others.append(theirs := PyTorchs(ours, optimizer))
        running["PyTorch"] = lambda: theirs.step(X_torch, y_torch)
    for run in running.values():
        run()
    for other in others:
        _expect_same_weights(ours, other)
    return running | {"products": _products(X, ours.net)}


def _expect_same_weights(ours, other):
    tolerance = 1e-4 if ours.net.dtype == np.float32 else 1e-9
    for one, two in zip(ours.weights(), other.weights(), strict=True):
        assert np.allclose(one, two, rtol=tolerance, atol=tolerance), "they differ"


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
