"""Building blocks of judges: validate returned values, compare them, and explain mistakes.

A judge is a pure function of the cases and of the returned values. It returns `CORRECT`, or a
sentence about the mistake; the validators below raise `NotYet` with such a sentence. A judge that
returns anything else, such as None, has a bug, and the check raises TypeError.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from course_lib.exercises.engine.answers import Unreadable, describe, describe_call, same
from course_lib.exercises.engine.hypotheses import (
    explanation,
    is_plural,
    order_of_parts,
    where_right,
    which_entries,
    words_for,
)
from course_lib.gradcheck import numerical_gradient

__all__ = [
    "CORRECT",
    "CaseOnly",
    "NotYet",
    "Outcome",
    "agrees_with",
    "matches_numerical_gradient",
    "numbers",
    "parts",
    "parts_agree_with",
]


class Outcome(StrEnum):
    """The possible outcomes of a check."""

    CORRECT = "correct"
    NOT_STARTED = "not started"
    NOT_YET = "not yet"


CORRECT = Outcome.CORRECT


class NotYet(Exception):
    """Raised by the validators below, with a sentence: the diagnosis."""

    @property
    def sentence(self):
        """The sentence, of whichever kind it is."""
        return self.args[0]


class CaseOnly(str):
    """A sentence that shows a wrong value, and does not name the mistake."""


def numbers(value, shape, what, strict=False):
    """Convert `value` to an array of finite floats of shape `shape`, or raise `NotYet`.

    Accepts lists, tuples and arrays; an array of one entry in place of a number; and, unless
    `strict`, a column or a row in place of a vector. `what` names the value in the diagnosis.
    """
    array = _shaped(_as_floats(value, what), shape, strict)
    if array.shape != shape:
        raise NotYet(_about_shapes(array.shape, shape, what))
    if np.isnan(array).any():
        raise NotYet(f"{what} holds NaN, “not a number”: look for 0/0, inf - inf or log(-1).")
    if np.isinf(array).any():
        raise NotYet(
            f"{what} holds an infinity: look for a division by 0, log(0), or exp of a large number."
        )
    return array


def parts(value, names):
    """Return `value`, which holds one entry for each of `names`, as a list, or raise `NotYet`."""
    if isinstance(value, np.ndarray) and value.ndim and len(value) == len(names):
        return list(value)  # `w, b = value` takes it apart, too
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
    return list(value)


def agrees_with(
    oracle,
    wrong,
    what="What your function returns",
    *,
    rtol=1e-5,
    atol=1e-5,
    origin=None,
):
    """Make a judge that compares each value with `oracle(*case)`, within tolerances.

    The judge says what explains all values, if one thing does; else `wrong`, the sentence for a
    wrong value of the right shape, and the smallest case that is wrong, with its entry that is
    furthest off. If the value is a step from `origin(*case)`, the step is explained as well.
    """
    told = _Told(what, wrong, _arguments_of(oracle), rtol, atol, origin)

    def judge(cases, values):
        expected = [np.asarray(oracle(*case), dtype=float) for case in cases]
        return _compared(cases, values, expected, told)

    return judge


def parts_agree_with(
    oracle,
    names,
    wrong="",
    *,
    about=None,
    first=(),
    rtol=1e-5,
    atol=1e-5,
    origins=None,
):
    """Make a judge that compares each value, a tuple of parts, with `oracle(*case)`.

    The diagnosis says which of the parts are right, and what is wrong with the first that is not.
    `names` are in the order in which they are returned; those of `first` are computed before the
    others. `about` maps names to where to look if a part is wrong, `origins` those of steps to
    what they start from.
    """
    arguments = _arguments_of(oracle)
    order = [*first, *(name for name in names if name not in first)]

    def judge(cases, values):
        expected = [tuple(np.asarray(e, dtype=float) for e in oracle(*case)) for case in cases]
        values = _parts_of_all(values, expected, names)
        found = order_of_parts(values, expected, names, rtol, atol)
        if found:
            return (
                f"Those are {', '.join(found)}: right, and in another order. The exercise wants "
                f"`return {', '.join(names)}`."
            )
        verdicts = {}
        for name in order:
            i = names.index(name)
            mine, right = [value[i] for value in values], [e[i] for e in expected]
            origin = (origins or {}).get(name)
            told = _Told(name, wrong, arguments, rtol, atol, origin)
            try:
                verdicts[name] = _compared(cases, mine, right, told)
            except NotYet as not_yet:
                verdicts[name] = not_yet.sentence
        return _summary(verdicts, about or {})

    return judge


def matches_numerical_gradient(loss, names, at=None, about=None, first=()):
    """Make a judge of derivatives of `loss`, from finite differences.

    `names` are "dW", "db" and so on, for the arguments W and b of `loss`; a text in place of a
    tuple for a function that returns one derivative. `loss` is called with the arguments of the
    case, or with `at(*case)`.
    """
    arguments = _arguments_of(loss)

    def derivatives(*case):
        point = list(at(*case) if at else case)
        return tuple(_derivative(loss, point, arguments.index(name[1:])) for name in several)

    several = (names,) if isinstance(names, str) else tuple(names)
    wrong = "Finite differences disagree."
    if isinstance(names, str):
        one = lambda *case: derivatives(*case)[0]  # noqa: E731
        one.__signature__ = inspect.signature(at or loss)
        return agrees_with(one, wrong, names)
    derivatives.__signature__ = inspect.signature(at or loss)
    return parts_agree_with(derivatives, several, wrong, about=about, first=first)


def _derivative(loss, point, i):
    def of_one(argument):
        return float(loss(*point[:i], argument, *point[i + 1 :]))

    return numerical_gradient(of_one, point[i])


def _arguments_of(function):
    return tuple(inspect.signature(function).parameters)


def _parts_of_all(values, expected, names):
    """The parts of each value, a list; `NotYet` where there is not one for each of `names`."""
    for name, right in zip(names, zip(*expected, strict=True), strict=True):
        if all(isinstance(v, np.ndarray | float) for v in values) and same(values, list(right)):
            raise NotYet(f"That is {name} alone, and right. `return {', '.join(names)}`.")
    return [parts(value, names) for value in values]


def _summary(verdicts, about):
    """What is said of several parts: which are right, and what is wrong with the first."""
    wrongs = [name for name, verdict in verdicts.items() if verdict is not CORRECT]
    if not wrongs:
        return CORRECT
    right = [name for name in verdicts if name not in wrongs]
    sentence = verdicts[wrongs[0]]
    texts = [f"{_listed(right)} right."] if right else []
    if wrongs[0] in about and isinstance(sentence, CaseOnly):
        texts.append(about[wrongs[0]])
    kind = CaseOnly if type(sentence) is CaseOnly and wrongs[0] not in about else str
    return kind(" ".join([*texts, sentence]))


def _listed(names):
    if len(names) == 1:
        return f"{names[0]} is"
    return f"{', '.join(names[:-1])} and {names[-1]} are"


@dataclass(frozen=True)
class _Told:
    """How a value is compared, and what it is called: see `agrees_with`."""

    what: str
    wrong: str
    arguments: tuple[str, ...]
    rtol: float
    atol: float
    origin: Callable | None


def _compared(cases, values, expected, told):
    """CORRECT, or a sentence about one value, or one part of it, in all cases."""
    what, wrong = told.what, told.wrong
    near = {"rtol": told.rtol, "atol": told.atol}
    arrays = [
        _shaped(_as_floats(value, what), right.shape, strict=True)
        for value, right in zip(values, expected, strict=True)
    ]
    wrongs = [
        i
        for i, right in enumerate(expected)
        if arrays[i].shape != right.shape or not np.allclose(arrays[i], right, **near)
    ]
    if not wrongs:
        return CORRECT
    has_arguments = any(cases)  # if not, any explanation would tell the solution
    if has_arguments and (
        explained := explanation(what, cases, arrays, expected, told.arguments, **near)
    ):
        return explained
    if told.origin and all(a.shape == e.shape for a, e in zip(arrays, expected, strict=True)):
        starts = [told.origin(*case) for case in cases]
        steps = [[end - start for end, start in zip(ends, starts, strict=True)]
                 for ends in (arrays, expected)]  # fmt: skip
        if explained := explanation("Your step", cases, *steps, **near):
            return explained
    where = where_right(told.arguments, cases, wrongs) or which_entries(
        told.arguments, cases, arrays, expected, **near
    )
    i = min(wrongs, key=lambda i: _size(cases[i]))
    try:
        for j in (i, *wrongs):
            numbers(arrays[j], expected[j].shape, what, strict=True)
    except NotYet as not_yet:
        return f"{not_yet.sentence} {where}" if where else not_yet.sentence
    if len(cases) > 3 and all(same(array, arrays[0]) for array in arrays):
        return f"{wrong} It is the same in all cases that were tried: use the arguments.".strip()
    shown = _comparison(cases[i], values[i], arrays[i], expected[i], what, told.arguments)
    text = " ".join(filter(None, [wrong, where, shown]))
    return text if where else CaseOnly(text)


def _shaped(array, shape, strict):
    """The array, as a vector or a number if it is one but for axes of length 1."""
    lenient = len(shape) == 0 or (len(shape) == 1 and (not strict or array.ndim < 1))
    if lenient and _without_ones(array.shape) == _without_ones(shape):
        return array.reshape(shape)
    return array


def _about_shapes(shape, wanted, what):
    text = f"{what} should be {_shape_text(wanted)}, and yours is {_shape_text(shape)}."
    if len(wanted) == 1 and len(shape) == 2 and _without_ones(shape) == _without_ones(wanted):
        return (
            f"{text} A vector has one axis, and yours has two: with other vectors it would "
            f"broadcast into a matrix. Leave out `keepdims`, or take `.ravel()`."
        )
    if len(wanted) == 1 and shape == ():
        return f"{text} `sum` and `mean` without `axis`, and `@` of two vectors, leave one number."
    if wanted == () and shape:
        return f"{text} Is a sum or a mean over all entries missing?"
    if shape == wanted[::-1] and len(shape) > 1:
        return f"{text} Is it transposed?"
    return CaseOnly(text)


def _size(value):
    """How many numbers there are to print of a case, or of a part of it."""
    if isinstance(value, list | tuple):
        return sum(map(_size, value))
    return value.size if isinstance(value, np.ndarray) else 1


def _worst(actual, expected):
    """The place of the largest error: as text, such as "[2, 1]", and as an index."""
    worst = np.unravel_index(np.abs(actual - expected).argmax(), expected.shape)
    return f"[{', '.join(map(str, worst))}]" if worst else "", worst


def _comparison(case, value, actual, expected, what, names):
    """The case, and at its worst entry both numbers. The right value of an exercise without
    arguments is its solution, so there only the direction is said."""
    index, worst = _worst(actual, expected)
    name = what if what.isidentifier() else "entry "
    entry = f"{name}{index}" if index else "it"
    if not case:
        return f"{entry.capitalize()} is too {_direction(actual[worst], expected[worst])}."
    if one := _its_example(case, names, worst) if is_plural(what) else "":
        return f"For {one}, it is {actual[worst]:.6g}, and it should be {expected[worst]:.6g}."
    returned = describe(value)
    if what.isidentifier() or returned.startswith("array of shape"):
        mine = f"{what if entry == 'it' else entry} is {actual[worst]:.6g}, and"
        entry = "it"
    else:
        mine = f"it returned {returned};"
    return f"For {describe_call(case, names)}, {mine} {entry} should be {expected[worst]:.6g}."


def _its_example(case, names, place):
    """The row or the column of the only argument to which an entry of the result belongs."""
    if len(case) != 1 or len(names) != 1 or len(place) != 1 or np.ndim(case[0]) != 2:
        return ""
    [argument], [name], [i] = case, names, place
    rows = argument.shape[0] > i and argument.shape[1] == 2
    part = argument[i] if rows else argument[:, i]
    which = f"row {i}" if rows else f"column {i}"
    return f"{which} of {name}, {describe(part)}" if part.size <= 8 else ""


def _direction(actual, expected):
    return "large" if actual > expected else "small"


def _as_floats(value, what):
    words = words_for(what)
    are, they = words["are"], words["they"]
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
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} of {len(value)}"
    return f"of type {type(value).__name__}"
