"""The data of the course, as NumPy arrays."""

import numpy as np

from course_lib.shapes import expect, expect_rng, floats

__all__ = ["gates", "line", "one_hot", "two_features"]

_GATES = {
    "AND": (0, 0, 0, 1),
    "OR": (0, 1, 1, 1),
    "NAND": (1, 1, 1, 0),
    "NOR": (1, 0, 0, 0),
    "XOR": (0, 1, 1, 0),
    "XNOR": (1, 0, 0, 1),
}


def gates():
    """The four inputs of a gate with two inputs, and what each gate answers.

    Returns
    -------
    X : ndarray (4, 2)
        The rows 00, 01, 10, 11.
    tables : dict
        From the name ("AND", "OR", "NAND", "NOR", "XOR", "XNOR") to the answers, (4,).

    Source: notebook 01.
    """
    X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
    return X, {name: np.array(answers, dtype=float) for name, answers in _GATES.items()}


def line(*, rng, m=50):
    """Noisy points on a line: y = 2x - 5 + ε, x uniform on [0, 10], ε normal, deviation 1.

    Returns x (m,) and y (m,). Raises TypeError for a foreign `rng`, ValueError for an m
    below 1. Source: notebook 02.
    """
    _checked("line", rng, m)
    x = rng.uniform(0, 10, size=m)
    return x, 2 * x - 5 + rng.normal(0, 1, size=m)


def two_features(*, rng, m=100):
    """Noisy points on a plane: y = 1.5 + 2 x1 + 5 x2 + ε, with ε normal, deviation 0.5.

    Both features are uniform on [0, 10]. Returns the features (m, 2), without a column of
    ones, and y (m,). Raises as `line` does. Source: notebook 02.
    """
    _checked("two_features", rng, m)
    features = rng.uniform(0, 10, size=(m, 2))
    return features, 1.5 + features @ [2, 5] + rng.normal(0, 0.5, size=m)


def one_hot(labels, k):
    """Row i is all 0 but for a 1 in column labels[i].

    Parameters
    ----------
    labels : array_like (m,)
        Whole numbers from 0 to k - 1.
    k : int
        The number of classes.

    Returns
    -------
    ndarray (m, k)

    Raises ShapeError if labels are not in one axis, ValueError for a label that is not one of
    0, …, k - 1 or a k below 1. Source: notebook 03.
    """
    labels = floats("one_hot", "labels", labels)
    expect("one_hot", "labels", labels, ("m",), "one label per example")
    if not isinstance(k, int | np.integer) or k < 1:
        raise ValueError(f"one_hot: k is {k!r}, expected the number of classes, at least 1.")
    known = np.isin(labels, np.arange(k))
    if not known.all():
        i = int(np.argmin(known))
        raise ValueError(
            f"one_hot: labels[{i}] is {labels[i]:g}, expected a whole number from 0 to {k - 1}. "
            f"Do your labels start at 1?"
        )
    return np.eye(k)[labels.astype(int)]


def _checked(who, rng, m):
    expect_rng(who, rng)
    if not isinstance(m, int | np.integer) or m < 1:
        raise ValueError(f"{who}: m is {m!r}, expected the number of points, at least 1.")
