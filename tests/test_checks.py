import numpy as np
import pytest
from scipy import sparse

from course_lib.checks import (
    NotFiniteError,
    ShapeError,
    expect,
    expect_between,
    expect_finite,
    expect_lengths,
    expect_rng,
    expect_whole,
    floats,
)
from course_lib.layers import Dense


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


def test_what_is_not_finite_has_an_error_of_its_own():
    assert issubclass(NotFiniteError, ValueError)
    with pytest.raises(NotFiniteError):
        expect_finite("fit", "X", np.array([np.inf]), "")


@pytest.mark.parametrize("number", [1, 7, np.int64(3)])
def test_whole_numbers_pass(number):
    expect_whole("fit", "epochs", number)


@pytest.mark.parametrize("number", [0, -1, 1.0, True, "3", None, [1]])
def test_what_is_no_whole_number(number):
    with pytest.raises(ValueError, match="fit: epochs is .*a whole number of at least 1"):
        expect_whole("fit", "epochs", number)


def test_lengths():
    assert expect_lengths("he", "shape", (3, 4)) == (3, 4)
    assert expect_lengths("he", "shape", 3) == (3,)
    for shape in [(), (3, 0), [3], "3", (3.0,), None]:
        with pytest.raises(ValueError, match="he: shape is .*expected a tuple of lengths"):
            expect_lengths("he", "shape", shape)


@pytest.mark.parametrize(
    ("number", "low", "high", "closed"),
    [(0.5, 0, 1, False), (0, 0, 1, True), (5, 0, np.inf, False), (np.float32(0.5), 0, 1, False)],
)
def test_numbers_in_range_pass(number, low, high, closed):
    expect_between("SGD", "lr", number, low, high, closed=closed)


@pytest.mark.parametrize(
    ("number", "high", "closed", "words"),
    [
        (0, np.inf, False, "lr is 0, expected a number above 0\\."),
        (-1, np.inf, True, "lr is -1, expected a number of at least 0\\."),
        (1, 1, True, "of at least 0 and below 1"),
        (np.inf, np.inf, False, "lr is inf"),
        (np.nan, 1, True, "lr is nan"),
        ("1", np.inf, False, "lr is '1'"),
        ([1], np.inf, False, r"lr is \[1\]"),
    ],
)
def test_numbers_out_of_range(number, high, closed, words):
    with pytest.raises(ValueError, match=words):
        expect_between("SGD", "lr", number, 0, high, closed=closed)


def test_a_sparse_matrix_gets_a_hint_that_works():
    matrix = sparse.csr_array(np.eye(3))
    with pytest.raises(ValueError, match=r"X is a sparse matrix.*Try X\.toarray\(\)"):
        Dense(3, 1, rng=np.random.default_rng(0)).forward(matrix)
    assert Dense(3, 1, rng=np.random.default_rng(0)).forward(matrix.toarray()).shape == (3, 1)


def test_numbers_of_numpy_come_back_as_numbers_of_python():
    assert type(expect_whole("f", "n", np.uint8(200))) is int
    assert type(expect_between("f", "lr", np.float32(0.5), 0)) is float
    assert type(expect_between("f", "lr", np.uint8(3), 0)) is int
