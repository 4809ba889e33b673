"""Convolutional networks.

The exercises of notebook 08. A picture of one channel is a table (height, width); a batch is
X (m, height, width, channels), and kernels are W (size, size, c_in, c_out).
"""

import numpy as np

from course_lib.conv import Conv2D
from course_lib.exercises.engine.exercise import exercise
from course_lib.exercises.engine.judging import (
    agrees_with,
    matches_numerical_gradient,
    parts_agree_with,
)

TITLE = "Convolutional networks"


def _tables(rng):
    hand = np.array([[1, 0, 2, 0], [0, 3, 0, 1]]), np.array([[0.5, 1.0], [2.0, 0.25]])
    shapes = [((4, 5), (2, 3)), ((6, 5), (3, 3)), ((3, 6), (3, 2))]
    return [hand, *((rng.normal(size=a), rng.normal(size=b)) for a, b in shapes)]


def _by_definition(X, W):
    rows, columns = X.shape[0] - W.shape[0] + 1, X.shape[1] - W.shape[1] + 1
    return [
        [sum(X[r + W.shape[0] - 1 - u, s + W.shape[1] - 1 - v] * W[u, v]
             for u in range(W.shape[0]) for v in range(W.shape[1])) for s in range(columns)]
        for r in range(rows)
    ]  # fmt: skip


def _slide(X, W):
    rows, columns = X.shape[0] - W.shape[0] + 1, X.shape[1] - W.shape[1] + 1
    starts = [[(r, s) for s in range(columns)] for r in range(rows)]
    return np.array(
        [[(X[r : r + len(W), s : s + W.shape[1]] * W).sum() for r, s in row] for row in starts]
    )


def _full(X, W):
    rows, columns = W.shape
    around = np.pad(X, ((rows - 1, rows - 1), (columns - 1, columns - 1)))
    return _slide(around, W[::-1, ::-1])


@exercise(
    stars=2,
    cases=_tables,
    judge=agrees_with(_by_definition, "(8.3), sum by sum, gives other numbers."),
    hints=[
        "Turned by 180° is upside down, and left to right: W[::-1, ::-1].",
        "With the kernel turned, each output is (window * kernel).sum(), for every place where "
        "the window lies inside the picture.",
    ],
    lesson="Turn the kernel, and a convolution is a cross-correlation: one routine serves both.",
)
def convolve(X, W):
    """The convolution (8.3) of a picture with a kernel, wherever the kernel lies inside."""
    W = W[::-1, ::-1]
    (height, width), (rows, columns) = X.shape, W.shape
    Z = np.zeros((height - rows + 1, width - columns + 1))
    for r in range(len(Z)):
        for s in range(Z.shape[1]):
            Z[r, s] = (X[r : r + rows, s : s + columns] * W).sum()
    return Z


@convolve.mistake(
    "That is the cross-correlation (8.4): the kernel is not turned, or turned twice. Turn "
    "it once, by 180°; SciPy's convolve2d does so by itself."
)
def _not_turned(X, W):
    (height, width), (rows, columns) = X.shape, W.shape
    Z = np.zeros((height - rows + 1, width - columns + 1))
    for r in range(len(Z)):
        for s in range(Z.shape[1]):
            Z[r, s] = (X[r : r + rows, s : s + columns] * W).sum()
    return Z


@convolve.mistake(
    "In Python X[-1] is the last row, not nothing: r - u must not fall below 0. The first "
    "place where the kernel lies inside is r = len(W) - 1."
)
def _from_behind(X, W):
    Z = np.zeros((X.shape[0] - W.shape[0] + 1, X.shape[1] - W.shape[1] + 1))
    for r, s in np.ndindex(Z.shape):
        for u, v in np.ndindex(W.shape):
            Z[r, s] += X[r - u, s - v] * W[u, v]
    return Z


@convolve.mistake(
    "These are the first rows and columns of the *whole* convolution, where the kernel "
    "still hangs over the edge. Begin where it lies inside."
)
def _whole_result(X, W):
    (rows, columns), Z = W.shape, _full(X, W)
    return Z[: X.shape[0] - rows + 1, : X.shape[1] - columns + 1]


convolve.mistake(
    "That is the whole convolution, with zeros around the picture. Leave out the "
    "places where the kernel hangs over the edge.",
    _full,
)


@convolve.mistake(
    "zeros_like makes whole numbers where X has such, and cuts off what comes after the "
    "point. Write np.zeros(…)."
)
def _whole_numbers(X, W):
    Z = np.zeros_like(X)[: X.shape[0] - W.shape[0] + 1, : X.shape[1] - W.shape[1] + 1]
    Z[...] = _slide(X, W[::-1, ::-1])
    return Z


convolve.mistake(
    "The kernel is turned upside down only; turn it left to right as well.",
    lambda X, W: _slide(X, W[::-1]),
)
convolve.mistake(
    "The kernel is turned left to right only; turn it upside down as well.",
    lambda X, W: _slide(X, W[:, ::-1]),
)
convolve.mistake(
    "The result stands on its head: turn the kernel alone, neither picture nor result.",
    lambda X, W: _slide(X, W)[::-1, ::-1],
)
convolve.mistake(
    "The numbers of the right result, on its head: turn the kernel, not the picture.",
    lambda X, W: _slide(X[::-1, ::-1], W),
)
convolve.mistake(
    "The last row and the last column are missing: there are "
    "X.shape[0] - W.shape[0] + 1 rows, and columns likewise.",
    lambda X, W: _slide(X, W[::-1, ::-1])[:-1, :-1],
)
convolve.mistake(
    "A sum of products, not their mean.", lambda X, W: _slide(X, W[::-1, ::-1]) / W.size
)


def _lengths(rng):
    def draw(remainder, stride, pad):
        size, others = int(rng.integers(2, 6)), int(rng.integers(3, 9))
        return size + others * stride + remainder - 2 * pad, size, stride, pad

    size, stride = int(rng.integers(2, 6)), 1
    much_padding = size + int(rng.integers(3, 9)), size, stride, 3
    return [(8, 3, 1, 0), draw(0, 1, 1), draw(1, 2, 0), draw(1, 3, 1), draw(2, 3, 2), much_padding]


def _places(length, size, stride, pad):
    """How many starts leave room for the whole window: counted, not computed."""
    return sum(
        1 for start in range(0, length + 2 * pad, stride) if start + size <= length + 2 * pad
    )


@exercise(
    stars=1,
    cases=_lengths,
    judge=agrees_with(_places, "Counted one by one, it is another number.", "The number"),
    hints=[
        "With its zeros, the side is length + 2 pad. The first window starts at 0: where can the "
        "last one start?",
        "It may start at most at length + 2 pad - size. Divide by the stride, round down, and "
        "count the first window too.",
    ],
    lesson="Count the moves, and add the window that has not moved yet.",
)
def output_size(length, size, stride, pad):
    """How many windows of `size` stand along a side of `length` pixels, if one fits: (8.6)."""
    return (length + 2 * pad - size) // stride + 1


output_size.mistake(
    "length / stride is right only for windows as wide as their stride, without padding. "
    "Ask where the last window can start.",
    lambda length, size, stride, pad: length // stride,
)
output_size.mistake(
    "There are no parts of windows: round down, with //, what does not fit.",
    lambda length, size, stride, pad: (length + 2 * pad - size) / stride + 1,
)
output_size.mistake(
    "Rounded up, the last window would stand over the edge. Round down.",
    lambda length, size, stride, pad: -(-(length + 2 * pad - size) // stride) + 1,
)
output_size.mistake(
    "One too few: the division counts the moves, and the first window needs none.",
    lambda length, size, stride, pad: (length + 2 * pad - size) // stride,
)
output_size.mistake(
    "Zeros are added on both sides: 2 · pad.",
    lambda length, size, stride, pad: (length + pad - size) // stride + 1,
)
output_size.mistake(
    "The padding makes the picture longer, by 2 · pad.",
    lambda length, size, stride, pad: (length - size) // stride + 1,
)
output_size.mistake(
    "`pad` zeros on each side, not one.",
    lambda length, size, stride, pad: (length + 2 * min(pad, 1) - size) // stride + 1,
)
output_size.mistake(
    "That is stride 1. How many moves of `stride` pixels fit?",
    lambda length, size, stride, pad: length + 2 * pad - size + 1,
)


def _layers(rng):
    drawn = [tuple(int(n) for n in rng.integers(2, 9, size=3)) for _ in range(3)]
    return [(3, 1, 8), (5, 3, 4), *drawn]


def _weights_and_biases(size, c_in, c_out):
    return np.ones((size, size, c_in, c_out)).size + np.ones(c_out).size


@exercise(
    stars=1,
    cases=_layers,
    judge=agrees_with(
        _weights_and_biases, "Counted one by one, it is another number.", "The number"
    ),
    hints=[
        "How many numbers does one kernel hold, with its bias?",
        "size · size · c_in weights and 1 bias; and there are c_out kernels.",
    ],
    lesson="However large the picture is, the layer does not grow: its weights are shared.",
)
def conv_parameters(size, c_in, c_out):
    """How many weights and biases a convolution layer has: (8.7)."""
    return (size * size * c_in + 1) * c_out


conv_parameters.mistake(
    "Those are the weights. Each kernel has a bias too.",
    lambda size, c_in, c_out: size * size * c_in * c_out,
)
conv_parameters.mistake(
    "A kernel looks at all channels of its input: size · size · c_in weights each.",
    lambda size, c_in, c_out: (size * size + 1) * c_out,
)
conv_parameters.mistake(
    "The bias is added once, to the sum over all channels: one per kernel.",
    lambda size, c_in, c_out: (size * size + 1) * c_in * c_out,
)
conv_parameters.mistake(
    "Each of the c_out kernels has a bias of its own.",
    lambda size, c_in, c_out: size * size * c_in * c_out + 1,
)
conv_parameters.mistake(
    "The window is a square: size · size places.",
    lambda size, c_in, c_out: (size * c_in + 1) * c_out,
)
conv_parameters.mistake(
    "A bias for each output channel, not for each input.",
    lambda size, c_in, c_out: size * size * c_in * c_out + c_in,
)
conv_parameters.mistake(
    "That is one kernel with its bias. There are c_out of them.",
    lambda size, c_in, c_out: size * size * c_in + 1,
)


def _pictures(rng):
    hand = np.array([[1.0, 4.0, 2.0, 0.0], [3.0, 0.0, 6.0, 5.0]]), 2, 2
    settings = [((5, 6), 3, 1), ((7, 5), 2, 3), ((6, 9), 3, 2)]
    drawn = [(rng.normal(size=shape) - 3, *how) for shape, *how in settings]
    drawn[-1][0][0, 0] = 9  # the largest of all, and far away from it nothing but large minus
    drawn[-1][0][-4:, -4:] -= 2000
    return [hand, *drawn]


def _largest_of_each(X, size, stride):
    rows, columns = ((length - size) // stride + 1 for length in X.shape)
    return [
        [max(X[r * stride + u, s * stride + v] for u in range(size) for v in range(size))
         for s in range(columns)] for r in range(rows)
    ]  # fmt: skip


def _pool(X, size, stride, statistic=np.max):
    rows, columns = ((length - size) // stride + 1 for length in X.shape)
    corners = [[(r * stride, s * stride) for s in range(columns)] for r in range(rows)]
    return np.array([[statistic(X[r : r + size, s : s + size]) for r, s in row] for row in corners])


@exercise(
    stars=1,
    cases=_pictures,
    judge=agrees_with(_largest_of_each, "Looked through pixel by pixel, the maxima are others."),
    hints=[
        "(8.6) says how many rows and columns there are; pad is 0.",
        "Window (r, s) is X[r * stride : r * stride + size, s * stride : s * stride + size].",
    ],
    lesson="Each window says whether what you look for is in it, and forgets where.",
)
def max_pool(X, size, stride):
    """The largest number of each window of one picture (height, width)."""
    rows, columns = ((length - size) // stride + 1 for length in X.shape)
    Z = np.zeros((rows, columns))
    for r in range(rows):
        for s in range(columns):
            window = X[r * stride : r * stride + size, s * stride : s * stride + size]
            Z[r, s] = window.max()
    return Z


@max_pool.mistake(
    "You let windows stand side by side: that is right for stride = size only. Window "
    "(r, s) starts at row r · stride and column s · stride."
)
def _stride_is_size(X, size, stride):
    rows, columns = X.shape[0] // size, X.shape[1] // size
    Z = np.zeros((rows, columns))
    for r in range(rows):
        for s in range(columns):
            Z[r, s] = X[r * size : r * size + size, s * size : s * size + size].max()
    return Z


max_pool.mistake(
    "That is stride 1: the argument `stride` is not used.",
    lambda X, size, stride: _pool(X, size, 1),
)


@max_pool.mistake(
    "The number of windows heeds the stride, but they start at r, s. Begin at r · stride."
)
def _stride_for_the_count_alone(X, size, stride):
    rows, columns = ((length - size) // stride + 1 for length in X.shape)
    return _pool(X, size, 1)[:rows, :columns]


max_pool.mistake(
    "That is average pooling. Take the largest of each window.",
    lambda X, size, stride: _pool(X, size, stride, np.mean),
)
max_pool.mistake(
    "Rows and columns of the result are exchanged.",
    lambda X, size, stride: _pool(X, size, stride).T,
)
max_pool.mistake(
    "The largest number, not the largest without its sign.",
    lambda X, size, stride: _pool(np.abs(X), size, stride),
)
max_pool.mistake(
    "The search begins at 0, and misses windows in which all are negative.",
    lambda X, size, stride: np.maximum(_pool(X, size, stride), 0),
)
max_pool.mistake(
    "The search begins with a number that is not in the window. Begin with the window's "
    "own first pixel.",
    lambda X, size, stride: np.maximum(_pool(X, size, stride), X[0, 0]),
)


@max_pool.mistake(
    "The last window that just fits is missing: range() leaves its end out, so it should "
    "end at length - size + 1."
)
def _last_left_out(X, size, stride):
    rows, columns = (len(range(0, length - size, stride)) for length in X.shape)
    return _pool(X, size, stride)[:rows, :columns]


def _with_ties(rng):
    hand = np.array([[1, 5, 2, 2], [3, 4, 0, 2]]), np.array([[10.5, 20.0]])
    drawn = []
    for rows, columns in [(2, 3), (3, 2)]:
        X = rng.permutation(16.0 * np.arange(4 * rows * columns)) - 32 * rows * columns
        X = X.reshape(2 * rows, 2 * columns)
        X[:2, :2] = [[1, 9], [9, 9]]  # ties: the first in row order is at [0, 1]
        X[2:4, :2] = [[-4, -7], [-2, -2]]
        X[:2, 2:4] = 0  # as after ReLU
        drawn.append((X, rng.normal(size=(rows, columns)) + 3))
    return [hand, *drawn]


def _to_the_first(X, dZ):
    dX = np.zeros(X.shape)
    for r, s in np.ndindex(dZ.shape):
        window = X[2 * r : 2 * r + 2, 2 * s : 2 * s + 2]
        u, v = next((u, v) for u, v in np.ndindex(2, 2) if window[u, v] == window.max())
        dX[2 * r + u, 2 * s + v] = dZ[r, s]
    return dX


def _enlarged(table):
    return table.repeat(2, axis=0).repeat(2, axis=1)


def _maxima(X):
    rows, columns = X.shape[0] // 2, X.shape[1] // 2
    return X.reshape(rows, 2, columns, 2).max(axis=(1, 3))


@exercise(
    stars=2,
    cases=_with_ties,
    judge=agrees_with(
        _to_the_first,
        "Each slope belongs to the first maximum of its own window, rows 2r and 2r + 1, columns "
        "2s and 2s + 1, and nowhere else.",
    ),
    hints=[
        "Window (r, s) is X[2 * r : 2 * r + 2, 2 * s : 2 * s + 2]; its slope is dZ[r, s].",
        "window.argmax() is the place of the first maximum, counted in row order from 0; "
        "divmod(place, 2) makes a row and a column of it.",
    ],
    lesson="A gate again: what won goes on, and takes all of the blame.",
)
def max_pool_backward(X, dZ):
    """dX of max pooling, one picture with even sides, windows of 2 by 2 side by side: (8.8)."""
    dX = np.zeros(X.shape)
    for r in range(len(dZ)):
        for s in range(dZ.shape[1]):
            u, v = divmod(X[2 * r : 2 * r + 2, 2 * s : 2 * s + 2].argmax(), 2)
            dX[2 * r + u, 2 * s + v] = dZ[r, s]
    return dX


@max_pool_backward.mistake(
    "Right, but for ties: where several pixels share the maximum, each gets the whole "
    "slope, which then counts several times. Give it to the first one in row order."
)
def _to_every_tie(X, dZ):
    dX = np.zeros(X.shape)
    for r in range(len(dZ)):
        for s in range(dZ.shape[1]):
            window = X[2 * r : 2 * r + 2, 2 * s : 2 * s + 2]
            dX[2 * r : 2 * r + 2, 2 * s : 2 * s + 2] = (window == window.max()) * dZ[r, s]
    return dX


@max_pool_backward.mistake(
    "You divide the slope among ties. That could be done; here, as in PyTorch, the first "
    "maximum in row order takes it all."
)
def _shared_by_ties(X, dZ):
    mask = np.equal(X, _enlarged(_maxima(X)))
    ties = mask.reshape(len(dZ), 2, dZ.shape[1], 2).sum(axis=(1, 3))
    return mask * _enlarged(dZ / ties)


max_pool_backward.mistake(
    "That is average pooling. Only the maximum moved the output.", lambda X, dZ: _enlarged(dZ) / 4
)
max_pool_backward.mistake(
    "Every pixel of the window gets the slope. Only the maximum moved it.",
    lambda X, dZ: _enlarged(dZ),
)


@max_pool_backward.mistake(
    "The slope always lands in the top left corner of the window. Where was its maximum?"
)
def _to_the_corner(X, dZ):
    dX = np.zeros(X.shape)
    dX[::2, ::2] = dZ
    return dX


max_pool_backward.mistake(
    "Of several maxima the *first* in row order takes it, not the last.",
    lambda X, dZ: _to_the_first(X[::-1, ::-1], dZ[::-1, ::-1])[::-1, ::-1],
)


@max_pool_backward.mistake(
    "The search begins at 0, so windows without a positive number find nothing. Begin with "
    "the window's own first pixel."
)
def _from_nothing(X, dZ):
    dX = _to_the_first(X, dZ)
    for r, s in np.ndindex(dZ.shape):
        if _maxima(X)[r, s] <= 0:  # nothing is found, and the place stays 0, 0
            dX[2 * r : 2 * r + 2, 2 * s : 2 * s + 2] = [[dZ[r, s], 0], [0, 0]]
    return dX


max_pool_backward.mistake(
    "The largest number of the window, not the largest without its sign.",
    lambda X, dZ: _to_the_first(np.abs(X), dZ),
)
max_pool_backward.mistake(
    "Of several maxima the first in *row* order takes it: along the upper row first. Are "
    "rows and columns exchanged?",
    lambda X, dZ: _to_the_first(X.T, dZ.T).T,
)
max_pool_backward.mistake(
    "zeros_like(X) makes whole numbers where X has such, and cuts off what comes after "
    "the point. Write np.zeros(X.shape).",
    lambda X, dZ: _to_the_first(X, dZ).astype(X.dtype),
)
max_pool_backward.mistake(
    "That says where the maxima are. Multiply by dZ.",
    lambda X, dZ: (_to_the_first(X, np.ones(dZ.shape)) > 0).astype(float),
)
max_pool_backward.mistake(
    "You put the maximum back. What flows back is dZ, to the same place.",
    lambda X, dZ: _to_the_first(X, _maxima(X)),
)


def _slopes(rng):
    hand = np.array([[4, 8], [12, 18]]), 2
    return [hand, *((rng.normal(size=shape) + 2, k) for shape, k in [((2, 3), 3), ((3, 1), 2)])]


def _pooled(X, dZ):
    """A cost whose derivative by the means Z of the windows is dZ."""
    (rows, columns), size = dZ.shape, X.shape[0] // dZ.shape[0]
    return (dZ * X.reshape(rows, size, columns, size).mean(axis=(1, 3))).sum()


@exercise(
    stars=1,
    cases=_slopes,
    judge=matches_numerical_gradient(
        _pooled,
        "dX",
        at=lambda dZ, size: (np.zeros((len(dZ) * size, dZ.shape[1] * size)), dZ),
    ),
    hints=[
        "A mean of n numbers moves by 1/n when one of them moves by 1.",
        "np.repeat(dZ, size, axis=0) makes `size` rows of each.",
    ],
    lesson="What everyone caused, everyone answers for, in equal shares.",
)
def avg_pool_backward(dZ, size):
    """dX of average pooling, one picture, windows side by side: (8.9)."""
    return dZ.repeat(size, axis=0).repeat(size, axis=1) / size**2


avg_pool_backward.mistake(
    "Each pixel gets the whole slope. It entered a mean of size · size pixels, so it moves "
    "that mean by 1 / (size · size) only.",
    lambda dZ, size: dZ.repeat(size, axis=0).repeat(size, axis=1),
)
avg_pool_backward.mistake(
    "The window has size · size pixels, not size: divide by all.",
    lambda dZ, size: dZ.repeat(size, axis=0).repeat(size, axis=1) / size,
)
avg_pool_backward.mistake(
    "Multiplied in place of divided by the window's pixels.",
    lambda dZ, size: dZ.repeat(size, axis=0).repeat(size, axis=1) * size * size,
)
avg_pool_backward.mistake(
    "np.tile sets copies of the whole table side by side. Each *entry* has to fill its own "
    "window: repeat along both axes.",
    lambda dZ, size: np.tile(dZ, (size, size)) / size**2,
)


@avg_pool_backward.mistake("All pixels of a window have an equal share in its mean.")
def _into_one_corner(dZ, size):
    rows, columns = dZ.shape
    dX = np.zeros((rows * size, columns * size))
    dX[::size, ::size] = dZ
    return dX


@avg_pool_backward.mistake(
    "Where dZ holds whole numbers, the shares are cut off after the point: write "
    "np.zeros(shape), and divide with /."
)
def _whole_shares(dZ, size):
    shares = dZ.repeat(size, axis=0).repeat(size, axis=1) / size**2
    return shares.astype(dZ.dtype)


avg_pool_backward.mistake(
    "The shares are right. dX has the shape of X: every pixel gets one.",
    lambda dZ, size: dZ / size**2,
)


def _convolutions(rng):
    hand = (np.arange(9.0).reshape(1, 3, 3, 1), np.array([1.0, 2.0, 3.0, 4.0]).reshape(2, 2, 1, 1),
            np.array([1.0, 0.0, 0.0, -1.0]).reshape(1, 2, 2, 1), 1, 0)  # fmt: skip

    def draw(m, height, width, size, c_in, c_out, stride, pad):
        rows, columns = ((n + 2 * pad - size) // stride + 1 for n in (height, width))
        X, W = rng.normal(size=(m, height, width, c_in)), rng.normal(size=(size, size, c_in, c_out))
        return X, W, rng.normal(size=(m, rows, columns, c_out)), stride, pad

    return [hand, draw(2, 4, 5, 3, 2, 3, 1, 1), draw(2, 6, 5, 3, 1, 2, 2, 0),
            draw(3, 5, 4, 2, 2, 1, 2, 1), draw(1, 2, 6, 1, 2, 2, 3, 2)]  # fmt: skip


def _window_of(X, r, s, size, stride):
    return X[:, r * stride : r * stride + size, s * stride : s * stride + size]


def _padded(X, pad):
    return np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))


def _backwards(X, W, dZ, stride, pad):
    layer = Conv2D(*W.shape[2:], len(W), stride=stride, pad=pad, rng=np.random.default_rng())
    layer.W.value = W
    layer.forward(X)
    dX = layer.backward(dZ)
    return layer.W.grad, layer.b.grad, dX


def _back(X, W, dZ, stride, pad):
    """dW, db, and dX with the ring of zeros still around it."""
    around = _padded(X, pad)
    dW, d_around = np.zeros(W.shape), np.zeros(around.shape)
    for r, s in np.ndindex(dZ.shape[1:3]):
        dW += np.tensordot(_window_of(around, r, s, len(W), stride), dZ[:, r, s], axes=(0, 0))
        _window_of(d_around, r, s, len(W), stride)[...] += np.tensordot(dZ[:, r, s], W, axes=(1, 3))
    return dW, dZ.sum(axis=(0, 1, 2)), d_around


def _inner(d_around, X, pad):
    return d_around[:, pad : pad + X.shape[1], pad : pad + X.shape[2]]


def _stride_ignored(X, W, dZ, stride, pad):
    around = np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    dW, d_around, size = np.zeros(W.shape), np.zeros(around.shape), len(W)
    for r in range(dZ.shape[1]):
        for s in range(dZ.shape[2]):
            window = around[:, r : r + size, s : s + size]
            for k in range(W.shape[3]):
                dz = dZ[:, r, s, k][:, None, None, None]
                dW[..., k] += (window * dz).sum(axis=0)
                d_around[:, r : r + size, s : s + size] += W[..., k] * dz
    dX = d_around[:, pad : pad + X.shape[1], pad : pad + X.shape[2]]
    return dW, dZ.sum(axis=(0, 1, 2)), dX


def _last_window_wins(X, W, dZ, stride, pad):
    dW, db, _ = _back(X, W, dZ, stride, pad)
    d_around = _padded(np.zeros(X.shape), pad)
    for r, s in np.ndindex(dZ.shape[1:3]):
        _window_of(d_around, r, s, len(W), stride)[...] = np.tensordot(dZ[:, r, s], W, axes=(1, 3))
    return dW, db, _inner(d_around, X, pad)


def _last_kernel_wins(X, W, dZ, stride, pad):
    return _last_window_wins(X, W, dZ * (np.arange(W.shape[3]) == W.shape[3] - 1), stride, pad)


@exercise(
    stars=3,
    cases=_convolutions,
    judge=parts_agree_with(_backwards, ("dW", "db", "dX")),
    hints=[
        "Go through the windows as in the forward pass. Z[:, r, s, k] saw the window with the "
        "kernel k: by each weight its slope is the pixel, by each pixel the weight, by b[k] it is "
        "1. Multiply by dZ[:, r, s, k], and add up.",
        "Begin with `around`, X and its ring of zeros (np.pad), and with zeros in the shape of "
        "`around` and of W. For each r, s and k: dW[..., k] += (window * dz).sum(axis=0), and the "
        "same window of the other zeros += W[..., k] * dz, where dz is dZ[:, r, s, k] with three "
        "more axes: [:, None, None, None].",
        "Last cut off the ring: dX = d_around[:, pad : pad + height, pad : pad + width].",
    ],
    lesson="A convolution is a dense layer that stands in many places: the gradients of its shared "
    "weights add up over all of them.",
)
def conv_backward(X, W, dZ, stride, pad):
    """dW, db and dX of a convolution layer: (8.10), (8.11) and (8.12)."""
    size, (_, height, width, _) = len(W), X.shape
    around = np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    dW, d_around = np.zeros(W.shape), np.zeros(around.shape)
    for r in range(dZ.shape[1]):
        for s in range(dZ.shape[2]):
            rows = slice(r * stride, r * stride + size)
            columns = slice(s * stride, s * stride + size)
            for k in range(W.shape[3]):
                dz = dZ[:, r, s, k][:, None, None, None]
                dW[..., k] += (around[:, rows, columns] * dz).sum(axis=0)
                d_around[:, rows, columns] += W[..., k] * dz
    dX = d_around[:, pad : pad + height, pad : pad + width]
    return dW, dZ.sum(axis=(0, 1, 2)), dX


conv_backward.mistake(
    "Right for stride 1. Backwards, too, window (r, s) starts at row r · stride and column "
    "s · stride: the forward pass looked there.",
    _stride_ignored,
)


@conv_backward.mistake(
    "dW and db are right; in dX the kernel stands on its head. If you add W's entries to "
    "the windows that they looked at, leave W as it is. If you slide a kernel over dZ, "
    "turn it first, by 180°."
)
def _kernel_turned(X, W, dZ, stride, pad):
    dW, db, _ = _back(X, W, dZ, stride, pad)
    _, _, d_around = _back(X, W[::-1, ::-1], dZ, stride, pad)
    return dW, db, _inner(d_around, X, pad)


@conv_backward.mistake(
    "db and dX are right. dW is not turned: entry (u, v) met pixel (u, v) of each window."
)
def _kernel_gradient_turned(X, W, dZ, stride, pad):
    dW, db, d_around = _back(X, W, dZ, stride, pad)
    return dW[::-1, ::-1], db, _inner(d_around, X, pad)


@conv_backward.mistake(
    "The bias is added once for each output, not once for each weight: db = Σ dZ, (8.11)."
)
def _bias_in_each_place(X, W, dZ, stride, pad):
    dW, db, d_around = _back(X, W, dZ, stride, pad)
    return dW, db * W[..., 0].size, _inner(d_around, X, pad)


@conv_backward.mistake(
    "You divided by m. The loss has done so already; a layer adds up its examples."
)
def _mean_over_examples(X, W, dZ, stride, pad):
    dW, db, d_around = _back(X, W, dZ, stride, pad)
    return dW / len(X), db / len(X), _inner(d_around, X, pad)


@conv_backward.mistake(
    "You divided by m. The loss has done so already; a layer adds up its examples."
)
def _all_over_m(X, W, dZ, stride, pad):
    dW, db, d_around = _back(X, W, dZ / len(X), stride, pad)
    return dW, db, _inner(d_around, X, pad)


conv_backward.mistake(
    "Windows overlap: a pixel's slopes from all of them add up. Write += in place of =.",
    _last_window_wins,
)


@conv_backward.mistake(
    "dW and db are right. A pixel's slopes from all windows *and* all kernels add up: "
    "write += in place of =."
)
def _last_kernel_and_window(X, W, dZ, stride, pad):
    dW, db, _ = _back(X, W, dZ, stride, pad)
    return dW, db, _last_kernel_wins(X, W, dZ, stride, pad)[2]


conv_backward.mistake(
    "Right, with the ring still around it: those are slopes of the padding, and nobody "
    "asks for them. dX has the shape of X; cut the ring off.",
    lambda X, W, dZ, stride, pad: _back(X, W, dZ, stride, pad),
)


@conv_backward.mistake(
    "Two settings are forgotten: window (r, s) begins at r · stride, s · stride; and with "
    "pad = 0 the slice [pad:-pad] is empty."
)
def _as_the_article(X, W, dZ, stride, pad):
    dW, db, dX = _stride_ignored(X, W, dZ, stride, pad)
    return dW, db, dX if pad else dX[:, :0, :0]


@conv_backward.mistake(
    "Right with padding. With pad = 0, [pad:-pad] is [0:0], which is empty. Write "
    "pad : pad + height."
)
def _minus_pad(X, W, dZ, stride, pad):
    dW, db, d_around = _back(X, W, dZ, stride, pad)
    return dW, db, d_around[:, pad:-pad, pad:-pad]


@conv_backward.mistake("You cut off the padding on the right and below only: begin at pad.")
def _top_left_kept(X, W, dZ, stride, pad):
    dW, db, d_around = _back(X, W, dZ, stride, pad)
    return dW, db, d_around[:, : X.shape[1], : X.shape[2]]


@conv_backward.mistake("db has one number for each kernel: sum over examples, too.")
def _bias_of_one_picture(X, W, dZ, stride, pad):
    dW, _, d_around = _back(X, W, dZ, stride, pad)
    return dW, dZ.sum(axis=(1, 2)), _inner(d_around, X, pad)


@conv_backward.mistake("Return them in this order: `return dW, db, dX`.")
def _in_another_order(X, W, dZ, stride, pad):
    dW, db, d_around = _back(X, W, dZ, stride, pad)
    return _inner(d_around, X, pad), dW, db


@conv_backward.mistake("Return them in this order: `return dW, db, dX`.")
def _yet_another_order(X, W, dZ, stride, pad):
    dW, db, d_around = _back(X, W, dZ, stride, pad)
    return _inner(d_around, X, pad), db, dW


@conv_backward.mistake("Return them in this order: `return dW, db, dX`.")
def _bias_last(X, W, dZ, stride, pad):
    dW, db, d_around = _back(X, W, dZ, stride, pad)
    return dW, _inner(d_around, X, pad), db


def _stacks(rng):
    hand = [(3, 1), (2, 2), (3, 1)]
    fixed = [[(3, 1), (3, 1)], [(5, 2), (3, 2), (2, 3)], [(2, 3), (3, 1)]]
    drawn = [
        [(int(rng.integers(2, 5)), int(rng.integers(1, 4))) for _ in range(depth)]
        for depth in (3, 4)
    ]
    return [(stack,) for stack in (hand, *fixed, *drawn)]


def _pixels_seen(layers):
    """Walk back from one output: which pixels of the row does it depend on?"""
    first = last = 0
    for size, stride in reversed(layers):
        first, last = first * stride, last * stride + size - 1
    return last - first + 1


@exercise(
    stars=2,
    cases=_stacks,
    judge=agrees_with(
        _pixels_seen, "Walking back from one output, the field has another width.", "The width"
    ),
    hints=[
        "Keep two numbers: the width seen so far (1), and how far apart neighbours stand in the "
        "picture (1).",
        "For each layer: the width grows by (size - 1) · distance; then the distance is "
        "multiplied by the stride.",
    ],
    lesson="Small windows, stacked, see far; strides and pooling make them see farther.",
)
def receptive_field(layers):
    """How many pixels wide is what one output sees, after layers of (size, stride): (8.14)."""
    field, apart = 1, 1
    for size, stride in layers:
        field += (size - 1) * apart
        apart *= stride
    return field


receptive_field.mistake(
    "Right where all strides are 1. After a stride of 2, neighbours stand 2 pixels apart, "
    "and every further step of a window counts twice.",
    lambda layers: 1 + sum(size - 1 for size, stride in layers),
)
receptive_field.mistake(
    "Windows overlap: one that has already a pixel adds size - 1 more.",
    lambda layers: sum(size for size, stride in layers),
)


@receptive_field.mistake(
    "A layer's own stride moves its windows apart for the layers *after* it. Multiply after adding."
)
def _own_stride_too(layers):
    field, apart = 1, 1
    for size, stride in layers:
        apart *= stride
        field += (size - 1) * apart
    return field


receptive_field.mistake(
    "(size - 1) counts by the distance at which the layer's *inputs* stand: the product of "
    "all strides before it, not its own.",
    lambda layers: 1 + sum((size - 1) * stride for size, stride in layers),
)


@receptive_field.mistake(
    "The list begins with the first layer, next to the picture: go through it in order."
)
def _from_the_last(layers):
    field, apart = 1, 1
    for size, stride in reversed(layers):
        field += (size - 1) * apart
        apart *= stride
    return field


@receptive_field.mistake(
    "Only the last stride counts with you. Distances multiply: apart = apart * stride."
)
def _previous_stride_alone(layers):
    field, apart = 1, 1
    for size, stride in layers:
        field += (size - 1) * apart
        apart = stride
    return field


@receptive_field.mistake(
    "Those are the pixels that it depends on. The width runs from the first of them to the "
    "last, gaps included."
)
def _pixels_counted(layers):
    seen = {0}
    for size, stride in reversed(layers):
        seen = {place * stride + u for place in seen for u in range(size)}
    return len(seen)


@receptive_field.mistake("Sizes are not multiplied: each layer adds to the width.")
def _sizes_multiplied(layers):
    field = 1
    for size, _ in layers:
        field *= size
    return field


@receptive_field.mistake("Distances are multiplied: a stride of 2 on top of 2 is 4.")
def _strides_added(layers):
    field, apart = 1, 0
    for size, stride in layers:
        field += (size - 1) * max(apart, 1)
        apart += stride
    return field


receptive_field.mistake(
    "That is what it sees of the layer before. Each of those values saw more than a pixel.",
    lambda layers: layers[-1][0],
)


@receptive_field.mistake("Begin with 1: without layers, an output is one pixel.")
def _without_itself(layers):
    field, apart = 0, 1
    for size, stride in layers:
        field += (size - 1) * apart
        apart *= stride
    return field
