"""The diamond of notebook 06: a tiny network, full-batch gradient descent on 500 points."""

from functools import partial

import numpy as np

from benchmarks.contestants import NO_TORCH, torch
from benchmarks.timing import in_turns, table
from course_lib.activations import sigmoid, sigmoid_prime
from course_lib.datasets import diamond
from course_lib.layers import Activation, Dense
from course_lib.losses import BINARY_CROSS_ENTROPY
from course_lib.network import Network
from course_lib.optimizers import SGD
from course_lib.training import fit

LEARNING_RATE = 0.001


def start(dtype):
    """500 points with a column of ones, their labels (500, 1), and initial weights."""
    rng = np.random.default_rng(0)
    X, y = diamond(rng=rng)
    X = np.column_stack([X, np.ones(len(X))])
    W1, W2 = rng.uniform(-1, 1, size=(3, 4)), rng.uniform(-1, 1, size=(4, 1))
    return [array.astype(dtype) for array in (X, y[:, None], W1, W2)]


def by_notebook(X, Y, W1, W2, iterations):
    """The training loop of notebook 06: no biases, summed gradient."""
    for _ in range(iterations):
        A = sigmoid(X @ W1)
        P = sigmoid(A @ W2)
        D2 = P - Y
        D1 = D2 @ W2.T * A * (1 - A)
        W2 = W2 - LEARNING_RATE * A.T @ D2
        W1 = W1 - LEARNING_RATE * X.T @ D1
    return W1, W2


def by_pytorch(X, Y, W1, W2, iterations):
    """The same in idiomatic PyTorch, with modules and an optimiser."""
    net = torch.nn.Sequential(
        torch.nn.Linear(3, 4, bias=False), torch.nn.Sigmoid(), torch.nn.Linear(4, 1, bias=False)
    )
    net[0].weight.data, net[2].weight.data = torch.tensor(W1.T), torch.tensor(W2.T)
    optimizer = torch.optim.SGD(net.parameters(), lr=LEARNING_RATE)
    X, Y = torch.from_numpy(X), torch.from_numpy(Y)
    for _ in range(iterations):
        optimizer.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(net(X), Y, reduction="sum").backward()
        optimizer.step()
    return net[0].weight.detach().numpy().T, net[2].weight.detach().numpy().T


def by_bare_autograd(X, Y, W1, W2, iterations):
    """The same with PyTorch's autograd alone: no modules, no optimiser."""
    X, Y, W1, W2 = (torch.from_numpy(array.copy()) for array in (X, Y, W1, W2))
    W1.requires_grad_(), W2.requires_grad_()
    for _ in range(iterations):
        Z = torch.sigmoid(X @ W1) @ W2
        torch.nn.functional.binary_cross_entropy_with_logits(Z, Y, reduction="sum").backward()
        with torch.no_grad():
            for W in (W1, W2):
                W -= LEARNING_RATE * W.grad
                W.grad = None
    return W1.detach().numpy(), W2.detach().numpy()


def by_fit(X, Y, W1, W2, iterations):
    """The library's `fit`, which also learns biases, and records loss and accuracy."""
    rng = np.random.default_rng(0)
    first, last = Dense(3, 4, rng=rng), Dense(4, 1, rng=rng)
    net = Network(first, Activation(sigmoid, sigmoid_prime), last, dtype=X.dtype.type)
    first.W.value, last.W.value = W1, W2
    optimizer = SGD(net, lr=LEARNING_RATE * len(X))
    fit(net, X, Y, loss=BINARY_CROSS_ENTROPY, optimizer=optimizer, epochs=iterations, rng=rng,
        progress=False)  # fmt: skip
    return first.W.value, last.W.value


OURS = {"the notebook's lines": by_notebook, "`fit`": by_fit}
THEIRS = {"PyTorch": by_pytorch, "bare autograd": by_bare_autograd}


def full_batch(rounds, iterations=5000):
    """The diamond, 500×3 → 4 → 1, 5000 full-batch iterations, beside PyTorch."""
    implementations = OURS if torch is None else OURS | THEIRS
    rows = []
    for dtype in (np.float32, np.float64):
        initial = start(dtype)
        _expect_equal(implementations, initial)
        training = {
            name: partial(run, *initial, iterations) for name, run in implementations.items()
        }
        times = in_turns(training, rounds=rounds)
        for name in OURS:
            ratios = [times.ratio(name, t) if t in implementations else NO_TORCH for t in THEIRS]
            rows.append([name, dtype.__name__, f"{times.best(name) / 1000:.0f} ms", *ratios])
    return table(["ours", "type", "time", "ours / PyTorch", "ours / bare autograd"], rows)


def _expect_equal(implementations, initial):
    """Assert equal weights after 100 iterations of all implementations without biases."""
    expected = by_notebook(*initial, 100)
    for name in implementations.keys() - {"`fit`"}:
        for W, expected_W in zip(implementations[name](*initial, 100), expected, strict=True):
            assert np.allclose(W, expected_W, rtol=1e-3, atol=1e-4), f"{name} disagrees"
