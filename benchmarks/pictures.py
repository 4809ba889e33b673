"""Convolutional networks: forwards and backwards, beside PyTorch and beside loops."""

import time

import numpy as np

from benchmarks.contestants import NO_TORCH, torch
from benchmarks.timing import in_turns, table
from course_lib.activations import relu, relu_prime
from course_lib.conv import AvgPool2D, Conv2D, MaxPool2D, correlate_loops, examples_last
from course_lib.layers import Activation, Dense, Flatten
from course_lib.network import Network

DTYPES = (np.float32, np.float64)
BATCH = 32
SIZES = {"small, 8×8, 8 and 16 channels": (8, 8, 16), "big, 28×28, 16 and 32": (28, 16, 32)}


def cnn_layers(side, first, second):
    """Conv 3×3, ReLU, pool, conv 3×3, ReLU, pool, dense, for pictures of one channel."""
    rng = np.random.default_rng(0)
    return [
        Conv2D(1, first, 3, pad=1, rng=rng),
        Activation(relu, relu_prime),
        MaxPool2D(2),
        Conv2D(first, second, 3, pad=1, rng=rng),
        Activation(relu, relu_prime),
        MaxPool2D(2),
        Flatten(),
        Dense(second * (side // 4) ** 2, 10, rng=rng),
    ]


def in_torch(layer):
    """One of our layers in PyTorch, with the same weights; its pictures have channels first."""
    if isinstance(layer, Conv2D):
        W = torch.tensor(layer.W.value)
        conv = torch.nn.Conv2d(W.shape[2], W.shape[3], layer.size, layer.stride, layer.pad)
        conv.weight.data = W.permute(3, 2, 0, 1).contiguous()
        conv.bias.data = torch.tensor(layer.b.value)
        return conv
    if isinstance(layer, MaxPool2D):
        return torch.nn.MaxPool2d(layer.size, layer.stride)
    if isinstance(layer, AvgPool2D):
        return torch.nn.AvgPool2d(layer.size, layer.stride)
    if isinstance(layer, Activation):
        return torch.nn.ReLU()
    if isinstance(layer, Flatten):
        return ChannelsLast()
    linear = torch.nn.Linear(*layer.W.value.shape)
    linear.weight.data = torch.tensor(layer.W.value.T.copy())
    linear.bias.data = torch.tensor(layer.b.value)
    return linear


if torch is not None:

    class ChannelsLast(torch.nn.Module):
        """Flattens in our order, so that the dense weights are the same."""

        def forward(self, X):
            return X.permute(0, 2, 3, 1).flatten(1)


def both_ways(layers, X):
    """Forward and backward through the public layers, and the same in PyTorch, as callables.

    Outputs, ∂J/∂X and all gradients are compared first.
    """
    net = Network(*layers, dtype=X.dtype.type)
    dZ = np.random.default_rng(1).normal(size=net.forward(X).shape).astype(X.dtype)

    def ours():
        net.forward(X)
        return net.backward(dZ)

    if torch is None:
        return {"ours": ours}
    theirs = torch.nn.Sequential(*map(in_torch, layers))
    x = torch.tensor(X.transpose(0, 3, 1, 2).copy(), requires_grad=True)
    dz = torch.tensor(dZ if dZ.ndim == 2 else dZ.transpose(0, 3, 1, 2).copy())

    def pytorchs():
        x.grad = None
        theirs.zero_grad()
        theirs(x).backward(dz)
        return x.grad

    tolerance = 1e-3 if X.dtype == np.float32 else 1e-9
    pairs = [(net.forward(X), _as_ours(theirs(x))), (ours(), _as_ours(pytorchs()))]
    pairs += zip(
        [p.grad for p in net.parameters],
        [_as_ours(p.grad, weights=True) for p in theirs.parameters()],
        strict=True,
    )
    for one, other in pairs:
        assert np.allclose(one, other, rtol=tolerance, atol=tolerance * np.abs(other).max())
    return {"ours": ours, "PyTorch": pytorchs}


def _as_ours(tensor, *, weights=False):
    """PyTorch's pictures, or weights, with their axes in our order."""
    array = tensor.detach().numpy()
    if array.ndim == 4:
        return array.transpose(2, 3, 1, 0) if weights else array.transpose(0, 2, 3, 1)
    return array.T if weights else array


def batch(side, channels, dtype, m=BATCH):
    return np.random.default_rng(2).normal(size=(m, side, side, channels)).astype(dtype)


def _ratio(times):
    return times.ratio("ours", "PyTorch") if torch is not None else NO_TORCH


def networks(rounds):
    """A small and a big CNN, batch 32, forwards and backwards, beside PyTorch."""
    rows = []
    for name, (side, first, second) in SIZES.items():
        for dtype in DTYPES:
            running = both_ways(cnn_layers(side, first, second), batch(side, 1, dtype))
            times = in_turns(running, rounds=rounds, seconds=0.05)
            rows.append(
                [name, dtype.__name__, f"{times.best('ours') / 1000:.2f} ms", _ratio(times)]
            )
    return table(["network", "type", "ours", "ours / PyTorch"], rows)


def single_layers(rounds):
    """One layer, forwards and backwards, where the size of one thing grows, float32."""
    base = {"kernel": 3, "channels": 8, "side": 14, "batch": BATCH}
    grown = {
        "kernel": (1, 3, 5, 7),
        "channels": (1, 8, 32, 64),
        "side": (7, 14, 28, 56),
        "batch": (1, 8, 32, 128),
    }
    rows = []
    for what, values in grown.items():
        for value in values:
            at = base | {what: value}
            rng, c = np.random.default_rng(0), at["channels"]
            layer = Conv2D(c, c, at["kernel"], pad=at["kernel"] // 2, rng=rng)
            running = both_ways([layer], batch(at["side"], c, np.float32, at["batch"]))
            times = in_turns(running, rounds=rounds, seconds=0.02)
            rows.append([f"{what} {value}", f"{times.best('ours') / 1000:.2f} ms", _ratio(times)])
    return table(["kernel 3, 8 channels, 14×14, batch 32, but", "ours", "ours / PyTorch"], rows)


def pools(rounds):
    """Max pooling 2×2, both ways, batch 32, in the memory that the layer before leaves."""
    rows = []
    for name, (side, channels, _) in SIZES.items():
        for dtype in DTYPES:
            X, layer = batch(side, channels, dtype), MaxPool2D(2)
            running = both_ways([layer], X)
            X, dZ = examples_last(X), examples_last(batch(side // 2, channels, dtype))
            running["ours"] = lambda X=X, dZ=dZ, layer=layer: (layer.forward(X), layer.backward(dZ))
            times = in_turns(running, rounds=rounds, seconds=0.02)
            rows.append([name, dtype.__name__, f"{times.best('ours'):.0f} µs", _ratio(times)])
    return table(["pictures", "type", "ours", "ours / PyTorch"], rows)


def loops(rounds):
    """One convolution 3×3, 1 to 8 channels, batch 32, forwards: four nested loops by ours."""
    rows = []
    for side in (8, 28):
        X = batch(side, 1, np.float64)
        layer = Conv2D(1, 8, 3, pad=1, rng=np.random.default_rng(0))
        start = time.perf_counter()
        slow = correlate_loops(X, layer.W.value, layer.b.value, pad=1)
        seconds = time.perf_counter() - start
        assert np.allclose(layer.forward(X), slow)
        best = in_turns({"ours": lambda X=X, layer=layer: layer.forward(X)}, rounds=rounds).best(
            "ours"
        )
        rows.append(
            [
                f"{side}×{side}",
                f"{seconds:.2f} s",
                f"{best / 1000:.2f} ms",
                f"{1e6 * seconds / best:.0f}",
            ]
        )
    return table(["pictures", "loops", "ours", "loops / ours"], rows)
