"""Encode the values of an answer as JSON, and decode such JSON, whoever wrote it.

    Run(value=array([1., 2.]))  →  {"value": {"array": ["<f8", [2], "AAAAAAAA8D8AAAAAAAAAQA=="]}, …}

The format holds plain data and no code. The reader validates each entry: a student's process
may have written anything.
"""

import base64
import json
import math
import re

import numpy as np

from course_grading.texts import printable
from course_lib.exercises.engine.answers import ENDLESS, Run, Unreadable
from course_lib.exercises.engine.remarks import is_remark

__all__ = ["ReplyError", "read_runs", "write_runs"]

LONG_TEXTS = "a long array of texts"
MAX_DEPTH = 40
MAX_TEXT = 2_000
NUMERIC_DTYPE = re.compile(r"[<>|=][biufc](1|2|4|8|16|32)")
MAX_AXES = 32
MAX_REMARKS = 40
MAX_CHARACTERS = 1000  # of an array of texts; NumPy stores each as long as the longest


class ReplyError(ValueError):
    """A reply that is not in the format of `write_runs`."""


def write_runs(runs):
    """Encode a list of `Run` as text, for `read_runs`."""
    return json.dumps([{**vars(run), "value": _encode(run.value)} for run in runs])


def read_runs(text, count):
    """Decode a text into `count` runs; raise `ReplyError` if it is not in the format."""
    try:
        entries = json.loads(text)
        if type(entries) is not list or len(entries) != count:
            raise ReplyError(f"expected a list of {count} runs")
        return [_decode_run(**entry) for entry in entries]
    except Exception as error:  # any exception here is the fault of the reply
        raise ReplyError(f"{type(error).__name__}: {printable(str(error)[:200])}") from None


def _decode_run(*, value, error, message, changed, blank, called, remarks):
    if type(blank) is not bool or type(called) is not bool:
        raise ReplyError("blank and called should be true or false")
    if not (error == "" or (type(error) is str and error.isidentifier())):
        raise ReplyError("error should be the name of a class")
    if changed is not None and (type(changed) is not int or not 0 <= changed < 100):
        raise ReplyError("changed should be the number of an argument")
    if type(remarks) is not list or len(remarks) > MAX_REMARKS:
        raise ReplyError("remarks should be a short list")
    if not all(type(remark) is str and is_remark(remark) for remark in remarks):
        raise ReplyError("a remark of unknown kind")
    texts = _decode_text(error), _decode_text(message)
    return Run(_decode(value), *texts, changed, blank, called, tuple(remarks))


def _decode_text(data):
    """The text, printable and cut to `MAX_TEXT` characters."""
    if type(data) is not str:
        raise ReplyError("expected text")
    return printable(data[:MAX_TEXT])


def _decode_shape(data):
    is_shape = type(data) is list and len(data) <= MAX_AXES
    if not is_shape or any(type(length) is not int or length < 0 for length in data):
        raise ReplyError("expected the shape of an array")
    return tuple(data)


def _encode(value):
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
        return {type(value).__name__: [_encode(item) for item in value]}
    if type(value) is dict:
        return {"dict": [[key, _encode(item)] for key, item in value.items()]}
    if isinstance(value, Unreadable):
        return {"unreadable": value.kind}
    if value.dtype.kind == "U" and value.size * value.dtype.itemsize > 4 * MAX_CHARACTERS:
        return {"unreadable": LONG_TEXTS}
    if value.dtype.kind == "U":
        return {"texts": [list(value.shape), value.ravel().tolist()]}
    data = base64.b64encode(value.tobytes()).decode()
    return {"array": [value.dtype.str, list(value.shape), data]}


def _decode(data, depth=0):
    if data is None or type(data) is bool:
        return data
    if type(data) is str:
        return _decode_text(data)
    if depth > MAX_DEPTH:
        raise ReplyError("a value is nested too deeply")
    if type(data) is not dict or len(data) != 1:
        raise ReplyError("a value has no known encoding")
    [(kind, content)] = data.items()
    if kind in ("list", "tuple"):
        items = [_decode(item, depth + 1) for item in content]
        return tuple(items) if kind == "tuple" else items
    if kind == "dict":
        return {_decode_text(key): _decode(item, depth + 1) for key, item in content}
    return DECODERS[kind](content)


def _decode_array(content):
    dtype, shape, data = content
    if not NUMERIC_DTYPE.fullmatch(dtype):
        raise ReplyError("an array of unknown dtype")
    shape, dtype = _decode_shape(shape), np.dtype(dtype)
    data = base64.b64decode(data, validate=True)
    if math.prod(shape) * dtype.itemsize != len(data):
        raise ReplyError("an array whose shape and size disagree")
    if dtype.kind == "b":
        return (np.frombuffer(data, np.uint8) != 0).reshape(shape)
    return np.frombuffer(data, dtype).reshape(shape).copy()


def _decode_texts(content):
    shape, texts = content
    texts = [_decode_text(text) for text in texts]
    if len(texts) * max(map(len, texts), default=0) > MAX_CHARACTERS:
        raise ReplyError("an array of texts is too large")
    return np.array(texts, dtype=str).reshape(_decode_shape(shape))


def _decode_kind(text):
    """What `plain` and `_encode` call an object that is no plain data: no words of a student's."""
    if not (text.isidentifier() or text in (ENDLESS, LONG_TEXTS)):
        raise ReplyError("an object of unknown kind")
    return text[:100]


def _decode_complex(real, imaginary):
    return complex(real, imaginary)


DECODERS = {
    "dots": lambda _: Ellipsis,
    "int": lambda text: int(text, 16),
    "float": float.fromhex,
    "complex": lambda parts: _decode_complex(*map(float.fromhex, parts)),
    "unreadable": lambda kind: Unreadable(_decode_kind(kind)),
    "array": _decode_array,
    "texts": _decode_texts,
}
