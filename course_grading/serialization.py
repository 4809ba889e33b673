"""What comes back from a student's process: text (JSON), read with suspicion.

    Run(value=array([1., 2.]))  →  {"value": {"array": ["<f8", [2], "AAAAAAAA8D8AAAAAAAAAQA=="]}, …}

Nothing here can hold code, and nothing is believed: a reply is as good as the values in it.
"""

import base64
import json
import math
import re

import numpy as np

from course_grading.texts import printable
from course_lib.exercises.engine.answers import Run, Unreadable

__all__ = ["ReplyError", "read_runs", "write_runs"]

DEEPEST = 40
LONGEST_TEXT = 2_000
NUMBERS = re.compile(r"[<>|=][biufc](1|2|4|8|16|32)")
MOST_AXES = 32
MOST_LETTERS = 1000  # of an array of texts, each of which takes the place of the longest


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
    except Exception as error:  # whatever is wrong with it, it is the reply that is wrong
        raise ReplyError(f"{type(error).__name__}: {printable(str(error)[:200])}") from None


def _run(*, value, error, message, changed, blank):
    if type(blank) is not bool:
        raise ReplyError("blank should be true or false")
    if changed is not None and (type(changed) is not int or not 0 <= changed < 100):
        raise ReplyError("changed should be the number of an argument")
    return Run(_read(value), _text(error), _text(message), changed, blank)


def _text(written):
    """Text as it came, if it is text: not too long, and printable."""
    if type(written) is not str:
        raise ReplyError("expected text")
    return printable(written[:LONGEST_TEXT])


def _shape(written):
    """The shape of an array, if NumPy could have written it."""
    is_one = type(written) is list and len(written) <= MOST_AXES
    if not is_one or any(type(length) is not int or length < 0 for length in written):
        raise ReplyError("expected the shape of an array")
    return tuple(written)


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
    if value.dtype.kind == "U" and value.size * value.dtype.itemsize > 4 * MOST_LETTERS:
        return {"unreadable": "a long array of texts"}
    if value.dtype.kind == "U":
        return {"texts": [list(value.shape), value.ravel().tolist()]}
    data = base64.b64encode(value.tobytes()).decode()
    return {"array": [value.dtype.str, list(value.shape), data]}


def _read(written, depth=0):
    if written is None or type(written) is bool:
        return written
    if type(written) is str:
        return _text(written)
    if depth > DEEPEST or type(written) is not dict or len(written) != 1:
        raise ReplyError("a value is written in a way that nobody writes")
    [(kind, content)] = written.items()
    if kind in ("list", "tuple"):
        items = [_read(item, depth + 1) for item in content]
        return tuple(items) if kind == "tuple" else items
    if kind == "dict":
        return {_text(key): _read(item, depth + 1) for key, item in content}
    return READERS[kind](content)


def _array(content):
    dtype, shape, data = content
    if not NUMBERS.fullmatch(dtype):
        raise ReplyError("an array of no known kind")
    shape, dtype = _shape(shape), np.dtype(dtype)
    data = base64.b64decode(data, validate=True)
    if math.prod(shape) * dtype.itemsize != len(data):
        raise ReplyError("an array whose shape and size disagree")
    if dtype.kind == "b":
        return (np.frombuffer(data, np.uint8) != 0).reshape(shape)
    return np.frombuffer(data, dtype).reshape(shape).copy()


def _texts(content):
    shape, texts = content
    texts = [_text(text) for text in texts]
    if len(texts) * max(map(len, texts), default=0) > MOST_LETTERS:
        raise ReplyError("an array of more text than anybody needs")
    return np.array(texts, dtype=str).reshape(_shape(shape))


def _complex(real, imaginary):
    return complex(real, imaginary)


READERS = {
    "dots": lambda _: Ellipsis,
    "int": lambda text: int(text, 16),
    "float": float.fromhex,
    "complex": lambda parts: _complex(*map(float.fromhex, parts)),
    "unreadable": lambda kind: Unreadable(_text(kind)[:100]),
    "array": _array,
    "texts": _texts,
}
