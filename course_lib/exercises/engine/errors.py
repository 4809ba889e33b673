"""Explain an exception of a student's code from its message, its line and the shapes there."""

import ast
import linecache
import re
import traceback

import numpy as np

__all__ = ["advice_on", "describe_error"]

MAX_MESSAGE = 400  # characters of an exception's message
SHAPE = r"\((\d+(?:, ?\d+)*,?)\)"

# Parts of messages, as regular expressions, with advice for beginners; the first that fits.
ADVICE = {
    r"does not have enough dimensions": "One side of `@` is a single number: multiply by a "
    "number with `*`.",
    r"matmul|not aligned": "In `A @ B` a row of A must be as long as a column of B.",
    r"must be square": "`solve` and `inv` want as many equations as unknowns: a square matrix.",
    r"Singular matrix": "Two of the equations say the same. Does X have its column of ones twice?",
    r"could not be broadcast": "`+ - * /` work entry by entry, and these shapes do not match. For "
    "dot products write `@`; for one number per column, `axis=0`; for one per row, `axis=1, "
    "keepdims=True`.",
    r"could not broadcast input": "What stands on the right of `=` does not fit the place on its "
    "left.",
    r"^name '\w+' is not defined": "Inside a function only its arguments are known, what it "
    "assigns itself, and what cells above have defined. Is it spelled as there?",
    r"cannot access local variable": "On the way that your function took here it got no value: it "
    "is assigned in an `if` or a loop that did not run, or only further down. Give it one first.",
    r"unexpected keyword argument": "There is no setting of that name. NumPy's are `axis=…` and "
    "`keepdims=True`.",
    r"positional argument": "Something is called with too many or too few arguments. Several "
    "numbers that are one thing, such as a shape, go into brackets of their own: `(n_in, n_out)`.",
    r"object is not callable": "Brackets behind a value mean a call. For a product write `*`, for "
    "an entry square brackets.",
    r"truth value of an array": "`if`, `and`, `or` and `max(0, …)` want one answer, and an array "
    "has many: `np.where`, `np.maximum`, a product with a mask such as `(Z > 0)`, or `.all()`. "
    "Lists of arrays are compared pair by pair, with `zip`.",
    r"only (length-1|0-dimensional|size-1) arrays": "Functions of `math`, and `float`, take one "
    "number. `np.exp`, `np.tanh` and NumPy's other functions take whole arrays.",
    r"unsupported operand type|can't multiply sequence|can only concatenate": "Lists, tuples and "
    "shapes do not calculate: `np.array(…)` makes an array of them, an index takes one number out.",
    r"'(list|tuple|float|int)' object has no attribute": "That is plain Python, not an array: "
    "`np.array(…)` makes one.",
    r"NoneType": "Something is None: `append`, `sort` and `print` return nothing, and so does a "
    "function without `return`.",
    r"'numpy\.\w+' object has no attribute 'value'": "`.value` belongs to the parameters of a "
    "layer; an array is the value itself.",
    r"'numpy\.\w+' object has no attribute": "An array has nothing of that name.",
    r"'numpy' has no attribute": "NumPy has no such name: look for how the notebook writes it.",
    r"axis -?\d+ is out of bounds for array of dimension": "This array has fewer axes than you "
    "think: with one axis there is only `axis=0`.",
    r"too many indices": "You ask for more axes than this array has: print its `.shape`.",
    r"out of (bounds|range)": "Places count from 0, so the last of n is n - 1. Does your function "
    "count on a number of parts that is not always the same? `len` says how many there are.",
    r"to unpack": "What stands on the right has another number of parts than there are names on "
    "the left. A matrix has its rows as parts.",
    r"setting an array element|inhomogeneous": "One place of an array holds one number; here "
    "rows of different lengths, or arrays, are put there.",
    r"only integers, slices|interpreted as an integer|indices must be integers": "A place or a "
    "number of times is a whole number: divide with `//`, or use `int`.",
    r"cannot reshape": "`reshape` keeps all numbers, and that shape has not as many places.",
    r"zero-size array": "There is nothing in this array: does a slice end before it begins?",
    r"division by zero": "Something is divided by zero: which length or sum is 0 here?",
    r"'(int|float|numpy.int64)' object is not iterable, in the line `for ": "A loop cannot run "
    "over a number: `range(n)` counts from 0 to n - 1.",
    r"object is not iterable|integer argument expected": "`sum`, `max`, `np.mean` and such take "
    "one list or array: `sum([a, b])`, not `sum(a, b)`.",
    r"has no len": "A single number stands where a list or an array is expected.",
    r"output array is not acceptable": "The third argument of `np.dot` is a place for its result: "
    "add the bias with `+`.",
    r"EighResult": "`eigh` returns eigenvalues and eigenvectors; `eigvalsh` the eigenvalues alone.",
    r"must be at least two-dim": "`np.linalg.solve(A, c)` takes the matrix first, the vector "
    "second.",
    r"argument 2 is (shorter|longer)": "With `strict=True`, `zip` wants lists of equal length: cut "
    "both, such as `sizes[:-1]` and `sizes[1:]`.",
    r"empty (sequence|iterable|batch|slice)|of empty": "Something is empty: does a slice or a loop "
    "go one step too far?",
    r"sections must be larger": "The number of batches came out as 0: round up, not down.",
    r"object too deep": "`np.convolve` is for rows of numbers, not for pictures.",
    r"math range error": "exp of more than about 700 is too large for a computer's decimals.",
}
IN_CHAPTER = {
    ("ch08", r"could not be broadcast|could not broadcast"): "A window may be cut off at an edge, "
    "or be taken from the picture without its padding.",
}


def advice_on(message, name="", chapter=""):
    """Advice on an exception's message, or "", for the exercise `name` of a chapter."""
    if re.match(rf"{name}\(\) (takes|missing)", message):
        return (
            "The check calls your function with the arguments of the exercise: leave the line "
            "with `def` as it was."
        )
    found = [text for part, text in ADVICE.items() if re.search(part, message)][:1]
    found += [
        text
        for (where, part), text in IN_CHAPTER.items()
        if where == chapter and re.search(part, message)
    ]
    if found and "`A @ B`" in found[0]:
        found += _missing_transpose(message)
    return " ".join(found)


def _missing_transpose(message):
    """With which `.T` the two matrices of the message could be multiplied, if with one alone."""
    names = re.findall(rf"`(\w+)` has shape {SHAPE}", message)
    if len(names) != 2 or ".T" in message:
        return []
    (a, shape), (b, other) = [(name, tuple(map(int, re.findall(r"\d+", s)))) for name, s in names]
    if shape == other:
        return ["If each entry meets its own, entry by entry, write `*`."]
    if len(shape) != 2 or len(other) != 2:
        return []
    fits = [text for text, fit in ((f"`{a}.T @ {b}`", shape[0] == other[0]),
                                   (f"`{a} @ {b}.T`", shape[1] == other[1]),
                                   (f"`{b} @ {a}`", other[1] == shape[0])) if fit]  # fmt: skip
    return [f"{fits[0]} would fit."] if len(fits) == 1 else []


def describe_error(error, answer):
    """The message of an exception, with the line of `answer` where it happened, and its shapes."""
    if isinstance(error, KeyboardInterrupt):
        return "you stopped it while it ran; does a loop in it never end?"
    try:
        text = str(error).encode("utf-8", "replace").decode()[:MAX_MESSAGE]
    except BaseException:
        text = ""
    filename = getattr(getattr(answer, "__code__", None), "co_filename", None)
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    summaries = traceback.extract_tb(error.__traceback__)
    for frame, summary in zip(reversed(frames), reversed(summaries), strict=True):
        line = linecache.getline(summary.filename, summary.lineno or 0)
        if summary.filename == filename and line.strip():
            where = f"in the line `{line.strip()}`{_shapes_in(line, summary, frame)}"
            if frames[-1].f_code.co_name != frame.f_code.co_name and _is_of_notebook(frames[-1]):
                where += f", inside the notebook's `{frames[-1].f_code.co_name}`"
            return f"{text}, {where}" if text else where
    return text or "it says no more"


def _is_of_notebook(frame):
    return frame.f_globals.get("__name__") == "__main__"


def _shapes_in(line, summary, frame):
    """The shapes of the arrays in the part of the line that failed."""
    try:
        whole = summary.end_lineno == summary.lineno
        part = line.encode()[summary.colno : summary.end_colno].decode() if whole else line
        names = [n.id for n in ast.walk(ast.parse(part.strip())) if isinstance(n, ast.Name)]
        values = {n: frame.f_locals.get(n, frame.f_globals.get(n)) for n in dict.fromkeys(names)}
        shapes = {n: v.shape for n, v in values.items() if type(v) is np.ndarray}
    except Exception:  # a line that is no whole expression, or values that cannot be looked at
        return ""
    said = [f"`{name}` has shape {shape}" for name, shape in list(shapes.items())[:4]]
    return ", where " + " and ".join(said) if said else ""
