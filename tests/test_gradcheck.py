import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.optimize import approx_fprime, rosen, rosen_der

from course_lib.gradcheck import numerical_gradient


@given(arrays(np.float64, array_shapes(max_dims=3, max_side=3), elements=st.floats(-3, 3)))
def test_a_sum_of_squares_has_the_gradient_2x(x):
    before = x.copy()
    gradient = numerical_gradient(lambda x: (x**2).sum(), x)
    assert gradient.shape == x.shape and gradient.dtype == np.float64
    assert np.allclose(gradient, 2 * x, atol=1e-8)
    assert np.array_equal(x, before)


def test_it_agrees_with_scipy(rng):
    x = rng.normal(size=5)
    assert np.allclose(numerical_gradient(rosen, x), rosen_der(x), rtol=1e-6, atol=1e-5)
    assert np.allclose(numerical_gradient(rosen, x), approx_fprime(x, rosen), rtol=1e-3, atol=1e-3)


def test_central_differences_are_exact_for_parabolas_and_one_sided_ones_are_not():
    # f(x) = x², h = 1/2 at x = 3: (12.25 - 6.25) / 1 = 6; one-sided: (12.25 - 9) / 0.5 = 6.5
    assert numerical_gradient(lambda x: x**2, 3.0, h=0.5) == 6


def test_it_can_tell_a_wrong_gradient(rng):
    x = rng.normal(size=4)
    gradient = numerical_gradient(lambda x: (x**3).sum(), x)
    assert np.allclose(gradient, 3 * x**2)
    for wrong in (2 * x**2, -3 * x**2, 3 * x**2 / len(x), np.zeros_like(x)):
        assert not np.allclose(gradient, wrong)


def test_a_function_that_changes_its_argument_does_no_harm():
    def greedy(x):
        value = (x**2).sum()
        x[:] = 0
        return value

    x = np.array([1.0, 2.0])
    assert np.allclose(numerical_gradient(greedy, x), [2, 4])
    assert np.array_equal(x, [1, 2])


def test_shapes_like_x():
    assert numerical_gradient(np.sum, [[1, 2], [3, 4]]).shape == (2, 2)
    assert numerical_gradient(lambda x: x * 2, 1).shape == ()
    assert numerical_gradient(lambda x: np.array([[x.sum()]]), [1.0]).shape == (1,)


@pytest.mark.parametrize(
    ("f", "x", "h", "words"),
    [
        (np.sum, np.ones(2, np.float32), 1e-6, "x is float32, expected float64"),
        (np.sum, [], 1e-6, "x is empty"),
        (np.sum, [np.nan], 1e-6, "no slope"),
        (np.sum, ["a"], 1e-6, "holds text"),
        (np.sum, [1.0], 0, "h is 0, expected a number above 0"),
        (np.sum, [1.0], -1e-6, "above 0"),
        (np.sum, [1.0], np.nan, "above 0"),
        (lambda x: x, [1.0, 2.0], 1e-6, "forget to sum"),
        (lambda x: np.inf, [1.0], 1e-6, "where f is finite"),
        (lambda x: None, [1.0], 1e-6, "expected real numbers"),
    ],
)
def test_bad_input_has_its_own_sentence(f, x, h, words):
    with pytest.raises(ValueError, match=words):
        numerical_gradient(f, x, h)
