"""Convolution and pooling beside the loops, SciPy, and finite differences."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import correlate2d

from course_lib.activations import relu, relu_prime, tanh, tanh_prime
from course_lib.checks import ShapeError
from course_lib.conv import AvgPool2D, Conv2D, MaxPool2D, correlate_loops
from course_lib.datasets import one_hot
from course_lib.gradcheck import check_gradients, numerical_gradient
from course_lib.initializers import placeholder
from course_lib.layers import Activation, Dense, Flatten
from course_lib.losses import SOFTMAX_CROSS_ENTROPY
from course_lib.network import Network, summarise

POOLS = [MaxPool2D, AvgPool2D]


def conv(rng, *args, **more):
    """A Conv2D whose bias is not zero, so that a bias that counts twice is seen."""
    layer = Conv2D(*args, rng=rng, **more)
    layer.b.value = rng.normal(size=layer.b.value.shape)
    return layer


# What the syllabus works by hand: a 3×3 picture, a 2×2 kernel, stride 1, no padding.


def test_the_worked_example_and_its_nine_gradients(rng):
    a, w = np.arange(1.0, 10).reshape(3, 3), np.array([[1.0, 2], [3, 4]])
    delta = rng.normal(size=(2, 2))
    layer = Conv2D(1, 1, 2, rng=rng)
    layer.W.value = w[..., None, None]
    Z = layer.forward(a[None, ..., None])[0, ..., 0]
    # z11 = 1·1 + 2·2 + 4·3 + 5·4 = 37; one pixel on, each term is larger by its weight: + 10
    assert Z.tolist() == [[37, 47], [67, 77]]
    dX = layer.backward(delta[None, ..., None])[0, ..., 0]
    (d11, d12), (d21, d22), (w11, w12), (w21, w22) = *delta, *w
    by_hand = [
        [d11 * w11, d11 * w12 + d12 * w11, d12 * w12],
        [
            d11 * w21 + d21 * w11,
            d11 * w22 + d12 * w21 + d21 * w12 + d22 * w11,
            d12 * w22 + d22 * w12,
        ],
        [d21 * w21, d21 * w22 + d22 * w21, d22 * w22],
    ]
    assert np.allclose(dX, by_hand)
    assert np.isclose(layer.W.grad[0, 1, 0, 0], delta.ravel() @ [2, 3, 5, 6])  # w12 saw 2 3 5 6
    assert np.isclose(layer.b.grad[0], delta.sum())


def test_pools_by_hand():
    X = np.array([[1.0, 5, 2, 2], [3, 4, 2, 2], [0, 0, 9, 8], [0, 0, 7, 6]])[None, ..., None]
    assert MaxPool2D(2).forward(X)[0, ..., 0].tolist() == [[5, 2], [0, 9]]
    assert AvgPool2D(2).forward(X)[0, ..., 0].tolist() == [[13 / 4, 2], [0, 30 / 4]]


def test_of_equal_maxima_the_first_in_row_order_takes_the_gradient():
    pool, X = MaxPool2D(2), np.array([[2.0, 7], [7, 7]])[None, ..., None]
    pool.forward(X)
    assert pool.backward(np.full((1, 1, 1, 1), 3.0))[0, ..., 0].tolist() == [[0, 3], [0, 0]]


def test_an_even_share_for_the_mean():
    pool = AvgPool2D(2)
    pool.forward(np.zeros((1, 3, 2, 1)))
    dX = pool.backward(np.full((1, 1, 1, 1), 8.0))[0, ..., 0]
    assert dX.tolist() == [[2, 2], [2, 2], [0, 0]]  # the last row fills no window


# The loops, and SciPy.

settings_of_windows = st.tuples(
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(0, 2),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(4, 8),
    st.integers(4, 7),
)


@given(settings_of_windows)
def test_forward_agrees_with_the_loops(drawn):
    size, stride, pad, c_in, c_out, m, height, width = drawn
    rng = np.random.default_rng(sum(drawn))
    layer = conv(rng, c_in, c_out, size, stride=stride, pad=pad)
    X = rng.normal(size=(m, height, width, c_in))
    Z = layer.forward(X)
    loops = correlate_loops(X, layer.W.value, layer.b.value, stride=stride, pad=pad)
    assert Z.shape == (m, *layer.output_shape(X.shape[1:])) and np.allclose(Z, loops)


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_loops_agree_with_scipy(size, rng):
    X, W, b = rng.normal(size=(2, 9, 7, 3)), rng.normal(size=(size, size, 3, 4)), rng.normal(size=4)
    Z = correlate_loops(X, W, b)
    for i in range(2):
        for k in range(4):
            by_scipy = sum(correlate2d(X[i, ..., c], W[..., c, k], mode="valid") for c in range(3))
            assert np.allclose(Z[i, ..., k], by_scipy + b[k])


def slope_at(f, array, place):
    """∂f/∂array[place], by finite differences in that one entry."""

    def f_of_entry(x):
        other = array.copy()
        other[place] = x
        return f(other)

    return numerical_gradient(f_of_entry, array[place])


def some_place(array, rng):
    return tuple(int(rng.integers(n)) for n in array.shape)


@given(settings_of_windows)
def test_backward_agrees_with_finite_differences(drawn):
    size, stride, pad, c_in, c_out, m, height, width = drawn
    rng = np.random.default_rng(sum(drawn))
    layer = conv(rng, c_in, c_out, size, stride=stride, pad=pad)
    X = rng.normal(size=(m, height, width, c_in))
    dZ = rng.normal(size=layer.forward(X).shape)
    dX = layer.backward(dZ)

    def stand_in(X, W, b):
        return (dZ * correlate_loops(X, W, b, stride=stride, pad=pad)).sum()

    W, b = layer.W.value.copy(), layer.b.value.copy()
    at, close = some_place(X, rng), {"rtol": 1e-4, "atol": 1e-6}
    assert np.isclose(dX[at], slope_at(lambda X: stand_in(X, W, b), X, at), **close)
    assert np.allclose(layer.b.grad, numerical_gradient(lambda b: stand_in(X, W, b), b), rtol=1e-5)
    at = some_place(W, rng)
    assert np.isclose(layer.W.grad[at], slope_at(lambda W: stand_in(X, W, b), W, at), **close)


@pytest.mark.parametrize("pool", POOLS)
@given(st.integers(1, 3), st.sampled_from([None, 1, 2, 3]), st.integers(3, 6), st.integers(3, 7))
def test_pools_agree_with_loops_over_their_windows(pool, size, stride, height, width):
    rng = np.random.default_rng(size + height * width)
    X, layer = rng.normal(size=(2, height, width, 3)), pool(size, stride=stride)
    Z, step = layer.forward(X), stride or size
    rows, columns = (height - size) // step + 1, (width - size) // step + 1
    assert Z.shape == (2, rows, columns, 3) == (2, *layer.output_shape((height, width, 3)))
    dZ, dX = rng.normal(size=Z.shape), np.zeros_like(X)
    of = np.max if pool is MaxPool2D else np.mean
    for i, r, s, c in np.ndindex(Z.shape):
        place = i, slice(r * step, r * step + size), slice(s * step, s * step + size), c
        assert np.isclose(Z[i, r, s, c], of(X[place]))
        share = (X[place] == X[place].max()) if pool is MaxPool2D else 1 / size**2
        dX[place] += share * dZ[i, r, s, c]
    assert np.allclose(layer.backward(dZ), dX)


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize(("stride", "pad"), [(1, 0), (2, 1), (3, 2)])
def test_a_whole_network_passes_the_gradient_check(pool, stride, pad, rng):
    first = conv(rng, 2, 3, 3, stride=stride, pad=pad)
    shape = pool(2, stride=1).output_shape(first.output_shape((8, 9, 2)))
    net = Network(
        first,
        Activation(tanh, tanh_prime),
        pool(2, stride=1),
        Flatten(),
        Dense(int(np.prod(shape)), 3, rng=rng),
    )
    X = rng.normal(size=(4, 8, 9, 2))
    assert check_gradients(net, X, one_hot([0, 1, 2, 1], 3), SOFTMAX_CROSS_ENTROPY).passed


class StrideIgnored(Conv2D):
    def backward(self, dZ):
        (m, *shape), _ = self._recall()
        stretched = Conv2D(*self.W.value.shape[2:], self.size, rng=np.random.default_rng(0))
        stretched.W.value = self.W.value
        X = np.zeros((m, *shape))
        wide = np.zeros(stretched.forward(X).shape)
        wide[:, : dZ.shape[1], : dZ.shape[2]] = dZ
        super().backward(dZ)
        return stretched.backward(wide)


class KernelNotTurned(Conv2D):
    def backward(self, dZ):
        W = self.W.value.copy()
        self.W.value = W[::-1, ::-1]
        dX = super().backward(dZ)
        self.W.value = W
        return dX


class BiasInTheSum(Conv2D):
    def forward(self, X):
        return super().forward(X) + (self.size**2 - 1) * self.b.value


@pytest.mark.parametrize(
    ("bug", "where"), [(StrideIgnored, "X"), (KernelNotTurned, "X"), (BiasInTheSum, "b1")]
)
def test_the_gradient_check_catches_the_bugs_of_the_sources(bug, where, rng):
    layer = bug(2, 2, 3, stride=2, rng=rng)
    net = Network(layer, Activation(tanh, tanh_prime), Flatten(), Dense(18, 3, rng=rng))
    X, Y = rng.normal(size=(3, 7, 7, 2)), one_hot([0, 1, 2], 3)
    report = check_gradients(net, X, Y, SOFTMAX_CROSS_ENTROPY)
    assert not report.passed and report[where].verdict == "WRONG"


# What every layer owes.


@pytest.mark.parametrize(
    "make",
    [lambda r: conv(r, 2, 3, 3, pad=1), lambda r: MaxPool2D(2), lambda r: AvgPool2D(2)],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_arguments_stay_types_stay_and_outputs_are_no_buffers(make, dtype, rng):
    layer = make(rng)
    Network(layer, dtype=dtype)
    X = rng.normal(size=(2, 6, 5, 2)).astype(dtype)
    before = X.copy()
    Z = layer.forward(X)
    kept, dZ = Z.copy(), rng.normal(size=Z.shape).astype(dtype)
    before_dZ = dZ.copy()
    dX = layer.backward(dZ)
    kept_dX = dX.copy()
    assert Z.dtype == dX.dtype == dtype and dX.shape == X.shape
    layer.backward(2 * dZ)
    layer.forward(rng.normal(size=(2, 6, 5, 2)).astype(dtype))
    assert np.array_equal(Z, kept) and np.array_equal(dX, kept_dX)
    assert np.array_equal(X, before) and np.array_equal(dZ, before_dZ)


def test_gradients_are_assigned_not_accumulated(rng):
    layer = conv(rng, 1, 2, 2)
    dZ = np.ones(layer.forward(rng.normal(size=(2, 4, 4, 1))).shape)
    layer.backward(dZ)
    once = layer.W.grad.copy()
    layer.backward(dZ)
    assert np.array_equal(layer.W.grad, once)


def pictures(*shape):
    return np.zeros((1, *shape))


def loops(kernels, biases, **how):
    return correlate_loops(pictures(4, 4, 2), np.zeros(kernels), np.zeros(biases), **how)


MISFITS = [
    ((1, 2, 5), {}, (4, 6, 1), "4 × 6 pixels, expected at least 5 × 5"),
    ((1, 2, 9), {"pad": 1}, (4, 6, 1), "and 1 of padding on each side"),
    ((3, 2, 2), {}, (4, 6, 1), r"expected \(m, height, width, 3\)"),
    ((1, 2, 2), {}, (4, 6), r"channels last.* Try X\[\.\.\., None\]"),
    ((3, 2, 2), {}, (3, 4, 4), r"Try X.transpose\(0, 2, 3, 1\)"),
]


def test_pictures_without_their_examples_or_channels_get_a_remedy(rng):
    layer = Conv2D(1, 2, 2, rng=rng)
    with pytest.raises(ShapeError, match=r"Try X\[None, :, :, None\]"):
        layer.forward(np.zeros((4, 6)))
    with pytest.raises(ShapeError, match=r"One picture\? Try X\[None\]"):
        layer.forward(np.zeros((4, 6, 1)))


@pytest.mark.parametrize(
    "shape", [(6, 5), 6, (6, 5, 3), (1, 6, 5, 1), "abc", (-6, 5, 1), [6, 5, 1]]
)
def test_the_shape_of_a_picture_is_checked(shape, rng):
    for layer in (Conv2D(1, 2, 2, rng=rng), MaxPool2D(2)):
        if layer.parameters or shape != (6, 5, 3):
            with pytest.raises(ValueError, match=r"shape"):
                layer.output_shape(shape)


def test_what_is_returned_belongs_to_the_caller(rng):
    X = rng.normal(size=(1, 4, 4, 1))
    kept = X.copy()
    for pool in (MaxPool2D(1), MaxPool2D(2), AvgPool2D(1), AvgPool2D(2)):
        Z = pool.forward(X)
        right = pool.backward(np.ones(Z.shape))
        Z[...] = 0
        assert np.array_equal(X, kept) and np.array_equal(pool.backward(np.ones(Z.shape)), right)


def test_small_whole_numbers_of_numpy_do_not_overflow():
    X = np.ones((1, 600, 32, 1))
    assert AvgPool2D(np.uint8(16)).forward(X).max() == 1
    assert MaxPool2D(np.uint8(2)).forward(X).shape == (1, 300, 16, 1)
    big = Conv2D(1, 1, 3, pad=np.uint8(200), rng=np.random.default_rng(0))
    assert big.output_shape((4, 4, 1)) == (402, 402, 1)


def test_the_loops_keep_the_finest_type(rng):
    X, W = np.ones((1, 3, 3, 1), dtype=np.float32), np.ones((2, 2, 1, 1))
    assert correlate_loops(X, W, np.zeros(1)).dtype == np.float64


@pytest.mark.parametrize(("sizes", "more", "shape", "words"), MISFITS)
def test_pictures_that_do_not_fit_a_convolution(sizes, more, shape, words, rng):
    with pytest.raises(ShapeError, match=words):
        Conv2D(*sizes, rng=rng, **more).forward(pictures(*shape))


@pytest.mark.parametrize("pool", POOLS)
def test_pictures_that_do_not_fit_a_pool(pool):
    with pytest.raises(ShapeError, match=f"{pool.__name__}: X has pictures of 4 × 6"):
        pool(5).forward(pictures(4, 6, 1))
    with pytest.raises(ShapeError, match=f"{pool.__name__}: X has shape"):
        pool(2).forward(pictures(4))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda r: MaxPool2D(0), ValueError, "size is 0"),
        (lambda r: AvgPool2D(2, stride=0), ValueError, "stride is 0"),
        (lambda r: Conv2D(1, 2, 2, pad=-1, rng=r), ValueError, "pad is -1"),
        (lambda r: Conv2D(1, 2, 2, pad=False, rng=r), ValueError, "pad is False"),
        (lambda r: Conv2D(1, 2, 2, pad=0.0, rng=r), ValueError, "pad is 0.0.*at least 0"),
        (lambda r: Conv2D(1, 2, 2, pad="same", rng=r), ValueError, "pad is 'same'"),
        (lambda r: loops((2, 2, 2, 1), 1, stride=0), ValueError, "stride is 0"),
        (lambda r: loops((2, 2, 2, 1), 1, pad=-1), ValueError, "pad is -1"),
        (lambda r: Conv2D(1, 2, 2.0, rng=r), ValueError, "size is 2.0"),
        (lambda r: Conv2D(1, 2, 2, rng=0), TypeError, "rng"),
        (lambda r: Conv2D(1, 2, 2, rng=r, init="he"), TypeError, "init is 'he'"),
        (lambda r: Conv2D(1, 2, 2, rng=r).backward(pictures(3, 3, 2)), RuntimeError, "forward"),
        (lambda r: loops((2, 2, 3, 1), 1), ShapeError, r"\(m, height, width, 3\)"),
        (lambda r: loops((2, 2, 2, 1), 2), ShapeError, "one bias for each kernel"),
        (lambda r: loops((2, 3, 2), 2), ShapeError, "a square of weights"),
    ],
)
def test_bad_settings_have_their_own_sentence(call, error, words, rng):
    with pytest.raises(error, match=words):
        call(rng)


def test_a_wrong_gradient_from_behind_is_named(rng):
    for layer in (conv(rng, 1, 2, 2), MaxPool2D(2), AvgPool2D(2)):
        layer.forward(np.zeros((1, 4, 4, 1)))
        with pytest.raises(ShapeError, match="dZ has shape"):
            layer.backward(np.zeros((1, 5, 5, 1)))


def test_summary_and_names(rng):
    net = Network(
        Conv2D(1, 8, 3, pad=1, rng=rng),
        MaxPool2D(2),
        Conv2D(8, 4, 3, stride=2, rng=rng),
        AvgPool2D(2, stride=1),
        Flatten(),
    )
    summary = net.summary((12, 12, 1))
    assert [row.output_shape for row in summary.rows] == [
        (12, 12, 8),
        (6, 6, 8),
        (2, 2, 4),
        (1, 1, 4),
        (4,),
    ]
    assert [row.parameters for row in summary.rows] == [80, 0, 292, 0, 0]
    assert [row.multiplications for row in summary.rows] == [144 * 72, 0, 4 * 288, 0, 0]
    assert [row.layer for row in summary.rows][:4] == [
        "Conv2D(1, 8, 3, pad=1)",
        "MaxPool2D(2)",
        "Conv2D(8, 4, 3, stride=2)",
        "AvgPool2D(2, stride=1)",
    ]


def vgg16(rng):
    """The thirteen convolutions and three dense layers of Simonyan & Zisserman (2015), table D."""
    how, layers, c_in = {"rng": rng, "init": placeholder}, [], 3
    for channels, times in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]:
        for _ in range(times):
            layers += [Conv2D(c_in, channels, 3, pad=1, **how), Activation(relu, relu_prime)]
            c_in = channels
        layers.append(MaxPool2D(2))
    layers += [Flatten(), Dense(7 * 7 * 512, 4096, **how), Activation(relu, relu_prime)]
    layers += [Dense(4096, 4096, **how), Activation(relu, relu_prime), Dense(4096, 1000, **how)]
    return layers


def test_vgg16_is_counted_without_its_memory(rng):
    tracemalloc.start()
    summary = summarise(vgg16(rng), (224, 224, 3))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert summary.parameters == 138_357_544
    assert summary.output_shape == (1000,)
    assert [row.output_shape for row in summary.rows if "Pool" in row.layer] == [
        (112, 112, 64), (56, 56, 128), (28, 28, 256), (14, 14, 512), (7, 7, 512)]  # fmt: skip
    assert peak < 2e8  # bytes; the weights themselves would take 1.1e9
