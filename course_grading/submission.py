"""Read a submitted notebook as data, never as code."""

import hashlib
import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from course_grading.texts import printable

__all__ = ["Submission", "UnreadableError", "fingerprint", "read_file", "read_notebook"]

MAX_BYTES = 10 << 20


class UnreadableError(ValueError):
    """A submission that cannot be read; the text says why."""


@dataclass(frozen=True)
class Submission:
    """The code cells of a notebook.

    Attributes
    ----------
    answers : dict
        From the key of an exercise ("ch01.majority") to its answer cells, as pairs of an index in
        the notebook and a source.
    code : list
        Such pairs for the cells that are neither answers nor checks.
    checks : dict
        From the key of an exercise to the index of its first check.
    """

    answers: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    code: list[tuple[int, str]] = field(default_factory=list)
    checks: dict[str, int] = field(default_factory=dict)

    def above(self, key):
        """The sources of the code cells above an exercise's check, without its own answer."""
        [(index, _)] = self.answers[key]
        end = max(index, self.checks.get(key, 0))
        cells = [*self.code, *(cell for cells in self.answers.values() for cell in cells)]
        return tuple(source for i, source in sorted(cells) if i < end and i != index)


def read_file(path):
    """The bytes of a regular file of at most 10 MB; raises `UnreadableError` for anything else.

    Symbolic links are not followed, neither the file itself nor the two folders above it.
    """
    path = Path(path)
    for part in (path, path.parent, path.parent.parent):
        if part.is_symlink():
            raise UnreadableError(
                f"{part.name} is a symbolic link, which is not followed: hand in the file itself."
            )
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with open(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadableError(f"{path.name} is not a regular file.")
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise UnreadableError(f"{path.name} is missing. Was it renamed?") from None
    except OSError as error:
        raise UnreadableError(f"{path.name} cannot be read: {error.strerror}.") from None
    if len(content) > MAX_BYTES:
        raise UnreadableError(
            f"{path.name} is larger than {MAX_BYTES >> 20} MB: clear its outputs, then hand it in."
        )
    return content


def fingerprint(content):
    """The SHA-256 of a submission, as text."""
    return hashlib.sha256(content).hexdigest()


def read_notebook(content):
    """Parse the bytes of a notebook file into a `Submission`; may raise `UnreadableError`."""
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
        cells = [_cell(cell) for cell in notebook["cells"] if isinstance(cell, dict)]
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise UnreadableError(
            "The file is not a notebook, for it is not JSON. Save it in JupyterLab, and hand it in "
            "again."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UnreadableError(
            "The file is JSON, but not a notebook of format 4. Open and save it in JupyterLab."
        ) from None
    submission = Submission()
    for index, (kind, key, is_check, source) in enumerate(cells):
        if kind == "code" and is_check and key is not None:
            submission.checks.setdefault(key, index)
        if kind != "code" or is_check:
            continue
        if key is None:
            submission.code.append((index, source))
        else:
            submission.answers.setdefault(key, []).append((index, source))
    return submission


def _cell(cell):
    """The type of a cell, its exercise or None, True if it is a check, and its source.

    A field of the wrong type counts as missing, so that one odd cell does not spoil the others.
    """
    source = _field(cell, "source", str | list, "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    metadata = _field(cell, "metadata", dict, {})
    tags = _field(metadata, "tags", list, [])
    is_check = "check" in tags or _field(metadata, "nbgrader", dict, {}).get("grade") is True
    key = _field(metadata, "exercise", str, None)
    return _field(cell, "cell_type", str, ""), key, is_check, printable(source)


def _field(data, name, types, default):
    value = data.get(name)
    return value if isinstance(value, types) else default
