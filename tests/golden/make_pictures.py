"""Reference results of PyTorch for convolutions and pooling in float64.

    pip install torch==2.13.0
    python tests/golden/make_pictures.py

writes pictures.json into the same folder: convolutions with kernels of 1 to 5 pixels, strides of 1
to 3 and padding of 0 to 2, on pictures of odd and even sizes, and pooling with ties. Channels are
the last axis, as in the course. course_lib is not imported.
"""

import json
from itertools import product
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(21)


def randn(*shape):
    return torch.tensor(rng.normal(size=shape).round(3))


def channels_first(X):
    """Move the channels from the last axis to the second, as in PyTorch."""
    return X.permute(0, 3, 1, 2)


def channels_last(Z):
    return Z.permute(0, 2, 3, 1)


def listed(**arrays):
    return {name: array.detach().numpy().tolist() for name, array in arrays.items()}


def gradients(Z, dZ, **leaves):
    values = torch.autograd.grad((Z * dZ).sum(), list(leaves.values()))
    return listed(**dict(zip((f"d{name}" for name in leaves), values, strict=True)))


def convolution(size, stride, pad):
    X, W, b = randn(2, 6, 5, 2), randn(size, size, 2, 2), randn(2)
    for leaf in (X, W, b):
        leaf.requires_grad_()
    Z = channels_last(
        functional.conv2d(channels_first(X), W.permute(3, 2, 0, 1), b, stride=stride, padding=pad)
    )
    dZ = randn(*Z.shape)
    given = {"size": size, "stride": stride, "pad": pad, **listed(X=X, W=W, b=b, dZ=dZ, Z=Z)}
    return given | gradients(Z, dZ, X=X, W=W, b=b)


def pool(kind, size, stride, height, width):
    X = torch.tensor(rng.integers(0, 4, size=(2, height, width, 2)).astype(float))  # many ties
    X.requires_grad_()
    function = {"MaxPool2D": functional.max_pool2d, "AvgPool2D": functional.avg_pool2d}[kind]
    Z = channels_last(function(channels_first(X), size, stride))
    dZ = randn(*Z.shape)
    given = {"size": size, "stride": stride, **listed(X=X, dZ=dZ, Z=Z)}
    return given | gradients(Z, dZ, X=X)


if __name__ == "__main__":
    chosen = [
        (size, stride, (size + stride) % 3) for size, stride in product(range(1, 6), (1, 2, 3))
    ]
    chosen += [(3, 1, 0), (3, 1, 1), (3, 2, 1), (5, 2, 2), (2, 1, 2), (1, 1, 1)]
    pools = list(product((1, 2, 3), (1, 2, 3), [(5, 7), (6, 4)]))
    results = {"Conv2D": [convolution(*settings) for settings in chosen]}
    for kind in ("MaxPool2D", "AvgPool2D"):
        results[kind] = [pool(kind, size, stride, *shape) for size, stride, shape in pools]
    Path(__file__).with_name("pictures.json").write_text(json.dumps(results) + "\n")
