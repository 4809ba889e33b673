"""More pictures out of those there are: moved by a pixel, a digit is still the same digit."""

import numpy as np

from course_lib.shapes import expect_rng, expect_whole
from course_lib.windows import expect_pictures

__all__ = ["random_shifts", "shift"]


def shift(X, down, right):
    """Pictures X (m, height, width, channels), moved by whole pixels; zeros come in.

    `down` and `right` may be negative. Returns a new array. Raises ShapeError for other X,
    ValueError for a move that is no whole number. Source: notebook 08.
    """
    X = expect_pictures("shift", X)
    moved = np.zeros_like(X)
    rows, new_rows = _overlap("down", down, X.shape[1])
    columns, new_columns = _overlap("right", right, X.shape[2])
    moved[:, new_rows, new_columns] = X[:, rows, columns]
    return moved


def random_shifts(X, *, rng, most=1):
    """Each picture of X (m, height, width, channels) moved by its own -most to most pixels.

    Rows and columns are drawn independently with `rng`, all moves equally likely. Returns a
    new array. Raises as `shift` does, and TypeError for a foreign `rng`. Source: notebook 08.
    """
    expect_rng("random_shifts", rng)
    most = expect_whole("random_shifts", "most", most)
    X = expect_pictures("random_shifts", X)
    down, right = rng.integers(-most, most + 1, size=(2, len(X)))
    moved = np.empty_like(X)
    for move in set(zip(down.tolist(), right.tolist(), strict=True)):
        those = (down == move[0]) & (right == move[1])
        moved[those] = shift(X[those], *move)
    return moved


def _overlap(name, move, length):
    """What stays in the picture: where it was, and where it is."""
    if isinstance(move, bool) or not isinstance(move, int | np.integer):
        raise ValueError(f"shift: {name} is {move!r}, expected a whole number of pixels.")
    move = int(np.clip(move, -length, length))
    return slice(max(0, -move), length - max(0, move)), slice(max(0, move), length - max(0, -move))
