import numpy as np
import pytest

from course_lib.datasets import gates, line, one_hot, two_features
from course_lib.shapes import ShapeError


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


@pytest.mark.parametrize("make", [line, two_features])
def test_one_seed_one_table_and_bad_sizes_are_named(make):
    first, second = (make(rng=np.random.default_rng(3)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    for m in (0, -1, 2.5, None):
        with pytest.raises(ValueError, match=f"{make.__name__}: m is"):
            make(rng=np.random.default_rng(3), m=m)
    with pytest.raises(TypeError, match="default_rng"):
        make(rng=3)
