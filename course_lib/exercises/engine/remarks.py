"""What shows while an answer runs, besides its value: printing, overflow, names that it reads.

A remark is a word, such as "printed", or a word and a name, such as "ignores stride".
"""

import ast
import inspect
import io
import sys
import textwrap
from contextlib import contextmanager, redirect_stdout

import numpy as np

__all__ = ["is_remark", "remarking", "remarks_on_names", "sentence_about"]

ALONE, WITH_A_NAME = ("printed", "overflow"), ("ignores", "reads")
MAX_NAME = 40


def is_remark(text):
    """True for what this module writes, whoever sent it."""
    word, _, name = text.partition(" ")
    is_name = name.isidentifier() and len(name) <= MAX_NAME
    return text in ALONE or (word in WITH_A_NAME and is_name)


@contextmanager
def remarking():
    """Within this context the returned set gets "printed" and "overflow" when they happen."""
    remarks = set()

    def on_error(kind, flag):
        if kind == "overflow":
            remarks.add("overflow")

    with redirect_stdout(_Ear(sys.stdout, remarks)), np.errstate(all="call", call=on_error):
        yield remarks


class _Ear(io.TextIOBase):
    """Standard output that notes that something was written."""

    def __init__(self, stream, remarks):
        self._stream, self._remarks = stream, remarks

    def write(self, text):
        self._remarks.add("printed")
        return self._stream.write(text)

    def flush(self):
        self._stream.flush()


def remarks_on_names(answer):
    """Which of its arguments a function ignores, and which values of its notebook it reads."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(answer))).body[0]
        if not isinstance(tree, ast.FunctionDef):
            return ()
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
        assigned = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        arguments = [argument.arg for argument in tree.args.args]
        outside = sorted(read - assigned - set(arguments))
        values = [name for name in outside if _is_value(answer.__globals__.get(name))]
        ignored = [f"ignores {name}" for name in arguments if name not in read]
        return tuple(filter(is_remark, [*ignored, *(f"reads {name}" for name in values)]))
    except Exception:  # no source, or an object that pretends to be a function
        return ()


def _is_value(thing):
    return isinstance(thing, np.ndarray | float | int | list | tuple)


def sentence_about(remarks, value, unused=(), named=False):
    """What the remarks on a wrong answer explain, or "".

    `unused` arguments need not be read; `named` is True if something else names the mistake.
    """
    ignored = [r.split()[1] for r in remarks if r.startswith("ignores ")]
    ignored = [name for name in ignored if name not in unused]
    read = [r.split()[1] for r in remarks if r.startswith("reads ")]
    if "printed" in remarks and value is None:
        return (
            "Your function prints its result and returns None. Nobody else can use what is "
            "printed: end it with `return` in place of `print`."
        )
    if ignored and read:
        return (
            f"Your function reads `{read[0]}`, a variable of the notebook, and never its own "
            f"argument `{ignored[0]}`: so it answers for those numbers alone. Use `{ignored[0]}`."
        )
    if ignored:
        names = " and ".join(f"`{name}`" for name in ignored)
        pronoun = "it" if len(ignored) == 1 else "them"
        return f"Your function never uses {names}: the result should depend on {pronoun}."
    if read and not named:
        return (
            f"Your function reads `{read[0]}`, a variable of the notebook, and not something that "
            f"it was given or has computed. Is a name misspelt, or a line forgotten?"
        )
    return ""
