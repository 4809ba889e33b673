"""Layers for pictures: convolution, and pooling. Source: notebook 08.

Pictures are (m, height, width, channels), kernels (size, size, c_in, c_out). What is called
convolution here, as everywhere with neural networks, is cross-correlation: the kernel is not
turned. The definition in loops comes first, then the layers, then the operations that they
are made of: surround with zeros, correlate, turn by 180°.

Every array of pictures is indexed as above. In memory the examples stand last,
(height, width, channels, m), so that the values of one pixel are contiguous across the batch.
"""

from functools import cached_property, reduce
from itertools import product

import numpy as np

from course_lib.checks import (
    ShapeError,
    expect,
    expect_picture_shape,
    expect_pictures,
    expect_whole,
)
from course_lib.initializers import he
from course_lib.layers import Layer, Parameter, initial_weights

__all__ = [
    "AvgPool2D",
    "Conv2D",
    "MaxPool2D",
    "Pool2D",
    "Windows",
    "correlate",
    "correlate_loops",
    "examples_last",
    "output_size",
    "spread",
    "surround",
    "turn",
    "weighted_sum",
]


def correlate_loops(X, W, b, *, stride=1, pad=0):
    """The definition: Z[i, r, s, k] = b[k] + Σ X[i, r·stride + u, s·stride + v, c] W[u, v, c, k].

    X (m, height, width, c_in) is surrounded by `pad` zeros; W (size, size, c_in, c_out),
    b (c_out,). The sum runs over u, v and c. Returns Z (m, rows, columns, c_out). In loops, so
    slow: the reference by which `Conv2D` is tested. Raises ShapeError for shapes that do not go
    together, ValueError for a stride or pad out of its range.
    """
    who = "correlate_loops"
    W = expect(who, "W", W, ("size", "size", "c_in", "c_out"), "a square of weights")
    b = expect(who, "b", b, W.shape[3:], "one bias for each kernel")
    X = expect_pictures(who, X, W.shape[2])
    size, stride, pad = _expect_settings(who, len(W), stride, pad)
    rows, columns = output_size(who, X.shape[1:3], size, stride, pad)
    X = np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    Z = np.zeros((len(X), rows, columns, len(b)), dtype=np.result_type(X, W, b))
    for i, r, s, k in product(*map(range, Z.shape)):
        window = X[i, r * stride : r * stride + size, s * stride : s * stride + size]
        Z[i, r, s, k] = (window * W[..., k]).sum() + b[k]  # (8.5)
    return Z


class Conv2D(Layer):
    """Z = X ⋆ W + b: each output pixel is the dot product of a window of X with each kernel.

    W has shape (size, size, c_in, c_out), b (c_out,); X (m, height, width, c_in) is surrounded
    by `pad` zeros, and windows are `stride` pixels apart, so that Z has
    (height + 2 pad - size) // stride + 1 rows, columns likewise. `init` draws W from `rng`;
    b starts at zero.

    Raises ShapeError if X or dZ has the wrong shape, or pictures are smaller than the kernel;
    RuntimeError for backward before forward; ValueError for a setting out of its range;
    TypeError for an `init` or `rng` of another kind.
    """

    def __init__(self, c_in, c_out, size, *, stride=1, pad=0, rng, init=he):
        self.size, self.stride, self.pad = _expect_settings("Conv2D", size, stride, pad)
        channels = expect_whole("Conv2D", "c_in", c_in), expect_whole("Conv2D", "c_out", c_out)
        W = initial_weights("Conv2D", init, (self.size, self.size, *channels), rng)
        self.W = Parameter("W", W, decays=True)
        self.b = Parameter("b", np.zeros(c_out), decays=False)
        self.parameters = (self.W, self.b)

    def forward(self, X):
        W, b = self.W.value, self.b.value
        X = expect_pictures("Conv2D", X, W.shape[2])
        sides = output_size("Conv2D", X.shape[1:3], self.size, self.stride, self.pad)
        shape, X = X.shape, Windows(surround(X, self.pad), self.size, self.stride, *sides)
        self._cache = shape, X
        return correlate(X, W) + b  # (8.5)

    def backward(self, dZ):
        shape, X = self._recall()
        W = self.W.value
        dZ = expect("Conv2D", "dZ", dZ, X.output_shape(W.shape[3]), "the shape of the output")
        self.W.grad = weighted_sum(X, dZ)  # (8.10)
        self.b.grad = dZ.sum(axis=(1, 2)).sum(axis=0)  # (8.11), the long sum first
        ring = surround(spread(dZ, X), self.size - 1 - self.pad)  # less the padding of X
        return correlate(Windows(ring, self.size, 1, *shape[1:3]), turn(W))  # (8.13)

    def output_shape(self, shape):
        expect_picture_shape("Conv2D", shape, self.W.value.shape[2])
        size = output_size("Conv2D", shape[:2], self.size, self.stride, self.pad)
        return (*size, self.W.value.shape[3])

    def multiplications(self, shape):
        rows, columns, _ = self.output_shape(shape)
        return rows * columns * self.W.value.size

    def __repr__(self):
        *_, c_in, c_out = self.W.value.shape
        stride = f", stride={self.stride}" * (self.stride > 1)
        pad = f", pad={self.pad}" * (self.pad > 0)
        return f"Conv2D({c_in}, {c_out}, {self.size}{stride}{pad})"


class Pool2D(Layer):
    """Base of both pools: one number for each window and channel.

    Windows of `size` by `size` pixels are `stride` pixels apart (None: `size`); rows and columns
    that fill no window are left out. Raises as `Conv2D` does.
    """

    def __init__(self, size, *, stride=None):
        who = type(self).__name__
        self.size, self.stride, _ = _expect_settings(who, size, size if stride is None else stride)

    def windows(self, X):
        """The `Windows` of the pictures X."""
        X = expect_pictures(type(self).__name__, X)
        sides = output_size(type(self).__name__, X.shape[1:3], self.size, self.stride)
        return Windows(X, self.size, self.stride, *sides)

    def upstream(self, dZ, windows):
        """dZ, if it has the shape of the output, with the examples last in memory."""
        shape = windows.output_shape(windows.X.shape[3])
        return examples_last(
            expect(type(self).__name__, "dZ", dZ, shape, "the shape of the output")
        )

    def output_shape(self, shape):
        who = type(self).__name__
        expect_picture_shape(who, shape)
        return (*output_size(who, shape[:2], self.size, self.stride), shape[2])

    def __repr__(self):
        stride = f", stride={self.stride}" * (self.stride != self.size)
        return f"{type(self).__name__}({self.size}{stride})"


class MaxPool2D(Pool2D):
    """The largest number of each window; windows as in `Pool2D`.

    The gradient goes to where the maximum was, the first one in row order if there are several.
    """

    def forward(self, X):
        windows = self.windows(X)
        Z = reduce(np.maximum, windows.pixels(windows.X))
        self._cache = windows, Z
        return Z.copy(order="K")

    def backward(self, dZ):
        windows, Z = self._recall()
        dZ = self.upstream(dZ, windows)
        dX = np.zeros_like(windows.X)
        open_windows = np.ones_like(Z, dtype=bool)  # no maximum found yet
        for x, dx in zip(windows.pixels(windows.X), windows.pixels(dX), strict=True):
            first = open_windows & (x == Z)  # (8.8)
            if windows.overlap:
                dx += first * dZ
            else:  # each pixel is in one window only: nothing to add to, and faster
                np.multiply(first, dZ, out=dx)
            open_windows ^= first
        return dX


class AvgPool2D(Pool2D):
    """The mean of each window; windows as in `Pool2D`.

    The gradient is shared evenly among the pixels of the window.
    """

    def forward(self, X):
        windows = self.windows(X)
        self._cache = windows
        return reduce(np.add, windows.pixels(windows.X)) / self.size**2

    def backward(self, dZ):
        windows = self._recall()
        share = self.upstream(dZ, windows) / self.size**2  # (8.9)
        dX = np.zeros_like(windows.X)
        for dx in windows.pixels(dX):
            dx += share
        return dX


def output_size(who, sides, size, stride, pad=0):
    """(length + 2 pad - size) // stride + 1 for both `sides` of a picture: rows and columns.

    The number of windows of `size` by `size` that fit, `stride` pixels apart. Raises ShapeError
    in the name of `who` if none does.
    """
    if min(sides) + 2 * pad < size:
        padding = f" and {pad} of padding on each side" if pad else ""
        raise ShapeError(
            f"{who}: X has pictures of {sides[0]} × {sides[1]} pixels{padding}, expected at least "
            f"{size} × {size}, the window. Take a smaller window, or larger pictures."
        )
    return tuple((side + 2 * pad - size) // stride + 1 for side in sides)  # (8.6)


def surround(X, pad):
    """X with `pad` zeros on each side of every picture; a negative `pad` cuts pixels off."""
    m, height, width, channels = X.shape
    if pad <= 0:
        return X[:, -pad : height + pad, -pad : width + pad]
    padded = _zeros((m, height + 2 * pad, width + 2 * pad, channels), X.dtype)
    padded[:, pad : pad + height, pad : pad + width] = X
    return padded


def turn(W):
    """The kernels W turned by 180°, with c_in and c_out in each other's place."""
    return W[::-1, ::-1].swapaxes(2, 3)


def spread(dZ, windows):
    """dZ with stride - 1 zeros between its entries, of the size that stride 1 would give."""
    stride, size = windows.stride, windows.size
    if stride == 1:
        return dZ
    m, height, width, _ = windows.X.shape
    apart = _zeros((m, height - size + 1, width - size + 1, dZ.shape[3]), dZ.dtype)
    apart[:, ::stride, ::stride][:, : windows.rows, : windows.columns] = dZ
    return apart


def examples_last(X):
    """The same pictures X, with the examples last in memory."""
    return _pictures(_memory(X))


def correlate(windows, W):
    """The dot product of each window with each kernel of W: (8.5) without its bias.

    Returns pictures (m, rows, columns, c_out).
    """
    return _pictures(_as_columns(W).T @ windows.as_columns)


def weighted_sum(windows, dZ):
    """Σ dZ[i, r, s, k] · window (i, r, s), over examples i and places r, s: (8.10).

    Returns an array of the shape of the kernels, (size, size, c_in, c_out).
    """
    size, c_in, c_out = windows.size, windows.X.shape[3], dZ.shape[3]
    dW = (windows.as_columns @ _memory(dZ).swapaxes(2, 3)).sum(axis=(0, 1))
    return dW.reshape(size, size, c_in, c_out).swapaxes(0, 1)


class Windows:
    """Windows of `size` by `size` pixels, `stride` apart, on pictures X: `rows` × `columns`."""

    def __init__(self, X, size, stride, rows, columns):
        self.X, self.size, self.stride = X, size, stride
        self.rows, self.columns = rows, columns
        self.overlap = stride < size

    def output_shape(self, channels):
        """The shape of pictures with a pixel for each window: (m, rows, columns, channels)."""
        return len(self.X), self.rows, self.columns, channels

    def pixels(self, X):
        """For each place in a window, in row order: that pixel of every window, a view of X."""
        height, width = (self.stride * (n - 1) + 1 for n in (self.rows, self.columns))  # spanned
        for u in range(self.size):
            for v in range(self.size):
                yield X[:, u : u + height : self.stride, v : v + width : self.stride]

    @cached_property
    def as_columns(self):
        """Each window as a column (im2col): (rows, columns, size · size · c_in, m).

        Within a window, pixels go down first, then to the right. The `size` rows that a window
        touches are stacked once; windows then overlap in memory, and nothing more is copied.
        """
        A, size, stride = _memory(self.X), self.size, self.stride
        _, width, c_in, m = A.shape
        stacked = np.empty((self.rows, width, size, c_in, m), A.dtype)
        for u in range(size):
            stacked[:, :, u] = A[u : u + stride * (self.rows - 1) + 1 : stride]
        row, pixel, _, _, number = stacked.strides
        shape = self.rows, self.columns, size * size * c_in, m
        strides = row, stride * pixel, m * number, number
        return np.ndarray(shape, A.dtype, stacked, strides=strides)


def _as_columns(W):
    """Kernels as columns (size · size · c_in, c_out), pixels in the order of `Windows`."""
    return W.swapaxes(0, 1).reshape(-1, W.shape[3])


def _memory(X):
    """The memory (height, width, channels, m) of pictures X, copied if their layout is another."""
    return np.ascontiguousarray(X.transpose(1, 2, 3, 0))


def _pictures(memory):
    """Pictures (m, height, width, channels) over this memory; the inverse of `_memory`."""
    return memory.transpose(3, 0, 1, 2)


def _zeros(shape, dtype):
    """Pictures of zeros."""
    m, height, width, channels = shape
    return _pictures(np.zeros((height, width, channels, m), dtype))


def _expect_settings(who, size, stride, pad=0):
    """Validate size, stride and pad; return them as Python ints, which do not overflow."""
    size, stride = expect_whole(who, "size", size), expect_whole(who, "stride", stride)
    return size, stride, expect_whole(who, "pad", pad, least=0)
