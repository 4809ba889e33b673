"""The data of the course, as NumPy arrays."""

import sys
from pathlib import Path

import numpy as np

from course_lib import ROOT
from course_lib.checks import ShapeError, expect, expect_pictures, expect_rng, expect_whole

__all__ = [
    "diamond",
    "digits",
    "gates",
    "gaussians",
    "heights",
    "line",
    "mnist",
    "one_hot",
    "photo_patches",
    "random_shifts",
    "shift",
    "square",
    "table",
    "two_features",
]


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
        chosen = (down == move[0]) & (right == move[1])
        moved[chosen] = shift(X[chosen], *move)
    return moved


def _overlap(name, move, length):
    """What stays in the picture: where it was, and where it is."""
    if isinstance(move, bool) or not isinstance(move, int | np.integer):
        raise ValueError(f"shift: {name} is {move!r}, expected a whole number of pixels.")
    move = int(np.clip(move, -length, length))
    return slice(max(0, -move), length - max(0, move)), slice(max(0, move), length - max(0, -move))


# In a checkout; where a wheel puts them; beside the notebooks of the browser's edition.
FOLDERS = (
    ROOT / "data",
    Path(sys.prefix, "share", "neural-networks-from-scratch", "data"),
    Path("..", "data"),
)
TABLES = next((f for f in FOLDERS if (f / "diamond.csv").is_file()), FOLDERS[0])

_GATES = {
    "AND": (0, 0, 0, 1),
    "OR": (0, 1, 1, 1),
    "NAND": (1, 1, 1, 0),
    "NOR": (1, 0, 0, 0),
    "XOR": (0, 1, 1, 0),
    "XNOR": (1, 0, 0, 1),
}


def gates():
    """The four inputs of a gate with two inputs, and the answers of each gate.

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


def gaussians(*, rng, m=200, means=((-1, 0), (1, 1)), deviations=((1, 1.5), (1, 1.5))):
    """Two classes of points, each feature normal in each class, and independent of the others.

    Row c of `means` and of `deviations` belongs to class c. Both classes are equally likely.
    Returns X (m, n) and y (m,), labels 0 and 1. Raises as `line` does, and ShapeError unless
    `means` and `deviations` have the same shape (2, n). Source: notebook 03.
    """
    _checked("gaussians", rng, m)
    means = expect("gaussians", "means", means, (2, "n"), "a row per class, a column per feature")
    deviations = np.asarray(deviations, dtype=float)
    if deviations.shape != means.shape:
        raise ShapeError(
            f"gaussians: deviations has shape {deviations.shape}, expected that of means, "
            f"{means.shape}: one for each class and feature."
        )
    y = rng.integers(0, 2, size=m)
    return rng.normal(means[y], deviations[y]), y.astype(float)


def diamond(*, rng, m=500):
    """Points uniform on [-1, 1]², labelled 1 inside the diamond |x1| + |x2| < 1, else 0.

    The diamond takes up half of the area. Returns X (m, 2) and y (m,). Raises as `line` does.
    Source: lecture C16; notebook 06.
    """
    _checked("diamond", rng, m)
    X = rng.uniform(-1, 1, size=(m, 2))
    return X, (np.abs(X).sum(axis=1) < 1).astype(float)


def square(*, rng, m=500):
    """Points uniform on [-1, 1]², labelled 1 inside the square max(|x1|, |x2|) < 1/2, else 0.

    The square takes up a quarter of the area. Returns X (m, 2) and y (m,). Raises as `line`
    does. Source: lecture C16; notebook 06.
    """
    _checked("square", rng, m)
    X = rng.uniform(-1, 1, size=(m, 2))
    return X, (np.abs(X).max(axis=1) < 0.5).astype(float)


def table(name):
    """A table of the folder data/: its features X (m, n), and its last column, the labels y (m,).

    `name` is "diamond" (500 points), "square" (500 points) or "heights" (4 people: weight in
    pounds, height in inches); data/README.md describes the columns. The same for every
    reader, whatever the version of NumPy. Raises ValueError for another name.
    """
    names = sorted(path.stem for path in TABLES.glob("*.csv"))
    if name not in names:
        raise ValueError(
            f"table: name is {name!r}, expected one of {names}, the tables in {TABLES}. "
            f"Points of your own come from diamond(rng=…)."
        )
    values = np.loadtxt(TABLES / f"{name}.csv", delimiter=",", skiprows=1)
    return values[:, :-1], values[:, -1]


def heights():
    """Weight and height of four people, shifted, and whether each is a woman (1) or a man (0).

    Returns
    -------
    X : ndarray (4, 2)
        Weight - 135 in pounds, height - 66 in inches.
    y : ndarray (4,)

    Source: the booklet INTRO, section 4.1; notebook 05.
    """
    X, y = table("heights")
    return X - [135, 66], y


def photo_patches(*, rng, m=600, size=8):
    """Small square patches of scikit-learn's two sample photographs, and which one each is from.

    Each photograph is cut into squares side by side, so that no two patches overlap; m / 2
    of each are drawn with `rng` and mixed. Parts of the result, for example a training and
    a test set, therefore have no pixel in common.

    Returns
    -------
    X : ndarray (m, size, size, 3)
        Red, green and blue between 0 and 1.
    y : ndarray (m,)
        0 for the temple ("china.jpg"), 1 for the flower ("flower.jpg").

    Raises TypeError for a foreign `rng`, ValueError for a size below 1, or for an m that is
    odd, below 2, or larger than the photographs allow. Source: notebook 03.
    """
    from sklearn.datasets import load_sample_images

    expect_rng("photo_patches", rng)
    size = expect_whole("photo_patches", "size", size)
    if size > 427:
        raise ValueError(f"photo_patches: size is {size}, expected at most 427, a photo's height.")
    squares = [_squares(photo / 255, size) for photo in load_sample_images().images]
    most = 2 * min(map(len, squares))
    if not isinstance(m, int | np.integer) or m % 2 or not 2 <= m <= most:
        raise ValueError(
            f"photo_patches: m is {m!r}, expected an even number from 2 to {most}, the patches of "
            f"size {size} that the two photographs have."
        )
    chosen = [rng.permutation(patches)[: m // 2] for patches in squares]
    order = rng.permutation(m)
    return np.concatenate(chosen)[order], np.repeat([0.0, 1.0], m // 2)[order]


def _squares(photo, size):
    rows, columns = photo.shape[0] // size, photo.shape[1] // size
    cut = photo[: rows * size, : columns * size].reshape(rows, size, columns, size, 3)
    return cut.swapaxes(1, 2).reshape(rows * columns, size, size, 3)


def digits():
    """The 1797 handwritten digits of scikit-learn, 8 by 8 pixels.

    Returns
    -------
    X : ndarray (1797, 8, 8, 1)
        0 for the paper, 1 for the darkest ink.
    y : ndarray (1797,)
        The digit, a whole number from 0 to 9.

    Source: Alpaydin & Kaynak (1998), UCI repository; notebook 03.
    """
    from sklearn.datasets import load_digits

    data = load_digits()
    return data.images[..., None] / 16, data.target


def mnist():
    """Ten thousand handwritten digits, 28 by 28 pixels: the first of MNIST's training set.

    They come in a fixed random order. Split them with `train_test_split(…, stratify=y)` of
    scikit-learn. The same writers stand on both sides of such a split, so results are not
    those of MNIST's own test set.

    Returns
    -------
    X : ndarray (10000, 28, 28, 1), float32
        0 for the paper, 1 for the darkest ink.
    y : ndarray (10000,)
        The digit, a whole number from 0 to 9.

    Source: LeCun, Cortes and Burges (1998), CC BY-SA 3.0, see data/README.md; notebook 08.
    """
    with np.load(TABLES / "mnist_10000.npz") as file:
        X, y = file["X"], file["y"]
    order = np.random.default_rng(28).permutation(len(y))  # the file is sorted by digit
    return X[order, :, :, None].astype(np.float32) / 255, y[order].astype(int)


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
    labels = expect("one_hot", "labels", labels, ("m",), "one label per example")
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
    expect_whole(who, "m", m)
