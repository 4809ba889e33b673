"""Run a student's code on cases, and return its values as plain data.

No exception of the student's code leaves this module. A returned value is copied into a number,
text, list, tuple, dict or NumPy array of numbers, never an object with methods that the student
wrote.
"""

import copy
import numbers
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from course_lib.exercises.engine.blanks import has_blank, holds_ellipsis
from course_lib.exercises.engine.errors import describe_error
from course_lib.exercises.engine.remarks import remarking, remarks_on_names

__all__ = [
    "Run",
    "Unreadable",
    "describe",
    "describe_call",
    "plain",
    "run_answer",
    "run_cases",
    "same",
]

MAX_DEPTH = 8  # of nested lists
MAX_LENGTH = 10_000  # entries of one list; no exercise needs more
MAX_SHOWN = 200  # characters of a value that is described
ENDLESS = "a list without end"


@dataclass(frozen=True)
class Unreadable:
    """Placeholder for a returned object that is not plain data; `kind` is the name of its type."""

    kind: str


@dataclass(frozen=True)
class Run:
    """The result of one case: a plain value, or the name and the message of an exception.

    `changed` is the index of an argument that the answer modified, or None; `blank` is True if
    the answer still contains a blank; `called` is False if the answer was not even called;
    `remarks` are those of `remarks`.
    """

    value: object = None
    error: str = ""
    message: str = ""
    changed: int | None = None
    blank: bool = False
    called: bool = True
    remarks: tuple[str, ...] = ()


def run_answer(answer, cases):
    """What `run_cases` returns, with what the answer's source tells: blanks, and its names."""
    runs = run_cases(answer, cases)
    blank = has_blank(answer) or all(run.error == "NotImplementedError" for run in runs)
    remarks = remarks_on_names(answer)
    return [
        replace(
            run,
            blank=blank or holds_ellipsis(run.value) or "'ellipsis'" in run.message,
            remarks=(*run.remarks, *remarks),
        )
        for run in runs
    ]


def run_cases(answer, cases):
    """Call `answer` with a copy of each case; return a list of `Run`, one for each case.

    An answer that is not callable is itself the value, in exercises whose only case has no
    arguments. After an interrupt the remaining cases are not run.
    """
    runs = []
    for case in cases:
        stopped = runs and runs[-1].error == "KeyboardInterrupt"
        runs.append(runs[-1] if stopped else _run(answer, case))
    return runs


def _run(answer, case):
    try:
        return _call(answer, case)
    except BaseException:  # an object whose attributes raise as well
        return Run(error="Error", message="it cannot be looked at without a further error")


def _call(answer, case):
    if not callable(answer):
        if case:
            return Run(error="NotAFunction")
        return Run(value=plain(answer))
    arguments = copy.deepcopy(case)
    try:
        with remarking() as remarks:
            value = plain(answer(*arguments))
    except BaseException as error:  # also SystemExit and an interrupt: the check goes on
        is_blank = isinstance(error, NotImplementedError)
        name = "NotImplementedError" if is_blank else type(error).__name__
        return Run(error=name, message=describe_error(error, answer))
    for i, (before, after) in enumerate(zip(case, arguments, strict=True)):
        if not same(plain(before), plain(after)):
            return Run(value=value, changed=i)
    return Run(value=value, remarks=tuple(sorted(remarks)))


def plain(value, depth=0):
    """Copy `value` into plain data, with an `Unreadable` in place of any other object."""
    if value is None or value is Ellipsis or type(value) in (bool, int, float, complex, str):
        return value
    try:
        if isinstance(value, tuple | list | range | dict):
            if depth == MAX_DEPTH or len(value) > MAX_LENGTH:
                return Unreadable(ENDLESS)
            if isinstance(value, dict):
                return {str(key): plain(item, depth + 1) for key, item in value.items()}
            items = [plain(item, depth + 1) for item in islice(value, MAX_LENGTH)]
            return tuple(items) if isinstance(value, tuple) else items
        if isinstance(value, numbers.Number) and not isinstance(value, np.generic):
            return complex(value) if isinstance(value, complex) else float(value)
        array = np.array(value, subok=False)
        if array.dtype.kind in "biufcU":
            return array if array.ndim else array.item()
        if array.dtype == object and array.ndim and array.size <= MAX_LENGTH and depth < MAX_DEPTH:
            return [plain(item, depth + 1) for item in array]
        if array.dtype == object and isinstance(array.item(), numbers.Number):
            return float(array.item())
    except Exception:
        pass
    return Unreadable(type(value).__name__)


def same(a, b, rtol=1e-5, atol=1e-5):
    """True if two plain values are equal: numbers within tolerances, lists and tuples by entry."""
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(same(x, y, rtol, atol) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key], rtol, atol) for key in a)
    try:
        a, b = np.asarray(a), np.asarray(b)
        if a.dtype.kind in "biufc" and b.dtype.kind in "biufc":
            return a.shape == b.shape and np.allclose(a, b, rtol, atol, equal_nan=True)
        return a.shape == b.shape and bool(np.all(a == b))
    except (ValueError, TypeError):
        return False


def describe_call(case, names=()):
    """Format the arguments of a case, by name if there are `names`, large arrays by shape."""
    if len(names) != len(case):
        return "(" + ", ".join(describe(argument) for argument in case) + ")"
    return ", ".join(f"{n} = {describe(a)}" for n, a in zip(names, case, strict=True))


def describe(argument):
    """Format one value briefly."""
    if isinstance(argument, list) and all(isinstance(item, np.ndarray) for item in argument):
        return f"[{', '.join(f'array of shape {item.shape}' for item in argument)}]"
    if isinstance(argument, np.random.Generator):
        return "rng"
    if isinstance(argument, np.ndarray) and (argument.size > 8 or argument.ndim > 2):
        return f"array of shape {argument.shape}"
    if isinstance(argument, np.ndarray | float):
        text = np.array2string(
            np.asarray(argument), separator=", ", formatter={"float_kind": "{:.4g}".format}
        )
        return text.replace("\n", "")
    text = repr(argument)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
