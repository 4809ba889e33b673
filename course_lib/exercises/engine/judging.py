"""Building blocks of judges: validate returned values, compare them, and explain mistakes.

A judge is a pure function of the cases and of the returned values. It returns `CORRECT`, or a
sentence about the mistake; the validators below raise `NotYet` with such a sentence. A judge that
returns anything else, such as None, has a bug, and the check raises TypeError.
"""

from enum import StrEnum

import numpy as np

from course_lib.exercises.engine.answers import Unreadable, describe, describe_call, same
from course_lib.exercises.engine.hypotheses import explanation, words_for

__all__ = ["CORRECT", "NotYet", "Outcome", "agrees_with", "are_derivatives", "numbers", "parts"]


class Outcome(StrEnum):
    """The possible outcomes of a check."""

    CORRECT = "correct"
    NOT_STARTED = "not started"
    NOT_YET = "not yet"


CORRECT = Outcome.CORRECT


class NotYet(Exception):
    """Raised by the validators below; its message is the diagnosis."""


def numbers(value, shape, what):
    """Convert `value` to an array of finite floats of shape `shape`, or raise `NotYet`.

    Accepts lists, tuples and arrays; also a column or a row in place of a vector, and an array
    of one entry in place of a number. `what` names the value in the diagnosis.
    """
    array = _as_floats(value, what)
    if len(shape) <= 1 and _without_ones(array.shape) == _without_ones(shape):
        array = array.reshape(shape)
    if array.shape != shape:
        raise NotYet(
            f"{what} should be {_shape_text(shape)}, and yours is {_shape_text(array.shape)}."
            + (" Is it transposed?" if array.shape == shape[::-1] else "")
        )
    if np.isnan(array).any():
        raise NotYet(f"{what} holds NaN, “not a number”: look for 0/0, inf - inf or log(-1).")
    if np.isinf(array).any():
        raise NotYet(f"{what} holds an infinity; give finite numbers.")
    return array


def parts(value, names):
    """Return `value`, a list or tuple with one entry for each of `names`, or raise `NotYet`."""
    expected = ", ".join(names)
    if value is None:
        raise NotYet(f"Your function returned None; end it with `return {expected}`.")
    if not isinstance(value, list | tuple) or len(value) != len(names):
        if not isinstance(value, list | tuple):
            actual = _kind(value)
        else:
            actual = "1 thing" if len(value) == 1 else f"{len(value)} things"
        raise NotYet(
            f"Return {len(names)} things in this order: `return {expected}`. It was {actual}."
        )
    return value


def agrees_with(oracle, wrong, what="What your function returns", rtol=1e-5, atol=1e-5):
    """Make a judge that compares each value with `oracle(*case)`, within tolerances.

    The judge says what explains all values, if one thing does; else `wrong`, the sentence for a
    wrong value of the right shape, and the smallest case that is wrong, with its entry that is
    furthest off.
    """

    def judge(cases, values):
        expected = [np.asarray(oracle(*case), dtype=float) for case in cases]
        pairs = zip(values, expected, strict=True)
        actual = [numbers(value, right.shape, what) for value, right in pairs]
        wrongs = [
            i
            for i, right in enumerate(expected)
            if not np.allclose(actual[i], right, rtol=rtol, atol=atol)
        ]
        if not wrongs:
            return CORRECT
        if explained := explanation(what, cases, actual, expected, rtol, atol):
            return explained
        i = min(wrongs, key=lambda i: _size(cases[i]))
        return f"{wrong} {_comparison(cases[i], values[i], actual[i], expected[i])}"

    return judge


def are_derivatives(names, value, derivatives, case):
    """Judge one value, a tuple of derivatives called `names`.

    `derivatives` are the expected ones, from finite differences. The diagnosis says which are
    right, names the first that is not, the index of its largest error, and both numbers; the
    arguments of `case` too, if there are at most five.
    """
    right = []
    for name, part, expected in zip(names, parts(value, names), derivatives, strict=True):
        actual = numbers(part, expected.shape, name)
        if same(actual, expected):
            right.append(name)
            continue
        so_far = (
            f"{' and '.join(right)} {'is' if len(right) == 1 else 'are'} right. " if right else ""
        )
        if explained := explanation(name, [case], [actual], [expected]):
            return so_far + explained
        index, worst = _worst(actual, expected)
        return (
            f"{so_far}Finite differences disagree with {name}{index}, where yours is "
            f"{actual[worst]:.6g} and theirs is {expected[worst]:.6g}"
            + (f", for {describe_call(case)}." if len(case) <= 5 else ".")
        )
    return CORRECT


def _size(value):
    """How many numbers there are to print of a case, or of a part of it."""
    if isinstance(value, list | tuple):
        return sum(map(_size, value))
    return value.size if isinstance(value, np.ndarray) else 1


def _worst(actual, expected):
    """The place of the largest error: as text, such as "[2, 1]", and as an index."""
    worst = np.unravel_index(np.abs(actual - expected).argmax(), expected.shape)
    return f"[{', '.join(map(str, worst))}]" if worst else "", worst


def _comparison(case, value, actual, expected):
    """The case, and at its worst entry both numbers. The right value of an exercise without
    arguments is its solution, so there only the direction is said."""
    index, worst = _worst(actual, expected)
    entry = f"Entry {index} of it" if index else "It"
    if not case:
        return f"{entry} is too {'large' if actual[worst] > expected[worst] else 'small'}."
    returned = describe(value)
    should = f"{entry} should be {expected[worst]:.6g}"
    if returned.startswith("array of shape"):
        returned = f"an {returned}"
        should += f", and is {actual[worst]:.6g}"
    return f"For {describe_call(case)} it returned {returned}. {should}."


def _as_floats(value, what):
    are, they = words_for(what).values()
    if value is None:
        raise NotYet(f"{what} {are} None: was a value computed, and returned?")
    if isinstance(value, Unreadable | str | dict):
        raise NotYet(f"{what} should be made of numbers, and {they} {are} {_kind(value)}.")
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
    raise NotYet(f"{what} should be numbers in a regular grid, and {they} {are} {_kind(value)}.")


def _entries(value):
    if isinstance(value, list | tuple):
        for item in value:
            yield from _entries(item)
    else:
        yield value


def _without_ones(shape):
    return tuple(length for length in shape if length != 1)


def _shape_text(shape):
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
