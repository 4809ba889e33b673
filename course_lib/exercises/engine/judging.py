"""What judges are made of: reading the values that came back, and saying what is wrong.

A judge is a pure function of the cases and of the values that came back. It returns
`CORRECT`, or a sentence that says what is wrong; the readers below raise `NotYet` with
such a sentence. Whatever else a judge returns is an error of ours: nothing passes by
falling through.
"""

from enum import StrEnum

import numpy as np

from course_lib.exercises.engine.answers import Unreadable, describe, describe_call, same

__all__ = ["CORRECT", "NotYet", "Outcome", "agrees_with", "are_derivatives", "numbers", "parts"]


class Outcome(StrEnum):
    """What a check can say."""

    CORRECT = "correct"
    NOT_STARTED = "not started"
    NOT_YET = "not yet"


CORRECT = Outcome.CORRECT


class NotYet(Exception):
    """Raised by the readers below; its text is the diagnosis."""


def numbers(value, shape, what):
    """Read `value` as an array of finite floats of the given shape, or raise `NotYet`.

    Lists, tuples and arrays are all welcome; so is a column or a row where a vector is
    asked for, and an array of one entry where a number is.
    """
    array = _as_floats(value, what)
    if len(shape) <= 1 and _without_ones(array.shape) == _without_ones(shape):
        array = array.reshape(shape)
    if array.shape != shape:
        raise NotYet(
            f"{what} should be {_form(shape)}, and yours is {_form(array.shape)}."
            + (" Is it transposed?" if array.shape == shape[::-1] else "")
        )
    if np.isnan(array).any():
        raise NotYet(f"{what} holds NaN, “not a number”: look for 0/0, inf - inf or log(-1).")
    if np.isinf(array).any():
        raise NotYet(f"{what} holds an infinity; give finite numbers.")
    return array


def parts(value, names):
    """Read `value` as a tuple of as many parts as there are `names`, or raise `NotYet`."""
    wanted = ", ".join(names)
    if value is None:
        raise NotYet(f"Your function returned None; end it with `return {wanted}`.")
    if not isinstance(value, list | tuple) or len(value) != len(names):
        if not isinstance(value, list | tuple):
            came = _kind(value)
        else:
            came = "1 thing" if len(value) == 1 else f"{len(value)} things"
        raise NotYet(f"Return {len(names)} things in this order: `return {wanted}`. It was {came}.")
    return value


def agrees_with(oracle, wrong, what="What your function returns", rtol=1e-5, atol=1e-5):
    """A judge: in every case the value is `oracle(*case)`, to rounding.

    `wrong` is the sentence for a value of the right shape that is not right; the first
    case in which it is wrong and the value that came are added.
    """

    def judge(cases, values):
        for case, value in zip(cases, values, strict=True):
            expected = np.asarray(oracle(*case), dtype=float)
            came = numbers(value, expected.shape, what)
            if not np.allclose(came, expected, rtol=rtol, atol=atol):
                return f"{wrong} For {describe_call(case)} it returned {describe(came)}."
        return CORRECT

    return judge


def are_derivatives(names, value, derivatives, case):
    """Judge one value that should be a tuple of derivatives, called `names`.

    `derivatives` are the right ones, from finite differences. The sentence names the first
    part that disagrees, its worst entry, and both numbers; of a long case it shows nothing.
    """
    for name, came, right in zip(names, parts(value, names), derivatives, strict=True):
        came = numbers(came, right.shape, name)
        if not same(came, right):
            worst = np.unravel_index(np.abs(came - right).argmax(), right.shape)
            place = f"[{', '.join(map(str, worst))}]" if worst else ""
            return (
                f"Finite differences disagree with {name}{place}, where yours is "
                f"{came[worst]:.6g} and theirs is {right[worst]:.6g}"
                + (f", for {describe_call(case)}." if len(case) <= 5 else ".")
            )
    return CORRECT


def _as_floats(value, what):
    if value is None:
        raise NotYet(f"{what} is None: was it given a value, and returned?")
    if isinstance(value, Unreadable | str | dict):
        raise NotYet(f"{what} should be numbers, and it is {_kind(value)}.")
    for item in _entries(value):
        if item is None or isinstance(item, Unreadable | str | dict):
            raise NotYet(f"{what} should hold numbers, and one entry is {_kind(item)}.")
    try:
        array = np.asarray(value)
        if array.dtype.kind in "biuf":
            return array.astype(float)
        if array.dtype.kind == "c":
            raise NotYet(f"{what} should be real numbers, and yours are complex.")
        if array.dtype.kind == "O":
            return array.astype(float)
    except OverflowError:
        raise NotYet(f"{what} holds a number too large for a computer's decimals.") from None
    except (ValueError, TypeError):
        pass
    raise NotYet(f"{what} should be numbers in a regular grid, and it is {_kind(value)}.")


def _entries(value):
    if isinstance(value, list | tuple):
        for item in value:
            yield from _entries(item)
    else:
        yield value


def _without_ones(shape):
    return tuple(length for length in shape if length != 1)


def _form(shape):
    if shape == ():
        return "a single number"
    if shape == (1,):
        return "one number"
    if len(shape) == 1:
        return f"{shape[0]} numbers in a row, shape ({shape[0]},)"
    return f"an array of shape {shape}"


def _kind(value):
    if value is None:
        return "None"
    if isinstance(value, Unreadable):
        return f"an object of type {value.kind}"
    if isinstance(value, str) or (isinstance(value, np.ndarray) and value.dtype.kind == "U"):
        return "text"
    if isinstance(value, np.ndarray):
        return f"one array of shape {value.shape}"
    if isinstance(value, bool | int | float | complex):
        return "one number"
    return f"of type {type(value).__name__}"
