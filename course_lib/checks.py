"""Checks of arguments. An error names the argument, its value, what was expected, and a remedy."""

import math
from functools import lru_cache
from numbers import Real

import numpy as np

__all__ = [
    "NotFiniteError",
    "ShapeError",
    "expect",
    "expect_between",
    "expect_examples",
    "expect_finite",
    "expect_finite_labels",
    "expect_lengths",
    "expect_logits",
    "expect_one_hot",
    "expect_one_of",
    "expect_picture_shape",
    "expect_pictures",
    "expect_probabilities",
    "expect_rng",
    "expect_shape",
    "expect_whole",
    "floats",
    "outputs_and_labels",
]


PICTURES = "pictures, their channels last"


class ShapeError(ValueError):
    """An array has another shape than the mathematics needs."""


class NotFiniteError(ValueError):
    """An array holds NaN or infinities."""


def expect(who, name, array, shape, why):
    """Return `array` as floating-point numbers, if it has the shape `shape`.

    Parameters
    ----------
    who, name : str
        The function or class that has the argument, and the argument's name.
    array : array_like
    shape : tuple of int and str
        A letter stands for any length of at least 1; the same letter twice for the
        same length twice: ``("m", 2)``, ``("n", "n")``.
    why : str
        What the shape means, as a sentence goes on: "one example per row".

    Returns
    -------
    ndarray
        `array` as `floats` returns it.

    Raises
    ------
    ShapeError
        ``Dense: X has shape (2, 4), expected (m, 2): one example per row. Did you mean X.T?``
    ValueError
        For anything but real numbers.

    Source: notebook 04, "what each axis means".
    """
    array = floats(who, name, array)
    if array.shape != shape:
        expect_shape(who, name, array.shape, shape, why)
    return array


def expect_shape(who, name, shape, expected, why):
    """Raise `ShapeError` unless `shape`, that of the array `name`, is `expected`; see `expect`."""
    if _fits(shape, expected):
        return
    if 0 in shape:
        raise ShapeError(
            f"{who}: {name} has shape {_text(shape)}, it is empty; expected {_text(expected)} with "
            f"at least one entry along each axis: {why}."
        )
    hint = _hint(name, shape, expected)
    raise ShapeError(
        f"{who}: {name} has shape {_text(shape)}, expected {_text(expected)}: {why}.{hint}"
    )


def expect_examples(who, X, dtype):
    """A copy of the batch X in the type `dtype`.

    Raises ValueError for text, NaN, infinities or no example at all.
    """
    X = np.array(floats(who, "X", X), dtype=dtype)
    if X.size == 0:
        raise ValueError(
            f"{who}: X is empty, it has shape {X.shape}; expected at least one example."
        )
    expect_finite(who, "X", X, "Remove or mend the examples that are incomplete.")
    return X


def floats(who, name, value):
    """Return `value` as a real floating-point array: float32 stays, integers become float64.

    Raises ValueError for text, objects, ragged lists and complex numbers.
    """
    if type(value) is np.ndarray and value.dtype.kind == "f":
        return value
    if hasattr(value, "toarray"):
        raise ValueError(
            f"{who}: {name} is a sparse matrix, expected an array: zeros are numbers here, too. "
            f"Try {name}.toarray()."
        )
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{who}: {name} is a ragged list; expected numbers in a rectangle. "
            f"Do all rows have the same length?"
        ) from None
    if array.dtype.kind == "f":
        return array
    if array.dtype.kind in "iub":
        return array.astype(np.float64)
    if value is None:
        raise ValueError(f"{who}: {name} is None, expected real numbers. Is a `return` missing?")
    raise ValueError(
        f"{who}: {name} holds {_kind(array)}, expected real numbers. "
        f"Try np.array({name}, dtype=float) and look at the entry that it names."
    )


def expect_finite(who, name, array, hint):
    """Raise `NotFiniteError` if any entry of `array` is NaN or infinite, naming the first."""
    array = np.asarray(array)
    if array.flags.c_contiguous and math.isfinite(np.vdot(array, array)):
        return  # the common case, fast; a sum that is too large says nothing yet
    finite = np.isfinite(array)
    if finite.all():
        return
    index = tuple(int(i) for i in np.argwhere(~finite)[0])
    count = int(np.size(array) - np.count_nonzero(finite))
    entries = "1 entry that is" if count == 1 else f"{count} entries that are"
    place = f", the first at index {_text(index)}" if index else ""
    raise NotFiniteError(
        f"{who}: {name} has {entries} NaN or infinite{place}; expected finite numbers. {hint}"
    )


def outputs_and_labels(who, Z, Y):
    """The outputs Z and the labels Y as floating-point arrays of Z's type.

    Raises ShapeError where their shapes differ, ValueError for an empty batch, or outputs that
    are not finite. `who` is the loss.
    """
    Z, Y = floats(who, "Z", Z), floats(who, "Y", Y)
    if Z.shape != Y.shape:
        raise ShapeError(
            f"{who}: Z has shape {Z.shape} and Y has shape {Y.shape}, expected the "
            f"{_same_shape(Z, Y)}"
        )
    if Z.ndim == 0:
        raise ShapeError(
            f"{who}: Z and Y are single numbers, expected arrays with one example per row. "
            f"Try np.array([[z]]) and np.array([[y]])."
        )
    if Z.size == 0:
        raise ValueError(
            f"{who}: the batch is empty, Z and Y have shape {Z.shape}; expected at least one "
            f"example: the mean over none does not exist."
        )
    expect_finite(
        who, "Z", Z, "If this came while training, try a smaller step or scaled features."
    )
    return Z, Y.astype(Z.dtype, copy=False)


def expect_logits(who, Z, k):
    """Raise ShapeError unless Z is (m, 1), where `k` is 1, or (m, k) for two classes or more."""
    if k == 1:
        return expect_shape(who, "Z", Z.shape, ("m", 1), "one logit per example")
    expect_shape(who, "Z", Z.shape, ("m", "k"), "one row per example, one score per class")
    if Z.shape[1] == 1:
        raise ShapeError(
            f"{who}: Z has shape {Z.shape}, expected at least two classes: the softmax of a single "
            f"score is always 1. For yes or no, use BINARY_CROSS_ENTROPY."
        )
    return None


def expect_finite_labels(who, Y):
    """Raise `NotFiniteError` for labels that are NaN or infinite."""
    expect_finite(who, "Y", Y, "Remove the rows without a label.")


def expect_probabilities(who, Y):
    """Raise ValueError unless all labels lie between 0 and 1."""
    if Y.min() >= 0 and Y.max() <= 1:
        return
    expect_finite_labels(who, Y)
    label = Y.min() if Y.min() < 0 else Y.max()
    remedy = "Labels -1 and +1 become 0 and 1 by (Y + 1) / 2."
    if Y.min() >= 0:
        remedy = "Numbers of classes, counted from 0, become rows by one_hot(labels, k)."
    raise ValueError(
        f"{who}: Y holds the label {label:g}, expected 0, 1 or a probability between them. {remedy}"
    )


def expect_one_hot(who, Y):
    """Raise ValueError unless each row of Y is one-hot, or a distribution that sums to 1."""
    off = Y @ np.ones(Y.shape[1], Y.dtype) - 1
    if Y.min() >= 0 and np.vdot(off, off) <= 1e-10:
        return
    expect_probabilities(who, Y)
    row = int(np.argmax(np.abs(off)))
    if abs(off[row]) > 1e-5:
        raise ValueError(
            f"{who}: row {row} of Y sums to {off[row] + 1:g}, expected 1: a one-hot row or a "
            f"distribution over the classes. Try one_hot(labels, {Y.shape[1]})."
        )


def expect_whole(who, name, number, least=1):
    """Return `number` as an int, or raise ValueError unless it is whole and at least `least`."""
    if not _is_whole(number, least):
        raise ValueError(
            f"{who}: {name} is {number!r}, expected a whole number of at least {least}."
        )
    return int(number)


def expect_between(who, name, number, low, high=np.inf, *, closed=False):
    """Return `number` as a number of Python, or raise ValueError unless low < `number` < high.

    `closed` admits low itself.
    """
    if isinstance(number, Real) and (low < number < high or (closed and number == low)):
        return number.item() if isinstance(number, np.generic) else number
    floor = f"of at least {low}" if closed else f"above {low}"
    ceiling = f" and below {high}" if high < np.inf else ""
    raise ValueError(f"{who}: {name} is {number!r}, expected a number {floor}{ceiling}.")


def expect_one_of(who, name, value, known):
    """Raise ValueError unless `value` is one of the names in `known`."""
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{who}: {name} is {value!r}, expected one of {sorted(known)}.")


def expect_lengths(who, name, shape):
    """Return `shape`, a tuple of whole numbers of at least 1 or a single one, as a tuple.

    Raises ValueError for anything else.
    """
    lengths = shape if isinstance(shape, tuple) else (shape,)
    if not lengths or not all(map(_is_whole, lengths)):
        raise ValueError(
            f"{who}: {name} is {shape!r}, expected a tuple of lengths of at least 1, "
            f"such as (3, 4)."
        )
    return lengths


def expect_rng(who, rng):
    """Raise TypeError unless `rng` is a `numpy.random.Generator`."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"{who}: rng is {rng!r}, expected a np.random.Generator, so that a run can be "
            f"repeated. Try rng=np.random.default_rng(0)."
        )


def expect_pictures(who, X, channels="channels"):
    """X as an array of pictures (m, height, width, channels), or ShapeError."""
    X = floats(who, "X", X)
    if X.ndim == 4 and channels in ("channels", X.shape[3]):
        return expect(who, "X", X, ("m", "height", "width", channels), PICTURES)
    raise ShapeError(
        f"{who}: X has shape {X.shape}, expected (m, height, width, {channels}): {PICTURES}."
        f"{_remedy(X, channels)}"
    )


def expect_picture_shape(who, shape, channels="channels"):
    """Raise ShapeError unless `shape` is (height, width, channels), the shape of one picture."""
    lengths = expect_lengths(who, "shape", shape)
    if len(lengths) != 3 or channels not in ("channels", lengths[2]):
        raise ShapeError(
            f"{who}: the shape of one picture is {shape}, expected (height, width, {channels}), "
            f"its channels last and without m."
        )


def _is_whole(number, least=1):
    is_integer = isinstance(number, int | np.integer) and not isinstance(number, bool)
    return is_integer and number >= least


@lru_cache(maxsize=4096)
def _fits(shape, expected):
    if len(shape) != len(expected):
        return False
    lengths = {}
    for length, expected_length in zip(shape, expected, strict=True):
        if isinstance(expected_length, str):
            expected_length = lengths.setdefault(expected_length, length or -1)
        if length != expected_length:
            return False
    return True


def _hint(name, shape, expected):
    if len(shape) == 2 and _fits(shape[::-1], expected):
        return f" Did you mean {name}.T?"
    if len(shape) == 1 and _fits((shape[0], 1), expected):
        return f" Did you mean {name}[:, None]?"
    if len(shape) == 1 and _fits((1, shape[0]), expected):
        return f" Did you mean {name}[None, :]?"
    if len(shape) == 2 and 1 in shape and _fits((max(shape),), expected):
        return f" Did you mean {name}.ravel()?"
    return ""


def _same_shape(Z, Y):
    """The rest of the sentence about two different shapes, for the likeliest mistake."""
    if Z.ndim == 2 and Z.shape[1] > 1 and Y.shape in (Z.shape[:1], (len(Z), 1)):
        labels = "Y" if Y.ndim == 1 else "Y.ravel()"
        return (
            f"shape of Z in both: Y has one label per example where one entry per class is "
            f"needed. Try one_hot({labels}, {Z.shape[1]})."
        )
    try:
        both = np.broadcast_shapes(Z.shape, Y.shape)
        why = f"Z - Y would silently become {both}"
    except ValueError:
        why = "each output needs its own label"
    return (
        f"same shape: {why}. Give both the shape (m, k), one example per row: for one output, "
        f"Y[:, None]."
    )


def _text(shape):
    lengths = ", ".join(str(length) for length in shape)
    return f"({lengths},)" if len(shape) == 1 else f"({lengths})"


def _kind(array):
    return {"U": "text", "S": "text", "c": "complex numbers", "M": "dates"}.get(
        array.dtype.kind, f"values of type {array.dtype}"
    )


def _remedy(X, channels):
    if X.ndim == 2:
        return " One picture of one channel? Try X[None, :, :, None]."
    if X.ndim == 3 and X.shape[2] == channels:
        return " One picture? Try X[None]."
    if X.ndim == 3:
        return " Pictures of one channel? Try X[..., None]. One picture? Try X[None]."
    if X.ndim == 4 and X.shape[1] == channels:
        return " Do the channels stand second? Try X.transpose(0, 2, 3, 1)."
    return ""
