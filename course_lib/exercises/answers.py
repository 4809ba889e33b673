"""Running a student's code: cases go in, plain values come out, nothing else.

No exception of the student's leaves this module, and nothing that it returns is trusted:
a value that comes back is a number, text, a list, a tuple, a dict or a NumPy array of
numbers, made anew, and never an object whose methods the student wrote.
"""

import ast
import copy
import dis
import inspect
import linecache
import textwrap
import traceback
from dataclasses import dataclass, replace

import numpy as np

__all__ = [
    "Run",
    "Unreadable",
    "describe",
    "describe_call",
    "has_blank",
    "plain",
    "run_answer",
    "same",
]

DEEPEST = 8


@dataclass(frozen=True)
class Unreadable:
    """Stands for a returned object that is no plain value."""

    kind: str


@dataclass(frozen=True)
class Run:
    """What came back from one case: a plain value, or the name of what went wrong.

    `changed` is the index of an argument that was not left as it was; `blank` says that
    the answer still holds a blank.
    """

    value: object = None
    error: str = ""
    message: str = ""
    changed: int | None = None
    blank: bool = False

    @property
    def clean(self):
        """True if the code returned, and left its arguments as they were."""
        return not self.error and self.changed is None


def run_answer(answer, cases):
    """Call `answer` with a copy of each case; return a list of `Run`, one for each.

    An answer that is not callable is itself the value, for exercises whose only case has
    no arguments.
    """
    blank = has_blank(answer)
    runs = []
    for case in cases:
        run = _run(answer, case)
        empty = run.error == "NotImplementedError" or _holds_ellipsis(run.value)
        runs.append(replace(run, blank=blank or empty))
        if run.error == "KeyboardInterrupt":
            return runs + [run] * (len(cases) - len(runs))
    return runs


def _run(answer, case):
    if not callable(answer):
        if case:
            return Run(
                error="NotAFunction",
                message="check() takes the function itself, by its name and without brackets: "
                "check(f), not check(f(x))",
            )
        return Run(value=plain(answer))
    arguments = copy.deepcopy(case)
    try:
        value = plain(answer(*arguments))
    except BaseException as error:  # also SystemExit and an interrupt: the check goes on
        return Run(error=type(error).__name__, message=_what_happened(error, answer))
    for i, (before, after) in enumerate(zip(case, arguments, strict=True)):
        if not same(plain(before), plain(after)):
            return Run(value=value, changed=i)
    return Run(value=value)


def _what_happened(error, answer):
    if isinstance(error, KeyboardInterrupt):
        return "you stopped it while it ran; does a loop in it never end?"
    try:
        text = str(error)
    except Exception:
        text = ""
    filename = getattr(getattr(answer, "__code__", None), "co_filename", None)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        line = linecache.getline(frame.filename, frame.lineno or 0).strip()
        if frame.filename == filename and line:
            return f"{text}, in the line `{line}`" if text else f"in the line `{line}`"
    return text


def plain(value, depth=0):
    """`value` as plain data; an `Unreadable` in place of everything that is not."""
    if value is None or value is Ellipsis or type(value) in (bool, int, float, complex, str):
        return value
    try:
        if isinstance(value, tuple | list | range) and depth < DEEPEST:
            items = [plain(item, depth + 1) for item in value]
            return tuple(items) if isinstance(value, tuple) else items
        if isinstance(value, dict) and depth < DEEPEST:
            return {str(key): plain(item, depth + 1) for key, item in value.items()}
        array = np.array(value, subok=False)
        if array.dtype.kind in "biufcU":
            return array if array.ndim else array.item()
        if array.dtype == object and array.ndim and depth < DEEPEST:
            return [plain(item, depth + 1) for item in array]
    except Exception:
        pass
    return Unreadable(type(value).__name__)


def same(a, b, rtol=1e-7, atol=1e-9):
    """Are two plain values alike: numbers to rounding, lists and tuples entry by entry?"""
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


def has_blank(answer):
    """Does `answer` still hold a blank: a bare `...`, or nothing but `pass`?

    The dots of an index, as in ``X[..., 0]``, are no blank.
    """
    if not callable(answer):
        return _holds_ellipsis(plain(answer))
    if inspect.isclass(answer):
        functions = [f for f in vars(answer).values() if inspect.isfunction(f)]
    else:
        functions = [answer] if inspect.isfunction(answer) else []
    return any(_is_empty(f.__code__) or _mentions_blank(f) for f in functions)


def _holds_ellipsis(value):
    if isinstance(value, list | tuple):
        return any(_holds_ellipsis(item) for item in value)
    return value is Ellipsis


def _is_empty(code):
    names = {i.opname for i in dis.get_instructions(code)} - {"RESUME", "NOP"}
    returned = [i.argval for i in dis.get_instructions(code) if i.opname.endswith("_CONST")]
    return names <= {"LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"} and returned == [None]


def _mentions_blank(function):
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return _holds_ellipsis(function.__code__.co_consts)
    indices = {
        id(node)
        for subscript in ast.walk(tree)
        if isinstance(subscript, ast.Subscript)
        for node in ast.walk(subscript.slice)
    }
    return any(
        isinstance(node, ast.Constant) and node.value is Ellipsis and id(node) not in indices
        for node in ast.walk(tree)
    )


def describe_call(case):
    """The arguments of a case as a student would type them; large arrays by their shape."""
    return "(" + ", ".join(describe(argument) for argument in case) + ")"


def describe(argument):
    """One value in few characters."""
    if isinstance(argument, np.ndarray) and argument.size > 8:
        return f"array of shape {argument.shape}"
    if isinstance(argument, np.ndarray | float):
        return np.array2string(np.asarray(argument), precision=4, separator=", ")
    return repr(argument)
