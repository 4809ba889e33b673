"""What comes back from a student's process: text (JSON), read with suspicion.

    Run(value=array([1., 2.]))  →  {"value": {"array": ["<f8", [2], "AAAAAAAA8D8AAAAAAAAAQA=="]}, …}

Nothing here can hold code, and nothing is believed: a reply is as good as the values in it.
"""

import base64
import json
import math
import re

import numpy as np

from course_lib.exercises.answers import Run, Unreadable

__all__ = ["ReplyError", "read_runs", "write_runs"]

DEEPEST = 40
LONGEST_TEXT = 2_000
NUMBERS = re.compile(r"[<>|=][biufc](1|2|4|8|16|32)")
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class ReplyError(ValueError):
    """What came back is not what `write_runs` writes."""


def write_runs(runs):
    """The text of a list of `Run`, for `read_runs`."""
    return json.dumps([{**vars(run), "value": _written(run.value)} for run in runs])


def read_runs(text, count):
    """The `count` runs in a text; raises `ReplyError` for everything but what it should be."""
    try:
        entries = json.loads(text)
        if type(entries) is not list or len(entries) != count:
            raise ReplyError(f"expected a list of {count} runs")
        return [_run(**entry) for entry in entries]
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError, MemoryError) as error:
        raise ReplyError(f"{type(error).__name__}: {_clean(str(error))}") from None


def _run(*, value, error, message, changed, blank):
    if type(error) is not str or type(message) is not str or type(blank) is not bool:
        raise ReplyError("error and message should be text, blank true or false")
    if changed is not None and (type(changed) is not int or not 0 <= changed < 100):
        raise ReplyError("changed should be the number of an argument")
    return Run(_read(value), _clean(error), _clean(message), changed, blank)


def _clean(text):
    """Text that can be printed and stored: no control characters, no halves of characters."""
    text = text[:LONGEST_TEXT].encode("utf-8", "replace").decode()
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _written(value):
    if value is None or type(value) in (bool, str):
        return value
    if value is Ellipsis:
        return {"dots": None}
    if type(value) is int:
        return {"int": hex(value)}
    if type(value) is float:
        return {"float": value.hex()}
    if type(value) is complex:
        return {"complex": [value.real.hex(), value.imag.hex()]}
    if type(value) in (list, tuple):
        return {type(value).__name__: [_written(item) for item in value]}
    if type(value) is dict:
        return {"dict": [[key, _written(item)] for key, item in value.items()]}
    if isinstance(value, Unreadable):
        return {"unreadable": value.kind}
    if value.dtype.kind == "U":
        return {"texts": [list(value.shape), value.ravel().tolist()]}
    data = base64.b64encode(value.tobytes()).decode()
    return {"array": [value.dtype.str, list(value.shape), data]}


def _read(written, depth=0):
    if written is None or type(written) is bool:
        return written
    if type(written) is str:
        return _clean(written)
    if depth > DEEPEST or type(written) is not dict or len(written) != 1:
        raise ReplyError("a value is written in a way that nobody writes")
    [(kind, content)] = written.items()
    if kind in ("list", "tuple"):
        items = [_read(item, depth + 1) for item in content]
        return tuple(items) if kind == "tuple" else items
    if kind == "dict":
        return {_clean(key): _read(item, depth + 1) for key, item in content}
    return READERS[kind](content)


def _array(content):
    dtype, shape, data = content
    if not NUMBERS.fullmatch(dtype) or any(type(length) is not int for length in shape):
        raise ReplyError("an array of no known kind")
    data = base64.b64decode(data, validate=True)
    dtype = np.dtype(dtype)
    if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != len(data):
        raise ReplyError("an array whose shape and size disagree")
    if dtype.kind == "b":
        return (np.frombuffer(data, np.uint8) != 0).reshape(shape)
    return np.frombuffer(data, dtype).reshape(shape).copy()


def _texts(content):
    shape, texts = content
    return np.array([_clean(text) for text in texts], dtype=str).reshape(shape)


def _complex(real, imaginary):
    return complex(real, imaginary)


READERS = {
    "dots": lambda _: Ellipsis,
    "int": lambda text: int(text, 16),
    "float": float.fromhex,
    "complex": lambda parts: _complex(*map(float.fromhex, parts)),
    "unreadable": lambda kind: Unreadable(_clean(kind)[:100]),
    "array": _array,
    "texts": _texts,
}
