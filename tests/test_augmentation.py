"""Augmentation of pictures, compared with SciPy and with results by hand."""

import numpy as np
import pytest
from scipy import ndimage

from course_lib.checks import ShapeError
from course_lib.datasets import random_shifts, shift


def test_a_move_by_hand():
    X = np.array([[1.0, 2], [3, 4]])[None, ..., None]
    assert shift(X, 1, 0)[0, ..., 0].tolist() == [[0, 0], [1, 2]]
    assert shift(X, 0, -1)[0, ..., 0].tolist() == [[2, 0], [4, 0]]
    assert shift(X, 2, 0).max() == 0 and shift(X, 0, -9).max() == 0


@pytest.mark.parametrize("move", [(0, 0), (1, -2), (-3, 1), (2, 2)])
def test_moves_agree_with_scipy(move, rng):
    X = rng.normal(size=(3, 5, 6, 2))
    assert np.allclose(shift(X, *move), ndimage.shift(X, (0, *move, 0), order=0))


def test_random_moves_are_all_nine_equally_often_and_each_its_own(rng):
    X = rng.normal(size=(4500, 4, 4, 1)) + 9  # no zeros of its own
    before = X.copy()
    moved = random_shifts(X, rng=rng)
    counts = [
        np.isclose(shift(X, down, right), moved).all(axis=(1, 2, 3)).sum()
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
    ]
    assert sum(counts) == 4500 and min(counts) > 400 and max(counts) < 600
    assert np.array_equal(X, before) and moved.dtype == X.dtype


def test_two_pixels_and_the_same_seed(rng):
    X = rng.normal(size=(400, 6, 6, 1)).astype(np.float32)
    one, other = (random_shifts(X, rng=np.random.default_rng(3), most=2) for _ in range(2))
    assert np.array_equal(one, other) and one.dtype == np.float32
    assert any(np.array_equal(shift(X[i : i + 1], 2, -2), one[i : i + 1]) for i in range(400))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda X, r: shift(X[0], 1, 0), ShapeError, "channels last"),
        (lambda X, r: shift(X, 0.5, 0), ValueError, "down is 0.5"),
        (lambda X, r: shift(X, 0, True), ValueError, "right is True"),
        (lambda X, r: random_shifts(X, rng=0), TypeError, "rng"),
        (lambda X, r: random_shifts(X, rng=r, most=0), ValueError, "most is 0"),
    ],
)
def test_bad_input_has_its_own_sentence(call, error, words, rng):
    with pytest.raises(error, match=words):
        call(np.zeros((2, 4, 4, 1)), rng)
