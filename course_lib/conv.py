"""Layers for pictures: convolution, and pooling.

Pictures are (m, height, width, channels), kernels (size, size, c_in, c_out). What is called
convolution here, as everywhere with neural networks, is cross-correlation: the kernel is not
turned. The examples stand first for the reader, and last in memory: see `windows`.

Source: notebook 08.
"""

from functools import reduce
from itertools import product

import numpy as np

from course_lib.checks import (
    ShapeError,
    expect,
    expect_picture_shape,
    expect_pictures,
    expect_whole,
    floats,
)
from course_lib.initializers import he
from course_lib.layers import Layer, Parameter, drawn

__all__ = [
    "AvgPool2D",
    "Conv2D",
    "MaxPool2D",
    "correlate_loops",
    "count_windows",
    "examples_first",
    "examples_last",
    "padded",
    "parts",
    "windows",
]


def count_windows(who, height, width, size, stride, pad=0):
    """How many windows of `size` by `size` fit, `stride` apart: rows and columns.

    (length + 2 pad - size) // stride + 1 along each side. Raises ShapeError if there is none.
    """
    if min(height, width) + 2 * pad < size:
        around = f" and {pad} of padding on each side" if pad else ""
        raise ShapeError(
            f"{who}: X has pictures of {height} × {width} pixels{around}, expected at least "
            f"{size} × {size}, the window. Take a smaller window, or larger pictures."
        )
    sides = height + 2 * pad, width + 2 * pad
    return tuple((side - size) // stride + 1 for side in sides)  # (8.6)


def examples_last(X):
    """(m, height, width, channels) as (height, width, channels, m), contiguous."""
    return np.ascontiguousarray(X.transpose(1, 2, 3, 0))


def examples_first(A):
    """The way back, as a view: the memory stays as it is."""
    return A.transpose(3, 0, 1, 2)


def padded(A, pad):
    """A (height, width, channels, m) with `pad` zeros on each side of every picture."""
    if pad == 0:
        return A
    height, width, channels, m = A.shape
    around = np.zeros((height + 2 * pad, width + 2 * pad, channels, m), dtype=A.dtype)
    around[pad : pad + height, pad : pad + width] = A
    return around


def parts(A, counts, size, stride):
    """For each place in a window, in row order: that place in every window, a view of A.

    A is (height, width, channels, m), each view (rows, columns, channels, m).
    """
    rows, columns = counts
    for u in range(size):
        for v in range(size):
            down = slice(u, u + stride * (rows - 1) + 1, stride)
            right = slice(v, v + stride * (columns - 1) + 1, stride)
            yield A[down, right]


def windows(A, counts, size, stride):
    """What each window sees, as a column: (rows, columns, size · size · channels, m).

    Within a window, pixels go down first, then to the right. The `size` rows that a window
    touches are stacked once; windows then overlap in memory, and nothing more is copied.
    """
    rows, columns = counts
    _, width, channels, m = A.shape
    stacked = np.empty((rows, width, size, channels, m), dtype=A.dtype)
    for u in range(size):
        stacked[:, :, u] = A[u : u + stride * (rows - 1) + 1 : stride]
    row, pixel, _, _, number = stacked.strides
    shape = rows, columns, size * size * channels, m
    return np.ndarray(shape, A.dtype, stacked, strides=(row, stride * pixel, m * number, number))


def correlate_loops(X, W, b, *, stride=1, pad=0):
    """The definition: Z[i, r, s, k] = b[k] + Σ X[i, r·stride + u, s·stride + v, c] W[u, v, c, k].

    X (m, height, width, c_in) is surrounded by `pad` zeros; W (size, size, c_in, c_out),
    b (c_out,). The sum runs over u, v and c. Returns Z (m, rows, columns, c_out). In loops, so
    slow: the oracle of `Conv2D`. Raises ShapeError for shapes that do not go together,
    ValueError for a stride or pad out of its range.
    """
    W, b = floats("correlate_loops", "W", W), floats("correlate_loops", "b", b)
    expect("correlate_loops", "W", W, ("size", "size", "c_in", "c_out"), "a square of weights")
    expect("correlate_loops", "b", b, W.shape[3:], "one bias for each kernel")
    X = expect_pictures("correlate_loops", X, W.shape[2])
    size, stride, pad = _settings("correlate_loops", len(W), stride, pad)
    counts = count_windows("correlate_loops", *X.shape[1:3], size, stride, pad)
    X = np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    Z = np.zeros((len(X), *counts, len(b)), dtype=np.result_type(X, W, b))
    for i, r, s, k in product(*map(range, Z.shape)):
        window = X[i, r * stride : r * stride + size, s * stride : s * stride + size]
        Z[i, r, s, k] = (window * W[..., k]).sum() + b[k]  # (8.5)
    return Z


class Conv2D(Layer):
    """Z = X ⋆ W + b: each output pixel is the dot product of a window of X with each kernel.

    W has shape (size, size, c_in, c_out), b (c_out,); X (m, height, width, c_in) is surrounded
    by `pad` zeros, and windows stand `stride` pixels apart, so that Z has
    (height + 2 pad - size) // stride + 1 rows, columns likewise. `init` draws W from `rng`;
    b starts at zero.

    Raises ShapeError for another X or dZ, or pictures smaller than the kernel; RuntimeError for
    backward before forward; ValueError or TypeError for settings out of their range.
    """

    def __init__(self, c_in, c_out, size, *, stride=1, pad=0, rng, init=he):
        self.size, self.stride, self.pad = _settings("Conv2D", size, stride, pad)
        channels = expect_whole("Conv2D", "c_in", c_in), expect_whole("Conv2D", "c_out", c_out)
        shape = (self.size, self.size, *channels)
        self.W = Parameter("W", drawn("Conv2D", init, shape, rng), decays=True)
        self.b = Parameter("b", np.zeros(c_out), decays=False)
        self.parameters = (self.W, self.b)

    def forward(self, X):
        W, b = self.W.value, self.b.value
        X = expect_pictures("Conv2D", X, W.shape[2])
        A = padded(examples_last(X), self.pad)
        seen = windows(A, self._counts(X.shape[1:]), self.size, self.stride)
        self._cache = X.shape, seen
        Z = _as_matrix(W).T @ seen
        Z += b[:, None]  # (8.5)
        return examples_first(Z)

    def backward(self, dZ):
        (m, height, width, c_in), seen = self._recall()
        W, pad, size = self.W.value, self.pad, self.size
        Z_shape = (m, *self.output_shape((height, width, c_in)))
        dZ = floats("Conv2D", "dZ", dZ)
        expect("Conv2D", "dZ", dZ, Z_shape, "the shape of Z, the output")
        D = examples_last(dZ)
        dW = (seen @ D.swapaxes(2, 3)).sum(axis=(0, 1))  # (8.10)
        self.W.grad = _as_kernels(dW, W.shape)
        self.b.grad = D.sum(axis=(0, 1)).sum(axis=1)  # (8.11)
        turned = W[::-1, ::-1].swapaxes(2, 3)  # by 180°, and from c_out to c_in
        more = 2 * pad + size - 1
        around = np.zeros((height + more, width + more, *D.shape[2:]), dtype=D.dtype)
        next(parts(around[size - 1 :, size - 1 :], D.shape[:2], 1, self.stride))[...] = D
        inner = around[pad : height + more - pad, pad : width + more - pad]
        dX = _as_matrix(turned).T @ windows(inner, (height, width), size, 1)  # (8.13)
        return examples_first(dX)

    def output_shape(self, shape):
        expect_picture_shape("Conv2D", shape, self.W.value.shape[2])
        return (*self._counts(shape), self.W.value.shape[3])

    def multiplications(self, shape):
        rows, columns, _ = self.output_shape(shape)
        return rows * columns * self.W.value.size

    def _counts(self, shape):
        return count_windows("Conv2D", *shape[:2], self.size, self.stride, self.pad)

    def __repr__(self):
        *_, c_in, c_out = self.W.value.shape
        more = f", stride={self.stride}" * (self.stride > 1) + f", pad={self.pad}" * (self.pad > 0)
        return f"Conv2D({c_in}, {c_out}, {self.size}{more})"


class MaxPool2D(Layer):
    """The largest number of each window, for each channel by itself.

    Windows of `size` by `size` pixels stand `stride` apart (None: `size`); rows and columns that
    fill no window are left out. The gradient goes to where the maximum was, the first one in row
    order if there are several. Raises as `Conv2D` does.
    """

    def __init__(self, size, *, stride=None):
        self.size, self.stride, _ = _settings("MaxPool2D", size, stride)

    def forward(self, X):
        A, counts = _input(self, X)
        Z = reduce(np.maximum, parts(A, counts, self.size, self.stride))
        self._cache = A, Z
        return examples_first(Z.copy())

    def backward(self, dZ):
        A, Z = self._recall()
        D, dA = _slope(self, dZ, Z), np.zeros_like(A)
        seen = parts(A, Z.shape[:2], self.size, self.stride)
        slopes = parts(dA, Z.shape[:2], self.size, self.stride)
        apart = self.stride >= self.size  # each pixel in one window at most
        free = np.ones(Z.shape, dtype=bool)  # no maximum found yet
        for x, dx in zip(seen, slopes, strict=True):
            first = free & (x == Z)  # (8.8)
            if apart:
                np.multiply(first, D, out=dx)
            else:
                dx += first * D
            free ^= first
        return examples_first(dA)

    def output_shape(self, shape):
        return _pooled_shape(self, shape)

    def __repr__(self):
        return _pool_text(self)


class AvgPool2D(Layer):
    """The mean of each window, for each channel by itself; windows as in `MaxPool2D`.

    The gradient is shared evenly among the pixels of the window. Raises as `Conv2D` does.
    """

    def __init__(self, size, *, stride=None):
        self.size, self.stride, _ = _settings("AvgPool2D", size, stride)

    def forward(self, X):
        A, counts = _input(self, X)
        Z = reduce(np.add, parts(A, counts, self.size, self.stride)) / A.dtype.type(self.size**2)
        self._cache = A.shape, Z
        return examples_first(Z)

    def backward(self, dZ):
        shape, Z = self._recall()
        share = _slope(self, dZ, Z) / Z.dtype.type(self.size**2)  # (8.9)
        dA = np.zeros(shape, dtype=share.dtype)
        for dx in parts(dA, Z.shape[:2], self.size, self.stride):
            dx += share
        return examples_first(dA)

    def output_shape(self, shape):
        return _pooled_shape(self, shape)

    def __repr__(self):
        return _pool_text(self)


def _as_matrix(W):
    """Kernels (size, size, c_in, c_out) as columns, their pixels in the order of `windows`."""
    return W.swapaxes(0, 1).reshape(-1, W.shape[3])


def _as_kernels(matrix, shape):
    """The way back from `_as_matrix`."""
    return matrix.reshape(shape).swapaxes(0, 1)


def _settings(who, size, stride, pad=0):
    size = expect_whole(who, "size", size)
    stride = size if stride is None else expect_whole(who, "stride", stride)
    return size, stride, expect_whole(who, "pad", pad, least=0)


def _input(pool, X):
    who = type(pool).__name__
    X = expect_pictures(who, X)
    return examples_last(X), count_windows(who, *X.shape[1:3], pool.size, pool.stride)


def _slope(pool, dZ, Z):
    who = type(pool).__name__
    dZ = floats(who, "dZ", dZ)
    expect(who, "dZ", dZ, examples_first(Z).shape, "the shape of the output")
    return examples_last(dZ)


def _pooled_shape(pool, shape):
    who = type(pool).__name__
    expect_picture_shape(who, shape)
    return (*count_windows(who, *shape[:2], pool.size, pool.stride), shape[2])


def _pool_text(pool):
    stride = f", stride={pool.stride}" * (pool.stride != pool.size)
    return f"{type(pool).__name__}({pool.size}{stride})"
