"""Windows that slide over pictures: how many there are, and what each of them sees.

Pictures are (m, height, width, channels) for the reader. In memory their examples stand last,
(height, width, channels, m): whatever is done to one pixel is then done to all examples in one
long row, and a window is one block of memory.
"""

import numpy as np

from course_lib.shapes import ShapeError, expect, expect_lengths, floats

__all__ = [
    "count_windows",
    "examples_first",
    "examples_last",
    "expect_picture_shape",
    "expect_pictures",
    "padded",
    "parts",
    "windows",
]


def expect_pictures(who, X, channels="channels"):
    """X as an array of pictures (m, height, width, channels), or ShapeError."""
    X = floats(who, "X", X)
    if X.ndim == 4 and channels in ("channels", X.shape[3]):
        expect(who, "X", X, ("m", "height", "width", channels), "pictures, their channels last")
        return X
    raise ShapeError(
        f"{who}: X has shape {X.shape}, expected (m, height, width, {channels}): pictures, "
        f"their channels last.{_remedy(X, channels)}"
    )


def expect_picture_shape(who, shape, channels="channels"):
    """Raise ShapeError unless `shape` is (height, width, channels), that of one picture."""
    lengths = expect_lengths(who, "shape", shape)
    if len(lengths) != 3 or channels not in ("channels", lengths[2]):
        raise ShapeError(
            f"{who}: the shape of one picture is {shape}, expected (height, width, {channels}), "
            f"its channels last and without m."
        )


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


def _remedy(X, channels):
    if X.ndim == 2:
        return " One picture of one channel? Try X[None, :, :, None]."
    if X.ndim == 3 and X.shape[2] == channels:
        return " One picture? Try X[None]."
    if X.ndim == 3:
        return " Pictures of one channel? Try X[..., None]. One picture? Try X[None]."
    if X.ndim == 4 and X.shape[1] == channels:
        return " Do the channels stand second? Try X.transpose(0, 2, 3, 1)."
    return ""
