"""Checks on arguments whose errors teach: who, what came, what was expected, why, a hint."""

from functools import lru_cache
from numbers import Real

import numpy as np

__all__ = [
    "NotFiniteError",
    "ShapeError",
    "expect",
    "expect_between",
    "expect_finite",
    "expect_lengths",
    "expect_one_of",
    "expect_picture_shape",
    "expect_pictures",
    "expect_rng",
    "expect_whole",
    "floats",
]


class ShapeError(ValueError):
    """An array has another shape than the mathematics needs."""


class NotFiniteError(ValueError):
    """An array holds NaN or infinities."""


def expect(who, name, array, shape, why):
    """Raise `ShapeError` unless `array` has the shape `shape`.

    Parameters
    ----------
    who, name : str
        Whose argument it is, and what it is called there.
    array : array_like
    shape : tuple of int and str
        A letter stands for any length of at least 1; the same letter twice for the
        same length twice: ``("m", 2)``, ``("n", "n")``.
    why : str
        What the shape means, as a sentence goes on: "one example per row".

    Raises
    ------
    ShapeError
        ``Dense: X has shape (2, 4), expected (m, 2): one example per row. Did you mean X.T?``

    Source: notebook 04, "what each axis means".
    """
    came = np.shape(array)
    if _fits(came, shape):
        return
    if 0 in came:
        raise ShapeError(
            f"{who}: {name} has shape {_text(came)}, it is empty; expected {_text(shape)} with "
            f"at least one entry along each axis: {why}."
        )
    hint = _hint(name, came, shape)
    raise ShapeError(
        f"{who}: {name} has shape {_text(came)}, expected {_text(shape)}: {why}.{hint}"
    )


def floats(who, name, value):
    """Return `value` as a real floating-point array: float32 stays, integers become float64.

    Raises ValueError for text, objects, ragged lists and complex numbers.
    """
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
    raise ValueError(
        f"{who}: {name} holds {_kind(array)}, expected real numbers. "
        f"Try np.array({name}, dtype=float) and look at the entry that it names."
    )


def expect_finite(who, name, array, hint):
    """Raise `NotFiniteError` if any entry of `array` is NaN or infinite, naming the first."""
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


def expect_whole(who, name, number, least=1):
    """Return `number` as an int, or raise ValueError unless it is whole and at least `least`."""
    if not _is_whole(number, least):
        raise ValueError(
            f"{who}: {name} is {number!r}, expected a whole number of at least {least}."
        )
    return int(number)


def expect_between(who, name, number, low, high=np.inf, *, closed=False):
    """Raise ValueError unless low < `number` < high; `closed` admits low itself."""
    if isinstance(number, Real) and (low < number < high or (closed and number == low)):
        return
    floor = f"of at least {low}" if closed else f"above {low}"
    ceiling = f" and below {high}" if high < np.inf else ""
    raise ValueError(f"{who}: {name} is {number!r}, expected a number {floor}{ceiling}.")


def expect_one_of(who, name, value, known):
    """Raise ValueError unless `value` is one of the names in `known`."""
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{who}: {name} is {value!r}, expected one of {sorted(known)}.")


def expect_lengths(who, name, shape):
    """Return `shape` as a tuple: one of whole numbers of at least 1, or such a number alone.

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
        expect(who, "X", X, ("m", "height", "width", channels), "pictures, their channels last")
        return X
    raise ShapeError(
        f"{who}: X has shape {X.shape}, expected (m, height, width, {channels}): pictures, "
        f"their channels last.{_remedy(X, channels)}"
    )


def expect_picture_shape(who, shape, channels="channels"):
    """Raise ShapeError unless `shape` is (height, width, channels), that of one picture."""
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
def _fits(came, shape):
    if len(came) != len(shape):
        return False
    lengths = {}
    for length, wanted in zip(came, shape, strict=True):
        if isinstance(wanted, str):
            wanted = lengths.setdefault(wanted, length or -1)
        if length != wanted:
            return False
    return True


def _hint(name, came, shape):
    if len(came) == 2 and _fits(came[::-1], shape):
        return f" Did you mean {name}.T?"
    if len(came) == 1 and _fits((came[0], 1), shape):
        return f" Did you mean {name}[:, None]?"
    if len(came) == 1 and _fits((1, came[0]), shape):
        return f" Did you mean {name}[None, :]?"
    if len(came) == 2 and 1 in came and _fits((max(came),), shape):
        return f" Did you mean {name}.ravel()?"
    return ""


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
