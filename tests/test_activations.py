import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy import special

from course_lib import activations
from course_lib.gradcheck import numerical_gradient

NAMES = ["step", "sign", "sigmoid", "tanh", "relu", "leaky_relu", "absolute", "identity"]
ALL = [getattr(activations, name) for name in activations.__all__]
EXTREME = np.array([-1e308, -1e4, -750.0, -1e-300, 0.0, 1e-300, 750.0, 1e4, 1e308])

finite = st.floats(-1e6, 1e6)
some_arrays = arrays(np.float64, array_shapes(max_dims=4, max_side=4), elements=finite)


def test_nothing_is_missing():
    assert sorted([*NAMES, *(f"{name}_prime" for name in NAMES), "softmax"]) == sorted(
        activations.__all__
    )


@pytest.mark.parametrize(
    ("name", "z", "value", "slope"),
    [  # by hand
        ("step", [-1, 0, 2], [0, 1, 1], [0, 0, 0]),
        ("sign", [-1, 0, 2], [-1, 1, 1], [0, 0, 0]),
        ("relu", [-1, 0, 2], [0, 0, 2], [0, 0, 1]),
        ("leaky_relu", [-1, 0, 2], [-0.01, 0, 2], [0.01, 0.01, 1]),
        ("absolute", [-1, 0, 2], [1, 0, 2], [-1, 0, 1]),
        ("identity", [-1, 0, 2], [-1, 0, 2], [1, 1, 1]),
        ("sigmoid", [0, np.log(3)], [0.5, 0.75], [0.25, 0.1875]),
        ("tanh", [0, np.log(3)], [0, 0.8], [1, 0.36]),
    ],
)
def test_values_by_hand(name, z, value, slope):
    assert np.allclose(getattr(activations, name)(z), value, atol=1e-15)
    assert np.allclose(getattr(activations, f"{name}_prime")(z), slope, atol=1e-15)


@given(some_arrays)
def test_sigmoid_and_softmax_agree_with_scipy(z):
    # SciPy rounds what is below 1e-308 to zero; ours keeps the digits that are left.
    assert np.allclose(activations.sigmoid(z), special.expit(z), rtol=1e-14, atol=1e-307)
    assert np.allclose(activations.softmax(z), special.softmax(z, axis=-1), rtol=1e-12, atol=1e-307)


@given(some_arrays)
def test_softmax_is_a_distribution_along_the_last_axis(Z):
    P = activations.softmax(Z)
    assert P.shape == Z.shape
    assert np.allclose(P.sum(axis=-1), 1)
    assert np.allclose(P, activations.softmax(Z + 3.0))
    assert (P >= 0).all()


def test_sigmoid_keeps_its_digits_far_out():
    assert np.isclose(activations.sigmoid(-40.0), np.exp(-40.0), rtol=1e-12, atol=0)
    assert np.isclose(activations.sigmoid_prime(40.0), np.exp(-40.0), rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", NAMES)
def test_primes_are_the_derivatives_away_from_kinks(name):
    f, f_prime = getattr(activations, name), getattr(activations, f"{name}_prime")
    for z in (-3.1, -0.7, 0.4, 2.2):
        assert np.isclose(f_prime(z), numerical_gradient(f, z), atol=1e-8)


@pytest.mark.parametrize("f", ALL, ids=lambda f: f.__name__)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_any_finite_input_gives_a_finite_output_of_the_same_kind(f, dtype):
    z = np.clip(EXTREME, np.finfo(dtype).min, np.finfo(dtype).max).astype(dtype)
    if f is activations.softmax:
        z = z / 2  # the difference of the two ends must itself be a number
    before = z.copy()
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        a = f(z)
    assert np.isfinite(a).all()
    assert a.dtype == dtype and a.shape == z.shape
    assert np.array_equal(z, before)
    assert not np.shares_memory(a, z)


@pytest.mark.parametrize("f", ALL, ids=lambda f: f.__name__)
def test_lists_integers_and_single_numbers_are_welcome(f):
    assert f([1, 2]).dtype == np.float64
    if f is not activations.softmax:
        assert np.shape(f(1)) == ()
        assert f(np.zeros((2, 0))).shape == (2, 0)


@pytest.mark.parametrize("f", ALL, ids=lambda f: f.__name__)
def test_text_is_refused_by_name(f):
    with pytest.raises(ValueError, match=f"^{f.__name__}: .* holds text"):
        f(["1", "2"])


@pytest.mark.parametrize("name", NAMES)
def test_nan_stays_nan(name):
    assert np.isnan(getattr(activations, name)(np.nan))


@pytest.mark.parametrize("Z", [3.0, np.zeros((2, 0))])
def test_softmax_needs_classes(Z):
    with pytest.raises(ValueError, match="one score for each of k classes"):
        activations.softmax(Z)
