import numpy as np
import pytest
from sklearn.datasets import load_digits, load_sample_images

from course_lib.checks import ShapeError
from course_lib.datasets import (
    digits,
    gates,
    gaussians,
    heights,
    line,
    one_hot,
    photo_patches,
    two_features,
)


def test_gates_are_what_python_says():
    X, tables = gates()
    assert X.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    python = {
        "AND": lambda a, b: a and b,
        "OR": lambda a, b: a or b,
        "NAND": lambda a, b: not (a and b),
        "NOR": lambda a, b: not (a or b),
        "XOR": lambda a, b: a != b,
        "XNOR": lambda a, b: a == b,
    }
    assert tables.keys() == python.keys()
    for name, gate in python.items():
        assert tables[name].tolist() == [float(gate(bool(a), bool(b))) for a, b in X]


def test_gates_are_fresh_arrays_each_time():
    X, tables = gates()
    X[:], tables["OR"][:] = 9, 9
    assert gates()[0].max() == 1 and gates()[1]["OR"].max() == 1


def test_one_hot_by_hand():
    assert one_hot([2, 0], 3).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert one_hot(np.array([1.0]), 2).tolist() == [[0, 1]]


@pytest.mark.parametrize(
    ("labels", "k", "error", "words"),
    [
        ([0, 3], 3, ValueError, r"labels\[1\] is 3.*start at 1"),
        ([-1, 0], 3, ValueError, r"labels\[0\] is -1"),
        ([0.5], 3, ValueError, "whole number"),
        ([np.nan], 3, ValueError, "whole number"),
        ([[0], [1]], 2, ShapeError, "ravel"),
        ([], 2, ShapeError, "empty"),
        (["cat"], 2, ValueError, "text"),
        ([0], 0, ValueError, "number of classes"),
        ([0], 2.0, ValueError, "number of classes"),
    ],
)
def test_bad_labels_have_their_own_sentence(labels, k, error, words):
    with pytest.raises(error, match=words):
        one_hot(labels, k)


def test_line_and_plane_are_what_they_say(rng):
    x, y = line(rng=rng, m=20_000)
    assert x.shape == y.shape == (20_000,) and x.min() >= 0 and x.max() <= 10
    assert np.allclose(np.polyfit(x, y, 1), [2, -5], atol=0.05)
    assert np.isclose((y - 2 * x + 5).std(), 1, atol=0.02)
    features, y = two_features(rng=rng, m=20_000)
    noise = y - 1.5 - features @ [2, 5]
    assert features.shape == (20_000, 2)
    assert np.isclose(noise.std(), 0.5, atol=0.01) and abs(noise.mean()) < 0.02


@pytest.mark.parametrize("make", [line, two_features, gaussians])
def test_one_seed_one_table_and_bad_sizes_are_named(make):
    first, second = (make(rng=np.random.default_rng(3)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    for m in (0, -1, 2.5, None):
        with pytest.raises(ValueError, match=f"{make.__name__}: m is"):
            make(rng=np.random.default_rng(3), m=m)
    with pytest.raises(TypeError, match="default_rng"):
        make(rng=3)


def test_gaussians_have_their_means_and_deviations(rng):
    means, deviations = np.array([[-1, 0, 5], [2, 1, 5]]), np.array([[1, 2, 0.1], [3, 1, 0.2]])
    X, y = gaussians(rng=rng, m=20_000, means=means, deviations=deviations)
    assert X.shape == (20_000, 3) and set(y) == {0.0, 1.0} and abs(y.mean() - 0.5) < 0.02
    for c in (0, 1):
        assert np.allclose(X[y == c].mean(axis=0), means[c], atol=0.1)
        assert np.allclose(X[y == c].std(axis=0), deviations[c], rtol=0.05)
        assert np.allclose(np.corrcoef(X[y == c].T), np.eye(3), atol=0.05)


def test_gaussians_want_like_shapes(rng):
    with pytest.raises(ShapeError, match=r"deviations has shape \(2, 1\), expected that of means"):
        gaussians(rng=rng, deviations=[[1], [1]])
    with pytest.raises(ShapeError, match="a row per class"):
        gaussians(rng=rng, means=[[1, 2]], deviations=[[1, 2]])


@pytest.mark.parametrize("size", [4, 8, 13])
def test_patches_are_pieces_of_the_photographs_that_never_overlap(size, rng):
    photos = [photo / 255 for photo in load_sample_images().images]
    X, y = photo_patches(rng=rng, m=40, size=size)
    assert X.shape == (40, size, size, 3) and y.sum() == 20 and 0 <= X.min() <= X.max() <= 1
    corners = set()
    for patch, label in zip(X, y, strict=True):
        photo = photos[int(label)]
        windows = np.lib.stride_tricks.sliding_window_view(photo, (size, size, 3))[:, :, 0]
        found = np.argwhere((windows[::size, ::size] == patch).all(axis=(2, 3, 4)))
        assert len(found) >= 1
        corners.add((label, *found[0]))
    assert len(corners) == 40


def test_patches_are_drawn_by_the_seed():
    first, second, other = (photo_patches(rng=np.random.default_rng(s), m=20) for s in (1, 1, 2))
    assert np.array_equal(first[0], second[0]) and np.array_equal(first[1], second[1])
    assert not np.array_equal(first[0], other[0]) and len(set(first[1][:8])) == 2


@pytest.mark.parametrize(("m", "size", "words"), [
    (3, 8, "m is 3, expected an even number from 2 to 8480"), (0, 8, "m is 0"),
    (10**6, 8, "m is 1000000"), (2.0, 8, "m is 2.0"), (10, 0, "size is 0"),
    (2, 500, "size is 500, expected at most 427"),
])  # fmt: skip
def test_patches_that_do_not_exist(m, size, words, rng):
    with pytest.raises(ValueError, match=f"photo_patches: {words}"):
        photo_patches(rng=rng, m=m, size=size)


def test_digits_are_those_of_scikit_learn():
    X, y = digits()
    assert X.shape == (1797, 8, 8, 1) and X.min() == 0 and X.max() == 1
    assert np.array_equal(X.reshape(1797, 64) * 16, load_digits().data)
    assert np.array_equal(y, load_digits().target)


def test_the_four_rows_are_those_of_the_booklet():
    X, y = heights()
    assert (X + np.array([135, 66])).tolist() == [[133, 65], [160, 72], [152, 70], [120, 60]]
    assert y.tolist() == [1, 0, 0, 1]
