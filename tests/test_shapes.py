import numpy as np
import pytest

from course_lib.shapes import ShapeError, expect, expect_finite, expect_rng, floats


def test_shapes_that_fit_pass():
    expect("Dense", "X", np.ones((4, 2)), ("m", 2), "one example per row")
    expect("Dense", "W", np.ones((3, 3)), ("n", "n"), "a square")
    expect("loss", "z", 1.5, (), "a number")


def test_the_sentence_of_the_design():
    with pytest.raises(ShapeError) as error:
        expect("Dense", "X", np.ones((2, 4)), ("m", 2), "one example per row")
    assert str(error.value) == (
        "Dense: X has shape (2, 4), expected (m, 2): one example per row. Did you mean X.T?"
    )


def test_a_shape_error_is_a_value_error():
    assert issubclass(ShapeError, ValueError)


@pytest.mark.parametrize(
    ("came", "shape", "hint"),
    [
        ((2, 4), ("m", 2), "Did you mean X.T?"),
        ((4,), ("m", 1), "Did you mean X[:, None]?"),
        ((2,), ("m", 2), "Did you mean X[None, :]?"),
        ((4, 1), ("m",), "Did you mean X.ravel()?"),
        ((1, 4), ("m",), "Did you mean X.ravel()?"),
        ((3, 5), ("m", 2), "one example per row."),
        ((3, 4), ("n", "n"), "expected (n, n)"),
        ((3,), (4,), "expected (4,)"),
        ((0, 2), ("m", 2), "it is empty"),
        ((), ("m", 2), "X has shape ()"),
    ],
)
def test_each_wrong_shape_has_its_hint(came, shape, hint):
    with pytest.raises(ShapeError) as error:
        expect("Dense", "X", np.ones(came), shape, "one example per row")
    assert hint in str(error.value)
    assert ("Did you mean" in str(error.value)) == ("Did you mean" in hint)


def test_floats_keeps_float32_and_turns_integers_into_float64():
    assert floats("f", "z", np.ones(2, np.float32)).dtype == np.float32
    for value in ([1, 2], True, np.int8(3)):
        assert floats("f", "z", value).dtype == np.float64


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (["a", "b"], "holds text, expected real numbers"),
        ([1 + 2j], "holds complex numbers"),
        ([[1, 2], [3]], "ragged list"),
        ([None], "values of type object"),
    ],
)
def test_floats_refuses_what_is_no_number(value, words):
    with pytest.raises(ValueError, match=words):
        floats("f", "z", value)


def test_expect_finite_names_the_first_offender_and_the_count():
    with pytest.raises(ValueError, match=r"X has 2 entries .* first at index \(1, 0\).* Scale"):
        expect_finite("fit", "X", np.array([[0, 1], [np.nan, np.inf]]), "Scale it.")
    with pytest.raises(ValueError, match="1 entry that is NaN or infinite;"):
        expect_finite("fit", "x", np.float64(np.inf), "Scale it.")


@pytest.mark.parametrize("rng", [None, 42, np.random.RandomState(0), np.random])
def test_only_a_generator_is_an_rng(rng):
    with pytest.raises(TypeError, match="default_rng"):
        expect_rng("he", rng)
