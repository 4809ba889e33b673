"""Convolutional networks.

The exercises of notebook 08. A picture of one channel is a matrix (height, width); a batch is
X (m, height, width, channels), and kernels are W (size, size, c_in, c_out).
"""

import numpy as np

from course_lib.conv import Conv2D, correlate_loops
from course_lib.exercises.engine.exercise import exercise
from course_lib.exercises.engine.judging import (
    agrees_with,
    matches_numerical_gradient,
    parts_agree_with,
)

TITLE = "Convolutional networks"


def _kernels_too(rng):
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


def _first_alone(Z, rows=1, columns=1):
    """What a loop leaves in zeros if it ends too early."""
    few = np.zeros(Z.shape)
    few[:rows, :columns] = Z[:rows, :columns]
    return few


def _full(X, W):
    rows, columns = W.shape
    around = np.pad(X, ((rows - 1, rows - 1), (columns - 1, columns - 1)))
    return _slide(around, W[::-1, ::-1])


@exercise(
    stars=2,
    cases=_kernels_too,
    judge=agrees_with(_by_definition, "(8.3), sum by sum, gives other numbers."),
    hints=[
        "Turned by 180° means upside down and left to right: W[::-1, ::-1].",
        "With the kernel turned, each output is (window * kernel).sum(), for every place where "
        "the window lies inside the picture.",
    ],
    lesson="With its kernel turned, a convolution is a cross-correlation: one routine serves both.",
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
    "That is the cross-correlation (8.4): your kernel is not turned, or it is turned twice. Turn "
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
    "In Python X[-1] is the last row, so where r - u falls below 0 you read the other side of the "
    "picture. The first place where the kernel lies inside is r = len(W) - 1: begin there."
)
def _from_behind(X, W):
    Z = np.zeros((X.shape[0] - W.shape[0] + 1, X.shape[1] - W.shape[1] + 1))
    for r, s in np.ndindex(Z.shape):
        for u, v in np.ndindex(W.shape):
            Z[r, s] += X[r - u, s - v] * W[u, v]
    return Z


@convolve.mistake(
    "These are the first rows and columns of the *whole* convolution, where the kernel still hangs "
    "over the edge. Begin where it lies inside."
)
def _whole_result(X, W):
    (rows, columns), Z = W.shape, _full(X, W)
    return Z[: X.shape[0] - rows + 1, : X.shape[1] - columns + 1]


convolve.mistake(
    "That is the whole convolution, with zeros around the picture. Leave out the places where the "
    "kernel hangs over the edge.",
    _full,
)


@convolve.mistake(
    "Your result is as large as the picture, so at some places the kernel hangs over the edge. "
    "Keep only those where it lies inside."
)
def _as_large_as_the_picture(X, W):
    top, left = (W.shape[0] - 1) // 2, (W.shape[1] - 1) // 2
    return _full(X, W)[top : top + X.shape[0], left : left + X.shape[1]]


@convolve.mistake(
    "Your result has the shape of the picture, and its last rows and columns stay 0: there the "
    "kernel does not lie inside. The number of places is that of the exercise's text."
)
def _shape_of_the_picture(X, W):
    Z = np.zeros(X.shape)
    Z[: X.shape[0] - W.shape[0] + 1, : X.shape[1] - W.shape[1] + 1] = _slide(X, W[::-1, ::-1])
    return Z


@convolve.mistake(
    "zeros_like(X) makes whole numbers where X has such, and cuts off what comes after the point. "
    "Make decimals, with np.zeros and a shape."
)
def _whole_numbers(X, W):
    Z = np.zeros_like(X)[: X.shape[0] - W.shape[0] + 1, : X.shape[1] - W.shape[1] + 1]
    Z[...] = _slide(X, W[::-1, ::-1])
    return Z


convolve.mistake(
    "You turned the kernel upside down only. Turn it left to right as well.",
    lambda X, W: _slide(X, W[::-1]),
)
convolve.mistake(
    "You turned the kernel left to right only. Turn it upside down as well.",
    lambda X, W: _slide(X, W[:, ::-1]),
)
_TRANSPOSED = (
    "You transposed the kernel, which exchanges its rows and columns. To turn it by 180° is "
    "something else: upside down, and left to right."
)
convolve.mistake(_TRANSPOSED, lambda X, W: _slide(X, W.T))
convolve.mistake(_TRANSPOSED, lambda X, W: _slide(X, W.T[::-1, ::-1]))
_QUARTER = "You turned the kernel by 90°, and (8.3) wants 180°: np.rot90 turns by a quarter."
convolve.mistake(_QUARTER, lambda X, W: _slide(X, np.rot90(W)))
convolve.mistake(_QUARTER, lambda X, W: _slide(X, np.rot90(W, -1)))
convolve.mistake(
    "The numbers are right, but turned by 180°: turn the kernel alone, and neither the picture nor "
    "the result.",
    lambda X, W: _slide(X, W)[::-1, ::-1],
)
convolve.mistake(
    "The numbers are right, but turned by 180°: turn the kernel, and not the picture.",
    lambda X, W: _slide(X[::-1, ::-1], W),
)
_ONE_MISSING = (
    "The last row and the last column are missing: there are X.shape[0] - W.shape[0] + 1 rows, and "
    "columns likewise."
)
convolve.mistake(_ONE_MISSING, lambda X, W: _slide(X, W[::-1, ::-1])[:-1, :-1])
convolve.mistake(_ONE_MISSING, lambda X, W: np.array(_slide(X, W[::-1, ::-1])[:-1, :-1].tolist()))
_LAST_NOT_REACHED = (
    "The last row and the last column of your result stay 0. `range(n)` runs from 0 to n - 1: let "
    "the loops run over all places."
)
convolve.mistake(
    _LAST_NOT_REACHED, lambda X, W: _first_alone(_slide(X, W[::-1, ::-1]), rows=-1, columns=-1)
)
_TOO_EARLY = "Only the beginning is filled, and the rest is 0. Does `return` stand inside a loop?"
convolve.mistake(_TOO_EARLY, lambda X, W: _first_alone(_slide(X, W[::-1, ::-1])))
convolve.mistake(_TOO_EARLY, lambda X, W: _first_alone(_slide(X, W[::-1, ::-1]), columns=None))
convolve.mistake(
    "You took the mean of the products. A convolution is their sum, (8.3).",
    lambda X, W: _slide(X, W[::-1, ::-1]) / W.size,
)
convolve.mistake(
    "That is the first place alone. Let the kernel slide to all places where it lies inside.",
    lambda X, W: float(_slide(X, W[::-1, ::-1])[0, 0]),
)
_ENTRY_BY_ENTRY = (
    "`@` is the matrix product. In (8.3) each pixel of the window meets one weight of the kernel: "
    "multiply entry by entry, with `*`, and then add up."
)


@convolve.mistake(_ENTRY_BY_ENTRY)
def _matrix_product(X, W):
    rows, columns = W.shape
    Z = np.zeros((X.shape[0] - rows + 1, X.shape[1] - columns + 1))
    for r, s in np.ndindex(Z.shape):
        Z[r, s] = (X[r : r + rows, s : s + columns] @ W[::-1, ::-1]).sum()
    return Z


def _last_of(W):
    """1 in the last place of the shape of W, and 0 elsewhere."""
    return (np.arange(W.size) == W.size - 1).reshape(W.shape)


_OVERWRITTEN = (
    "Only one product of each window is left: each overwrites the one before it. Write `+=` in "
    "place of `=`, so that they add up."
)
convolve.mistake(_OVERWRITTEN, lambda X, W: _slide(X, W[::-1, ::-1] * _last_of(W)))
convolve.mistake(_OVERWRITTEN, lambda X, W: _slide(X, W[::-1, ::-1] * _last_of(W)[::-1, ::-1]))


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
    lesson="You count the moves, and add the window that has not moved yet.",
)
def output_size(length, size, stride, pad):
    """How many windows of `size` stand along a side of `length` pixels, if one fits: (8.6)."""
    return (length + 2 * pad - size) // stride + 1


output_size.mistake(
    "length / stride is right only for windows as wide as their stride, without padding. Ask where "
    "the last window can start.",
    lambda length, size, stride, pad: length // stride,
)
output_size.mistake(
    "A part of a window is no window: round down, with `//`, what does not fit.",
    lambda length, size, stride, pad: (length + 2 * pad - size) / stride + 1,
)
output_size.mistake(
    "You rounded up, so the last window would stand over the edge. Round down.",
    lambda length, size, stride, pad: -(-(length + 2 * pad - size) // stride) + 1,
)
output_size.mistake(
    "`round` sometimes goes up, and then the last window would stand over the edge. Always round "
    "down: `//` does.",
    lambda length, size, stride, pad: round((length + 2 * pad - size) / stride) + 1,
)
output_size.mistake(
    "You have one too few: the division counts the moves, and the first window needs none.",
    lambda length, size, stride, pad: (length + 2 * pad - size) // stride,
)
output_size.mistake(
    "The 1 is the first window, which needs no move. Add it after the division, not before.",
    lambda length, size, stride, pad: (length + 2 * pad - size + 1) // stride,
)
output_size.mistake(
    "Sometimes you have one too many: where one pixel is missing for a further move. The last "
    "window can start at length + 2 pad - size.",
    lambda length, size, stride, pad: (length + 2 * pad - size + 1) // stride + 1,
)
output_size.mistake(
    "Where the moves fit exactly you have one too few. A window can still start at length + 2 pad "
    "- size; count it, and the first one, too.",
    lambda length, size, stride, pad: (length + 2 * pad - size - 1) // stride + 1,
)
output_size.mistake(
    "Those are the places where windows start. Asked is how many there are.",
    lambda length, size, stride, pad: list(range(0, length + 2 * pad - size + 1, stride)),
)
output_size.mistake(
    "Zeros are added on both sides, so the side gets longer by 2 · pad.",
    lambda length, size, stride, pad: (length + pad - size) // stride + 1,
)
output_size.mistake(
    "You left out the padding. It makes the picture longer, by 2 · pad.",
    lambda length, size, stride, pad: (length - size) // stride + 1,
)
output_size.mistake(
    "You took the padding away. It makes the picture longer: add 2 · pad.",
    lambda length, size, stride, pad: (length - 2 * pad - size) // stride + 1,
)
output_size.mistake(
    "You added the padding to the number of windows. It makes the *picture* longer, so it is added "
    "before you divide by the stride.",
    lambda length, size, stride, pad: (length - size) // stride + 1 + 2 * pad,
)
output_size.mistake(
    "There are `pad` zeros on each side, not one.",
    lambda length, size, stride, pad: (length + 2 * min(pad, 1) - size) // stride + 1,
)
_STRIDE_1 = "That is right for stride 1. How many moves of `stride` pixels fit?"
output_size.mistake(_STRIDE_1, lambda length, size, stride, pad: length + 2 * pad - size + 1)
output_size.mistake(
    "That is where the last window can start. How many moves of `stride` pixels lead there, and "
    "how many windows are that?",
    lambda length, size, stride, pad: length + 2 * pad - size,
)
output_size.mistake(
    "You exchanged size and stride: the window takes `size` pixels from the side, and a move is "
    "`stride` pixels long.",
    lambda length, size, stride, pad: (length + 2 * pad - stride) // size + 1,
)
_BRACKETS = (
    "Division comes before + and -, so only one term is divided by the stride. Put brackets around "
    "all that is to be divided."
)
output_size.mistake(
    _BRACKETS, lambda length, size, stride, pad: length + 2 * pad - size // stride + 1
)
output_size.mistake(
    _BRACKETS, lambda length, size, stride, pad: length + (2 * pad - size) // stride + 1
)
_SIZE_AFTERWARDS = (
    "The size has to be taken away before you divide: it says where the last window can start."
)
output_size.mistake(
    _SIZE_AFTERWARDS, lambda length, size, stride, pad: (length + 2 * pad) // stride - size + 1
)
output_size.mistake(
    _SIZE_AFTERWARDS, lambda length, size, stride, pad: (length + 2 * pad) // stride + 1
)
output_size.mistake(
    _SIZE_AFTERWARDS, lambda length, size, stride, pad: (length + 2 * pad) // stride
)
_SIDE_BY_SIDE = (
    "You divide by the size, as if the windows stood side by side. They stand `stride` pixels "
    "apart, and may overlap."
)
output_size.mistake(_SIDE_BY_SIDE, lambda length, size, stride, pad: length // size)
output_size.mistake(_SIDE_BY_SIDE, lambda length, size, stride, pad: (length + 2 * pad) // size)
output_size.mistake(
    _SIDE_BY_SIDE, lambda length, size, stride, pad: (length + 2 * pad - size) // size + 1
)
output_size.mistake(
    "That is a pair, for both sides of a picture. Asked is one side: return one number.",
    lambda length, size, stride, pad: 2 * [(length + 2 * pad - size) // stride + 1],
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
    "Those are the weights alone. Each kernel has a bias, too.",
    lambda size, c_in, c_out: size * size * c_in * c_out,
)
conv_parameters.mistake(
    "A kernel looks at all channels of its input, so it has size · size · c_in weights.",
    lambda size, c_in, c_out: (size * size + 1) * c_out,
)
conv_parameters.mistake(
    "You count a bias for each channel of each kernel. The bias is added once, to the sum over all "
    "channels: one for each kernel.",
    lambda size, c_in, c_out: (size * size + 1) * c_in * c_out,
)
conv_parameters.mistake(
    "You count one bias for the whole layer. Each of the c_out kernels has a bias of its own.",
    lambda size, c_in, c_out: size * size * c_in * c_out + 1,
)
conv_parameters.mistake(
    "The window is a square: it has size · size places, not size.",
    lambda size, c_in, c_out: (size * c_in + 1) * c_out,
)
conv_parameters.mistake(
    "You doubled the size. The window is a square: it has size · size places.",
    lambda size, c_in, c_out: (2 * size * c_in + 1) * c_out,
)
conv_parameters.mistake(
    "In Python `^` is no power: it compares bits. Write `size**2`.",
    lambda size, c_in, c_out: ((size ^ 2) * c_in + 1) * c_out,
)
conv_parameters.mistake(
    "You cubed the size. A kernel is as deep as its input has channels: size · size · c_in.",
    lambda size, c_in, c_out: (size**3 + 1) * c_out,
)
conv_parameters.mistake(
    "You count a bias for each input channel. There is one for each output channel, c_out.",
    lambda size, c_in, c_out: size * size * c_in * c_out + c_in,
)
conv_parameters.mistake(
    "That is one kernel with its bias. There are c_out of them.",
    lambda size, c_in, c_out: size * size * c_in + 1,
)
conv_parameters.mistake(
    "Those are the weights of one kernel. There are c_out kernels, and each has a bias, too.",
    lambda size, c_in, c_out: size * size * c_in,
)
conv_parameters.mistake(
    "Those are two numbers, the weights and the biases. Asked is how many they are together.",
    lambda size, c_in, c_out: (size * size * c_in * c_out, c_out),
)
conv_parameters.mistake(
    "You count biases for the input channels as well. There is one for each kernel: c_out in all.",
    lambda size, c_in, c_out: size * size * c_in * c_out + c_in + c_out,
)
conv_parameters.mistake(
    "The biases are multiplied by c_out, and the weights are not. There are c_out kernels, each "
    "with its weights *and* its bias: a pair of brackets may be missing.",
    lambda size, c_in, c_out: size * size * c_in + c_out,
)
conv_parameters.mistake(
    "You added the channels. Each of the c_out kernels has weights for each of the c_in channels, "
    "so the two numbers are multiplied.",
    lambda size, c_in, c_out: size * size * (c_in + c_out) + c_out,
)
conv_parameters.mistake(
    "You count a bias for each place of the window. A kernel has one bias for all of them.",
    lambda size, c_in, c_out: size * size * (c_in + 1) * c_out,
)
conv_parameters.mistake(
    "That is a dense layer from c_in to c_out numbers. A kernel has its weights for each of the "
    "size · size places of its window.",
    lambda size, c_in, c_out: (c_in + 1) * c_out,
)


def _pictures(rng):
    hand = np.array([[1.0, 4.0, -2.0, 0.0], [3.0, 0.0, 6.0, 5.0]]), 2, 2
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


def _pool(X, size, stride, statistic=np.max, shape=None, side=None, step=1):
    """Pooling, with another number of windows, their side, or a step inside of them."""
    shape = shape or [(length - size) // stride + 1 for length in X.shape]
    Z, side = np.zeros(shape), side or size
    for r, s in np.ndindex(Z.shape):
        top, left = r * stride, s * stride
        Z[r, s] = statistic(X[top : top + side : step, left : left + side : step])
    return Z


@exercise(
    stars=1,
    cases=_pictures,
    judge=agrees_with(
        _largest_of_each, "Looked through pixel by pixel, the windows have other maxima."
    ),
    hints=[
        "(8.6) says how many rows and columns there are; pad is 0.",
        "Window (r, s) is X[r * stride : r * stride + size, s * stride : s * stride + size].",
    ],
    lesson="Each output says whether what you look for is in its window, and forgets where.",
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


@max_pool.mistake(
    "You let windows stand side by side: that is right for stride = size only. Window (r, s) "
    "starts at row r · stride and column s · stride."
)
def _starts_at_multiples_of_size(X, size, stride):
    return _pool(X, size, size, shape=[(length - size) // stride + 1 for length in X.shape])


max_pool.mistake(
    "That is right for stride 1: the argument `stride` is not used.",
    lambda X, size, stride: _pool(X, size, 1),
)


@max_pool.mistake(
    "The number of windows is right, but they start at row r and column s. With a stride, they "
    "start at r · stride and s · stride."
)
def _stride_for_the_count_alone(X, size, stride):
    return _pool(X, size, 1, shape=[(length - size) // stride + 1 for length in X.shape])


max_pool.mistake(
    "That is average pooling. Take the largest number of each window.",
    lambda X, size, stride: _pool(X, size, stride, np.mean),
)
max_pool.mistake(
    "Those are the smallest numbers. Take the largest of each window.",
    lambda X, size, stride: _pool(X, size, stride, np.min),
)
max_pool.mistake(
    "You added up each window. Take the largest number in it.",
    lambda X, size, stride: _pool(X, size, stride, np.sum),
)
max_pool.mistake(
    "That is where in each window the largest number stands (argmax). Asked is the number itself.",
    lambda X, size, stride: _pool(X, size, stride, np.argmax),
)
max_pool.mistake(
    "That is the largest number of the whole picture. Asked is that of each window.",
    lambda X, size, stride: float(X.max()),
)
max_pool.mistake(
    "The rows and the columns of the result are exchanged.",
    lambda X, size, stride: _pool(X, size, stride).T,
)
max_pool.mistake(
    "You left out the signs. Asked is the largest number, and -7 is smaller than 2.",
    lambda X, size, stride: _pool(np.abs(X), size, stride),
)
max_pool.mistake(
    "Your search begins at 0, and misses windows in which all numbers are negative.",
    lambda X, size, stride: np.maximum(_pool(X, size, stride), 0),
)
max_pool.mistake(
    "Your search begins with a number that is not in the window. Begin with the window's own first "
    "pixel.",
    lambda X, size, stride: np.maximum(_pool(X, size, stride), X[0, 0]),
)
max_pool.mistake(
    "You exchanged size and stride: a window is `size` pixels wide, and the next one starts "
    "`stride` pixels further.",
    lambda X, size, stride: _pool(X, stride, size),
)
max_pool.mistake(
    "Your windows are `stride` pixels wide. They start `stride` pixels apart, and each of them is "
    "`size` pixels wide.",
    lambda X, size, stride: _pool(X, size, stride, side=stride),
)
max_pool.mistake(
    "Your windows lack their last row and column. A slice leaves its end out, so it ends at "
    "start + size.",
    lambda X, size, stride: _pool(X, size, stride, side=size - 1),
)
max_pool.mistake(
    "Your windows are one row and one column too large. A slice leaves its end out, so it ends at "
    "start + size.",
    lambda X, size, stride: _pool(X, size, stride, side=size + 1),
)
max_pool.mistake(
    "That is the first pixel of each window. Take the largest of all its pixels.",
    lambda X, size, stride: _pool(X, size, stride, side=1),
)
max_pool.mistake(
    "You took only every `stride`-th pixel of each window. The stride says how far apart windows "
    "start; all pixels inside count.",
    lambda X, size, stride: _pool(X, size, stride, step=stride),
)
_TOO_MANY = (
    "Some windows stand over the edge of the picture, where slices are cut off. They lie wholly "
    "inside: (8.6) says how many there are."
)
max_pool.mistake(
    _TOO_MANY,
    lambda X, size, stride: _pool(X, size, stride, shape=[n // stride for n in X.shape]),
)
max_pool.mistake(
    _TOO_MANY,
    lambda X, size, stride: _pool(X, size, stride, shape=[-(-n // stride) for n in X.shape]),
)
max_pool.mistake(
    "You count the windows as if they stood side by side. They start `stride` pixels apart: see "
    "(8.6).",
    lambda X, size, stride: _pool(X, size, stride, shape=[n // size for n in X.shape]),
)


@max_pool.mistake(
    "You took the picture to be square. Its rows and its columns are counted separately."
)
def _square(X, size, stride):
    return _pool(X, size, stride, shape=2 * [(len(X) - size) // stride + 1])


_LAST_LEFT_OUT = (
    "The last window that just fits is missing. `range` leaves its end out, so it should end at "
    "length - size + 1."
)


def _all_that_start_before(X, size, stride):
    rows, columns = (len(range(0, length - size, stride)) for length in X.shape)
    return _pool(X, size, stride)[:rows, :columns]


max_pool.mistake(_LAST_LEFT_OUT, _all_that_start_before)
max_pool.mistake(_LAST_LEFT_OUT, lambda *case: np.array(_all_that_start_before(*case).tolist()))
_ONE_TOO_FEW = (
    "There is one row and one column too few: the division in (8.6) counts the moves, and the "
    "first window needs none."
)
max_pool.mistake(_ONE_TOO_FEW, lambda *case: _pool(*case)[:-1, :-1])
max_pool.mistake(_ONE_TOO_FEW, lambda *case: np.array(_pool(*case)[:-1, :-1].tolist()))
max_pool.mistake(_LAST_NOT_REACHED, lambda *case: _first_alone(_pool(*case), rows=-1, columns=-1))
max_pool.mistake(_TOO_EARLY, lambda *case: _first_alone(_pool(*case)))
max_pool.mistake(_TOO_EARLY, lambda *case: _first_alone(_pool(*case), columns=None))


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


def _enlarged(Z):
    return Z.repeat(2, axis=0).repeat(2, axis=1)


def _maxima(X):
    rows, columns = X.shape[0] // 2, X.shape[1] // 2
    return X.reshape(rows, 2, columns, 2).max(axis=(1, 3))


@exercise(
    stars=2,
    cases=_with_ties,
    judge=agrees_with(
        _to_the_first,
        "Each slope of dZ belongs to one pixel: the first maximum of its own window, rows 2r and "
        "2r + 1, columns 2s and 2s + 1. All other pixels get 0.",
    ),
    hints=[
        "Window (r, s) is X[2 * r : 2 * r + 2, 2 * s : 2 * s + 2]; its slope is dZ[r, s].",
        "window.argmax() is the place of the first maximum, counted in row order from 0; "
        "divmod(place, 2) makes a row and a column of it.",
    ],
    lesson="This is a gate again: the pixel that won went on, and now it takes all of the blame.",
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
    "It is right except for ties. Where several pixels share the maximum, you give each the whole "
    "slope, which then counts several times: give it to the first one in row order."
)
def _to_every_tie(X, dZ):
    dX = np.zeros(X.shape)
    for r in range(len(dZ)):
        for s in range(dZ.shape[1]):
            window = X[2 * r : 2 * r + 2, 2 * s : 2 * s + 2]
            dX[2 * r : 2 * r + 2, 2 * s : 2 * s + 2] = (window == window.max()) * dZ[r, s]
    return dX


@max_pool_backward.mistake(
    "You divide the slope among ties. That can be done, too; but here, as in PyTorch, the first "
    "maximum in row order takes all of it."
)
def _shared_by_ties(X, dZ):
    mask = np.equal(X, _enlarged(_maxima(X)))
    ties = mask.reshape(len(dZ), 2, dZ.shape[1], 2).sum(axis=(1, 3))
    return mask * _enlarged(dZ / ties)


max_pool_backward.mistake(
    "That is average pooling. Only the maximum moved the output, so it alone gets the slope.",
    lambda X, dZ: _enlarged(dZ) / 4,
)
max_pool_backward.mistake(
    "You give the slope to every pixel of the window. Only the maximum moved the output.",
    lambda X, dZ: _enlarged(dZ),
)


@max_pool_backward.mistake(
    "Your slopes always land in the top left corner of their window. Where did its maximum stand?"
)
def _to_the_corner(X, dZ):
    dX = np.zeros(X.shape)
    dX[::2, ::2] = dZ
    return dX


max_pool_backward.mistake(
    "Of several equal maxima the *first* in row order takes the slope, and yours is the last.",
    lambda X, dZ: _to_the_first(X[::-1, ::-1], dZ[::-1, ::-1])[::-1, ::-1],
)


@max_pool_backward.mistake(
    "Your search begins at 0, so it finds nothing in windows without a positive number. Begin with "
    "the window's own first pixel."
)
def _from_nothing(X, dZ):
    dX = _to_the_first(X, dZ)
    for r, s in np.ndindex(dZ.shape):
        if _maxima(X)[r, s] <= 0:  # nothing is found, and the place stays 0, 0
            dX[2 * r : 2 * r + 2, 2 * s : 2 * s + 2] = [[dZ[r, s], 0], [0, 0]]
    return dX


max_pool_backward.mistake(
    "You let the slope pass only where the maximum is positive, as ReLU does. Max pooling passes "
    "it to the largest pixel, whatever its sign.",
    lambda X, dZ: _to_the_first(X, dZ) * (X > 0),
)
max_pool_backward.mistake(
    "You left out the signs. Asked is the largest number of the window, and -7 is smaller than 2.",
    lambda X, dZ: _to_the_first(np.abs(X), dZ),
)
max_pool_backward.mistake(
    "Your slopes go to the smallest pixel of each window. The largest one moved the output.",
    lambda X, dZ: _to_the_first(-X, dZ),
)
max_pool_backward.mistake(
    "Of several equal maxima the first in *row* order takes the slope: go along the upper row "
    "first. Are rows and columns exchanged?",
    lambda X, dZ: _to_the_first(X.T, dZ.T).T,
)
max_pool_backward.mistake(
    "zeros_like(X) makes whole numbers where X has such, and cuts off what comes after the point. "
    "Make decimals: np.zeros(X.shape).",
    lambda X, dZ: _to_the_first(X, dZ).astype(X.dtype),
)
max_pool_backward.mistake(
    "That says where the maxima are. At each of these places the slope from dZ is wanted.",
    lambda X, dZ: (_to_the_first(X, np.ones(dZ.shape)) > 0).astype(float),
)
max_pool_backward.mistake(
    "That says where the maxima are, and ties count several times. At the place of the first "
    "maximum the slope from dZ is wanted.",
    lambda X, dZ: np.equal(X, _enlarged(_maxima(X))),
)
_MAXIMUM_ITSELF = "You put the maximum itself back. What flows back to it is the slope from dZ."
max_pool_backward.mistake(_MAXIMUM_ITSELF, lambda X, dZ: _to_the_first(X, _maxima(X)))
max_pool_backward.mistake(_MAXIMUM_ITSELF, lambda X, dZ: X * np.equal(X, _enlarged(_maxima(X))))
max_pool_backward.mistake(
    "That is the gate of ReLU, which passes all positive pixels. Max pooling passes the slope to "
    "the largest pixel of each window only.",
    lambda X, dZ: _enlarged(dZ) * (X > 0),
)
max_pool_backward.mistake(
    "You multiplied each slope by the pixels of its window. By (8.8) the factor is 1 for the first "
    "maximum and 0 for the others.",
    lambda X, dZ: _enlarged(dZ) * X,
)
max_pool_backward.mistake(
    "You multiplied the slope by the maximum. When the largest pixel moves, the output moves by "
    "just as much: by (8.8) the factor is 1.",
    lambda X, dZ: _to_the_first(X, dZ * _maxima(X)),
)
max_pool_backward.mistake(
    "The other pixels kept their values from X. They did not move the output, so their slope is 0: "
    "begin with zeros.",
    lambda X, dZ: np.where(_to_the_first(X, np.ones(dZ.shape)) > 0, _to_the_first(X, dZ), X),
)
max_pool_backward.mistake(
    "The slopes were added to the values of X. dX holds slopes alone: begin with zeros.",
    lambda X, dZ: X + _to_the_first(X, dZ),
)


def _sent(X, dZ, window=2, place=2, split=lambda at: divmod(at, 2), add=True):
    """The slopes, where windows or places lie `window` or `place` pixels apart."""
    dX = np.zeros(X.shape)
    for r, s in np.ndindex(dZ.shape):
        at = X[window * r : window * r + 2, window * s : window * s + 2].argmax()
        u, v = split(int(at))
        dX[place * r + u, place * s + v] = dZ[r, s] + add * dX[place * r + u, place * s + v]
    return dX


max_pool_backward.mistake(
    "You exchanged the row and the column of the maximum. In a window of 2 by 2 argmax counts 0, 1 "
    "in the upper row, then 2, 3: `place // 2` is the row, `place % 2` the column.",
    lambda X, dZ: _sent(X, dZ, split=lambda at: divmod(at, 2)[::-1]),
)
max_pool_backward.mistake(
    "argmax counts inside the window, which has 2 columns, and you divide by the number of columns "
    "of X.",
    lambda X, dZ: _sent(X, dZ, split=lambda at: divmod(at, X.shape[1])),
)
_APART = (
    "Your windows overlap: they start at row r and column s. They stand side by side here, so "
    "window (r, s) starts at row 2r and column 2s."
)
_OFFSET = (
    "The place of the maximum is counted inside its window. In dX the window begins at row 2r and "
    "column 2s: add them to it."
)
_WINDOWS_OF_X = (
    "Your slopes are placed in windows that begin at 2r and 2s, but the maximum is looked for "
    "elsewhere: the window of X, too, begins at row 2r and column 2s."
)
for _add in (True, False):
    max_pool_backward.mistake(_APART, lambda X, dZ, add=_add: _sent(X, dZ, 1, 1, add=add))
    max_pool_backward.mistake(_OFFSET, lambda X, dZ, add=_add: _sent(X, dZ, 2, 1, add=add))
    max_pool_backward.mistake(_OFFSET, lambda X, dZ, add=_add: _sent(X, dZ, 2, 0, add=add))
max_pool_backward.mistake(_WINDOWS_OF_X, lambda X, dZ: _sent(X, dZ, 1, 2))
max_pool_backward.mistake(
    _TOO_EARLY, lambda X, dZ: _to_the_first(X, _first_alone(dZ, columns=None))
)
max_pool_backward.mistake(_TOO_EARLY, lambda X, dZ: _to_the_first(X, _first_alone(dZ)))


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
        "np.repeat(dZ, size, axis=0) makes `size` rows of each row. The columns want the same.",
    ],
    lesson="What all pixels caused together, all answer for, in equal shares.",
)
def avg_pool_backward(dZ, size):
    """dX of average pooling, one picture, windows side by side: (8.9)."""
    return dZ.repeat(size, axis=0).repeat(size, axis=1) / size**2


avg_pool_backward.mistake(
    "You give each pixel the whole slope. It entered a mean of size · size pixels, so it moves "
    "that mean by 1 / (size · size) only.",
    lambda dZ, size: dZ.repeat(size, axis=0).repeat(size, axis=1),
)


def _divided(dZ, size, number):
    """Each slope fills its window, divided by a number."""
    return dZ.repeat(size, axis=0).repeat(size, axis=1) / number


avg_pool_backward.mistake(
    "You divided by size. The mean is over size · size pixels: divide by all of them.",
    lambda dZ, size: _divided(dZ, size, size),
)
avg_pool_backward.mistake(
    "You divided by 2 · size. The mean is over size · size pixels.",
    lambda dZ, size: _divided(dZ, size, 2 * size),
)
avg_pool_backward.mistake(
    "You divided by 4, which is right for windows of 2 by 2. In general there are size · size "
    "pixels in a window.",
    lambda dZ, size: _divided(dZ, size, 4),
)
avg_pool_backward.mistake(
    "You divided by the number of slopes in dZ. The mean is over the pixels of one window: divide "
    "by size · size.",
    lambda dZ, size: _divided(dZ, size, dZ.size),
)
avg_pool_backward.mistake(
    "You divided by the number of pixels of the whole picture. Each mean is over one window: "
    "divide by size · size.",
    lambda dZ, size: _divided(dZ, size, dZ.size * size**2),
)
avg_pool_backward.mistake(
    "In Python `^` is no power: it compares bits. Write `size**2`.",
    lambda dZ, size: _divided(dZ, size, size ^ 2),
)
avg_pool_backward.mistake(
    "You multiplied by the number of pixels of a window. Each has a share of the mean: divide.",
    lambda dZ, size: _divided(dZ, size, 1 / size**2),
)
_ANY_SIZE = (
    "You make 2 rows and 2 columns of each slope, which is right for windows of 2 by 2. In general "
    "there are `size` of each."
)
avg_pool_backward.mistake(_ANY_SIZE, lambda dZ, size: _divided(dZ, 2, size**2))
avg_pool_backward.mistake(_ANY_SIZE, lambda dZ, size: _divided(dZ, 2, 4))
_BOTH_AXES = (
    "You repeat along one axis only. A window has `size` rows *and* `size` columns: repeat along "
    "the other axis, too."
)
_FLAT = (
    "Without `axis`, np.repeat makes one long row of all entries. Repeat along axis 0, and then "
    "along axis 1: so each entry fills its own window."
)


@avg_pool_backward.mistake(_FLAT)
def _flat_and_reshaped(dZ, size):
    return dZ.repeat(size**2).reshape(len(dZ) * size, dZ.shape[1] * size) / size**2


_COPIES = (
    "You set copies of the whole matrix side by side, as np.tile does. Each *entry* has to fill "
    "its own window: repeat along both axes, and divide by size · size."
)
for _power in (0, 1, 2):
    for _sentence, _repeated in [
        (_BOTH_AXES, lambda dZ, size: dZ.repeat(size, axis=0)),
        (_BOTH_AXES, lambda dZ, size: dZ.repeat(size, axis=1)),
        (_FLAT, lambda dZ, size: dZ.repeat(size)),
        (_FLAT, lambda dZ, size: dZ.repeat(size**2)),
        (_COPIES, lambda dZ, size: np.tile(dZ, (size, size))),
    ]:
        avg_pool_backward.mistake(
            _sentence,
            lambda dZ, size, power=_power, repeated=_repeated: repeated(dZ, size) / size**power,
        )


def _placed(dZ, size, apart, side, add=0):
    """Slopes in windows that begin `apart` pixels apart, each `side` pixels wide."""
    dX = np.zeros((len(dZ) * size, dZ.shape[1] * size))
    for r, s in np.ndindex(dZ.shape):
        window = dX[r * apart : r * apart + side, s * apart : s * apart + side]
        window[...] = add * window + dZ[r, s]
    return dX


_ONE_PIXEL = (
    "You give the slope to one pixel of each window. In a mean all of them have an equal share."
)
avg_pool_backward.mistake(_ONE_PIXEL, lambda dZ, size: _placed(dZ, size, size, 1))
avg_pool_backward.mistake(_ONE_PIXEL, lambda dZ, size: _placed(dZ, size, size, 1) / size**2)
for _add in (0, 1):
    avg_pool_backward.mistake(
        "Your windows overlap: they start at row r and column s. They stand side by side here, so "
        "window (r, s) starts at row r · size and column s · size.",
        lambda dZ, size, add=_add: _placed(dZ, size, 1, size, add) / size**2,
    )
for _columns in (1, None):
    avg_pool_backward.mistake(
        _TOO_EARLY,
        lambda dZ, size, columns=_columns: _divided(
            _first_alone(dZ, columns=columns), size, size**2
        ),
    )


@avg_pool_backward.mistake(
    "Where dZ holds whole numbers, your shares are cut off after the point. Make decimals, with "
    "np.zeros and a shape, and divide with `/`."
)
def _whole_shares(dZ, size):
    shares = dZ.repeat(size, axis=0).repeat(size, axis=1) / size**2
    return shares.astype(dZ.dtype)


avg_pool_backward.mistake(
    "The shares are right. But dX has the shape of X: every pixel of a window gets its share.",
    lambda dZ, size: dZ / size**2,
)


def _convolutions(rng):
    hand = (np.arange(9.0).reshape(1, 3, 3, 1), np.array([1.0, 2.0, 3.0, 4.0]).reshape(2, 2, 1, 1),
            np.array([1.0, 0.0, 2.0, -1.0]).reshape(1, 2, 2, 1), 1, 0)  # fmt: skip

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
        "At last cut off the ring: dX = d_around[:, pad : pad + height, pad : pad + width].",
    ],
    lesson="A convolution is a dense layer that stands in many places, and the gradients of its "
    "shared weights add up over all of them.",
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
    "That is right for stride 1. Backwards, too, window (r, s) starts at row r · stride and column "
    "s · stride: the forward pass looked there.",
    _stride_ignored,
)


def _wrong(sentence, change):
    """A mistake in some of the parts: `change` gets the arguments, and returns these parts."""

    @conv_backward.mistake(sentence)
    def changed(*case):
        right = dict(zip(("dW", "db", "dX"), _backwards(*case), strict=True))
        return tuple((right | change(*case)).values())


def _dX_of(X, W, dZ, stride, pad):
    return _inner(_back(X, W, dZ, stride, pad)[2], X, pad)


def _last_window(X, W, dZ, stride, pad):
    """dX where each window overwrites what others have left."""
    d_around = _padded(np.zeros(X.shape), pad)
    for r, s in np.ndindex(dZ.shape[1:3]):
        _window_of(d_around, r, s, len(W), stride)[...] = np.tensordot(dZ[:, r, s], W, axes=(1, 3))
    return _inner(d_around, X, pad)


def _last_kernel(dZ):
    return dZ * (np.arange(dZ.shape[3]) == dZ.shape[3] - 1)


def _last_place(dZ):
    last = np.zeros(dZ.shape)
    last[:, -1, -1] = dZ[:, -1, -1]
    return last


def _last_example(dZ):
    last = np.zeros(dZ.shape)
    last[-1] = dZ[-1]
    return last


_wrong(
    "dW and db are right; in dX the kernel is turned by 180°. If you add the entries of W to the "
    "windows that they looked at, leave W as it is. If you slide a kernel over dZ, turn it first.",
    lambda X, W, dZ, t, pad: {"dX": _dX_of(X, W[::-1, ::-1], dZ, t, pad)},
)
_wrong(
    "dW and db are right; in dX the rows and the columns of the kernel are exchanged: W[u, v] met "
    "the pixel in row u and column v of each window.",
    lambda X, W, dZ, t, pad: {"dX": _dX_of(X, W.swapaxes(0, 1), dZ, t, pad)},
)
_wrong(
    "db and dX are right, and dW is turned by 180°: its entry (u, v) belongs to the pixel in row u "
    "and column v of each window.",
    lambda *case: {"dW": _back(*case)[0][::-1, ::-1]},
)
_wrong(
    "db and dX are right, and in dW rows and columns are exchanged: its entry (u, v) belongs to "
    "the pixel in row u and column v of each window.",
    lambda *case: {"dW": _back(*case)[0].swapaxes(0, 1)},
)
_wrong(
    "db and dX are right, and in dW the last two axes are exchanged. dW has the shape of W: first "
    "the channels that come in, then the kernels.",
    lambda *case: {"dW": _back(*case)[0].swapaxes(2, 3)},
)
_wrong(
    "You counted the bias once for each weight. It is added once for each output: db = Σ dZ, "
    "(8.11).",
    lambda X, W, dZ, t, pad: {"db": dZ.sum(axis=(0, 1, 2)) * W[..., 0].size},
)
_wrong(
    "db is the sum over all places, (8.11), and you took the mean.",
    lambda X, W, dZ, t, pad: {"db": dZ.mean(axis=(0, 1, 2))},
)
_ONE_PER_KERNEL = (
    "db has one number for each kernel. Add up over all other axes of dZ: examples, rows and "
    "columns."
)
for _axes in (0, (1, 2), (0, 1), (0, 2), None):
    _wrong(_ONE_PER_KERNEL, lambda X, W, dZ, t, pad, axes=_axes: {"db": dZ.sum(axis=axes)})
_wrong(
    "db is right but for its axes, of which it keeps four. It has one: leave out `keepdims`.",
    lambda X, W, dZ, t, pad: {"db": dZ.sum(axis=(0, 1, 2), keepdims=True)},
)
_COPY = "The gradients are added to a copy of {}. Begin with zeros of the same shape."
_wrong(_COPY.format("W"), lambda X, W, *rest: {"dW": W + _back(X, W, *rest)[0]})
_wrong(_COPY.format("X"), lambda X, *rest: {"dX": X + _backwards(X, *rest)[2]})
_DIVIDED = (
    "You divided by the number of examples. The loss has done so already, and a layer adds up what "
    "comes from its examples."
)
_wrong(
    _DIVIDED,
    lambda X, *rest: {
        "dW": _back(X, *rest)[0] / len(X),
        "db": _back(X, *rest)[1] / len(X),
    },
)
conv_backward.mistake(_DIVIDED, lambda X, W, dZ, *how: _backwards(X, W, dZ / len(X), *how))
_OVERLAP = (
    "Windows overlap, so the slopes of a pixel from all windows and all kernels add up. In dX you "
    "keep the last one only: write `+=` in place of `=`."
)
_wrong(_OVERLAP, lambda *case: {"dX": _last_window(*case)})
_wrong(_OVERLAP, lambda X, W, dZ, t, pad: {"dX": _last_window(X, W, _last_kernel(dZ), t, pad)})
_ONE_WINDOW_LEFT = (
    "The kernel is used in every window and for every example, so its gradients add up. In dW you "
    "keep the last one only: write `+=` in place of `=`."
)
for _keep in (_last_place, lambda dZ: _last_example(_last_place(dZ)), _last_example):
    _wrong(
        _ONE_WINDOW_LEFT,
        lambda X, W, dZ, t, pad, keep=_keep: {"dW": _back(X, W, keep(dZ), t, pad)[0]},
    )
for _keep in (_last_place, lambda dZ: _last_example(_last_place(dZ))):
    _wrong(
        "Every window adds its share, to dW and to dX. In both you keep the last one only: write "
        "`+=` in place of `=`.",
        lambda X, W, dZ, t, pad, keep=_keep: {
            "dW": _back(X, W, keep(dZ), t, pad)[0],
            "dX": _last_window(X, W, _last_kernel(dZ), t, pad),
        },
    )
_wrong(
    "In dX only the last kernel counts. A pixel moved the outputs of all kernels: add them up.",
    lambda X, W, dZ, t, pad: {"dX": _dX_of(X, W, _last_kernel(dZ), t, pad)},
)
_UPSTREAM = (
    "The upstream gradient dZ is missing in {}. Each output has its own: multiply by it, before "
    "you add up."
)
_wrong(
    _UPSTREAM.format("dW"),
    lambda X, W, dZ, t, pad: {"dW": _back(X, W, np.ones(dZ.shape), t, pad)[0]},
)
_wrong(
    _UPSTREAM.format("dX"),
    lambda X, W, dZ, t, pad: {"dX": _dX_of(X, W, np.ones(dZ.shape), t, pad)},
)


def _pixels_for_weights(X, W, dZ, stride, pad):
    around = _padded(X, pad)
    d_around = np.zeros(around.shape)
    for i, r, s, k in np.ndindex(dZ.shape):
        pixels = _window_of(around[i : i + 1], r, s, len(W), stride)
        _window_of(d_around[i : i + 1], r, s, len(W), stride)[...] += pixels * dZ[i, r, s, k]
    return {"dW": W * dZ.sum(axis=(0, 1, 2)), "dX": _inner(d_around, X, pad)}


_wrong(
    "You exchanged two factors. For a weight the other factor is the pixel that it met, (8.10); "
    "for a pixel it is the weight, (8.12).",
    _pixels_for_weights,
)
_wrong(
    "All is right, but dX still has the ring around it. Those are slopes of the padding, and "
    "nobody asks for them: dX has the shape of X.",
    lambda *case: {"dX": _back(*case)[2]},
)
_wrong(
    "That is right with padding. With pad = 0, [pad:-pad] is [0:0], which is empty. Write "
    "pad : pad + height.",
    lambda X, W, dZ, t, pad: {"dX": _back(X, W, dZ, t, pad)[2][:, pad:-pad, pad:-pad]},
)
_wrong(
    "You cut off a ring of 1. The ring is `pad` wide, and with pad = 0 there is none.",
    lambda *case: {"dX": _back(*case)[2][:, 1:-1, 1:-1]},
)
_wrong(
    "You cut off the padding on the right and below only. There is as much on the left and above: "
    "begin at pad.",
    lambda X, W, dZ, t, pad: {"dX": _back(X, W, dZ, t, pad)[2][:, : X.shape[1], : X.shape[2]]},
)
_wrong(
    "You cut off the padding on the left and above only. There is as much on the right and below: "
    "end at pad + height and pad + width.",
    lambda X, W, dZ, t, pad: {"dX": _back(X, W, dZ, t, pad)[2][:, pad:, pad:]},
)


@conv_backward.mistake(
    "Two settings are forgotten. Window (r, s) begins at r · stride and s · stride; and with pad = "
    "0 the slice [pad:-pad] is empty."
)
def _as_the_article(X, W, dZ, stride, pad):
    dW, db, dX = _stride_ignored(X, W, dZ, stride, pad)
    return dW, db, dX if pad else dX[:, :0, :0]


conv_backward.mistake(
    "With pad = 0 it is right, and with padding your code stops. The windows are to be cut out of "
    "the padded picture, not of X; and only its rows and columns get a ring, not the examples and "
    "the channels.",
    lambda X, W, dZ, stride, pad: _back(X, W, dZ, stride, 0),
)
conv_backward.mistake(
    "It is right for stride 1 without padding, and not elsewhere. Cut the windows out of the "
    "padded picture, and start them at r · stride and s · stride.",
    lambda X, W, dZ, stride, pad: _stride_ignored(X, W, dZ, 1, 0),
)


@conv_backward.mistake(
    "dX is right for stride 1 only. To slide the turned kernel over dZ with a larger stride, you "
    "first have to set zeros between the slopes; adding W to the windows needs no such trick."
)
def _without_zeros_between(X, W, dZ, stride, pad):
    dW, db, _ = _back(X, W, dZ, stride, pad)
    turned = W[::-1, ::-1].swapaxes(2, 3)
    return dW, db, correlate_loops(dZ, turned, np.zeros(W.shape[2]), pad=len(W) - 1 - pad)


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
    "That is right where all strides are 1. After a stride of 2, neighbours stand 2 pixels apart, "
    "so every further pixel of a window counts twice.",
    lambda layers: 1 + sum(size - 1 for size, stride in layers),
)


def _walk(layers, grown=lambda size: size - 1, spread=lambda a, stride: a * stride, start=(1, 1)):
    """From the first layer to the last, with another rule for the field or for the distance."""
    field, apart = start
    for size, stride in layers:
        field += grown(size) * apart
        apart = spread(apart, stride)
    return field


_NEW_PIXELS = (
    "A window of `size` pixels adds only size - 1 to the width: one of its pixels has been counted "
    "before."
)
receptive_field.mistake(_NEW_PIXELS, lambda layers: sum(size for size, stride in layers))
receptive_field.mistake(_NEW_PIXELS, lambda layers: 1 + sum(size for size, stride in layers))
receptive_field.mistake(_NEW_PIXELS, lambda layers: _walk(layers, grown=lambda size: size))
receptive_field.mistake(
    _NEW_PIXELS, lambda layers: _walk(layers, grown=lambda size: size, start=(0, 1))
)
receptive_field.mistake(
    "You count one side of each window only. A layer adds size - 1 pixels, on both sides together.",
    lambda layers: _walk(layers, grown=lambda size: size // 2),
)


@receptive_field.mistake(
    "A layer's own stride moves windows apart for the layers *after* it. Let the width grow first, "
    "and multiply by the stride then."
)
def _own_stride_too(layers):
    field, apart = 1, 1
    for size, stride in layers:
        apart *= stride
        field += (size - 1) * apart
    return field


receptive_field.mistake(
    "You multiply (size - 1) by the layer's own stride. What counts is how far apart its *inputs* "
    "stand: the product of all strides before it.",
    lambda layers: 1 + sum((size - 1) * stride for size, stride in layers),
)
_ALL_STRIDES = (
    "You multiply by the strides of all layers. For each layer only the strides *before* it count: "
    "they say how far apart its inputs stand."
)


@receptive_field.mistake(_ALL_STRIDES)
def _product_of_all(layers):
    apart = np.prod([stride for _, stride in layers])
    return 1 + sum((size - 1) * apart for size, _ in layers)


@receptive_field.mistake(_ALL_STRIDES)
def _product_of_all_at_the_end(layers):
    apart = np.prod([stride for _, stride in layers])
    return apart * (1 + sum(size - 1 for size, _ in layers))


receptive_field.mistake(
    "Your list is read from its end. It begins with the first layer, next to the picture: go "
    "through it in order.",
    lambda layers: _walk(layers[::-1]),
)
receptive_field.mistake(
    "You keep the last stride only. Distances multiply: the new one is the old one times the "
    "stride.",
    lambda layers: _walk(layers, spread=lambda apart, stride: stride),
)
_ADDED = "You add up the strides. Distances multiply: after three strides of 2 it is 8, not 6."
receptive_field.mistake(_ADDED, lambda layers: _walk(layers, spread=lambda a, t: a + t))
receptive_field.mistake(_ADDED, lambda layers: _walk(layers, spread=lambda a, t: a + t - 1))


@receptive_field.mistake(_ADDED)
def _strides_added(layers):
    field, apart = 1, 0
    for size, stride in layers:
        field += (size - 1) * max(apart, 1)
        apart += stride
    return field


receptive_field.mistake(
    "You double the distance after each layer. It is multiplied by the stride of that layer, which "
    "may be 1 or 3, too.",
    lambda layers: _walk(layers, spread=lambda apart, stride: 2 * apart),
)
_DIVIDING = (
    "You divide by the stride, as for the size of the output. In the picture neighbours move "
    "*apart*: multiply."
)
receptive_field.mistake(_DIVIDING, lambda layers: _walk(layers, spread=lambda a, t: a // t))
receptive_field.mistake(_DIVIDING, lambda layers: _walk(layers, spread=lambda a, t: a / t))
receptive_field.mistake(
    "You exchanged the two numbers of a layer. They are (size, stride), in this order.",
    lambda layers: _walk([(size, stride) for stride, size in layers]),
)
_FIELD_MULTIPLIED = (
    "You multiplied the whole width by a stride. A width of n pixels has n - 1 distances from one "
    "to the next, and only those are stretched."
)


def _multiplied(layers, first):
    """Multiply the width by the stride, before or after it grows."""
    field = 1
    for size, stride in layers:
        field = field * stride + size - 1 if first else (field + size - 1) * stride
    return field


for _first in (True, False):
    receptive_field.mistake(_FIELD_MULTIPLIED, lambda layers, f=_first: _multiplied(layers, f))
    receptive_field.mistake(
        _FIELD_MULTIPLIED, lambda layers, f=_first: _multiplied(layers[::-1], f)
    )


@receptive_field.mistake(
    "You count the pixels that the output depends on. The width runs from the first of them to the "
    "last, gaps included."
)
def _pixels_counted(layers):
    seen = {0}
    for size, stride in reversed(layers):
        seen = {place * stride + u for place in seen for u in range(size)}
    return len(seen)


receptive_field.mistake(
    "You multiplied the sizes. Each layer *adds* to the width: two of 3 see 5 pixels, not 9.",
    lambda layers: int(np.prod([size for size, _ in layers])),
)
receptive_field.mistake(
    "That is what the output sees of the layer before it. Each of those values has itself seen "
    "more than one pixel.",
    lambda layers: layers[-1][0],
)
receptive_field.mistake(
    "That is the width after the first layer alone. Does `return` stand inside the loop?",
    lambda layers: layers[0][0],
)
receptive_field.mistake(
    "The stride of the first layer is lost: it moves the windows of all later layers apart.",
    lambda layers: _walk(layers[1:], start=(layers[0][0], 1)),
)
receptive_field.mistake(
    "The first layer is missing: go through all of them.", lambda layers: _walk(layers[1:])
)
receptive_field.mistake(
    "The last layer is missing: go through all of them.", lambda layers: _walk(layers[:-1])
)
receptive_field.mistake(
    "You have one too few. Begin with 1: without any layer, an output is one pixel.",
    lambda layers: _walk(layers, start=(0, 1)),
)
receptive_field.mistake(
    "That is how far apart two neighbouring outputs stand in the picture. Asked is how wide one of "
    "them sees.",
    lambda layers: int(np.prod([stride for _, stride in layers])),
)
