"""Reading what a student handed in: as data, never as code."""

import hashlib
import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from course_grading.texts import printable

__all__ = ["Submission", "UnreadableError", "fingerprint", "read_file", "read_notebook"]

LARGEST = 10 << 20


class UnreadableError(ValueError):
    """A submission that cannot be read; the text says why."""


@dataclass(frozen=True)
class Submission:
    """The cells of a notebook that count.

    Attributes
    ----------
    answers : dict
        Exercise's key ("ch01.majority") → the cells that are marked as its answer, as pairs of a
        place and a source.
    code : list
        The code cells that are no answers and no checks, as such pairs.
    checks : dict
        Exercise's key → the place of its first check.
    """

    answers: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    code: list[tuple[int, str]] = field(default_factory=list)
    checks: dict[str, int] = field(default_factory=dict)

    def above(self, key):
        """The sources of the code cells above an exercise's check, but for its own answer."""
        [(place, _)] = self.answers[key]
        end = max(place, self.checks.get(key, 0))
        cells = [*self.code, *(cell for cells in self.answers.values() for cell in cells)]
        return tuple(source for i, source in sorted(cells) if i < end and i != place)


def read_file(path):
    """The bytes of a file that is a plain one, up to 10 MB; else `UnreadableError`.

    A symbolic link is not followed, neither the file itself nor the two folders above it.
    """
    path = Path(path)
    for place in (path, path.parent, path.parent.parent):
        if place.is_symlink():
            raise UnreadableError(
                f"{place.name} is a symbolic link, which is not followed: hand in the file itself."
            )
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        with open(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadableError(f"{path.name} is no file.")
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise UnreadableError(f"There is no {path.name} in it. Was it renamed?") from None
    except OSError as error:
        raise UnreadableError(f"{path.name} cannot be read: {error.strerror}.") from None
    if len(content) > LARGEST:
        raise UnreadableError(
            f"{path.name} is larger than {LARGEST >> 20} MB: clear its outputs, then hand it in."
        )
    return content


def fingerprint(content):
    """A number that tells one submission from another: SHA-256, as text."""
    return hashlib.sha256(content).hexdigest()


def read_notebook(content):
    """The `Submission` in the bytes of a notebook file, or `UnreadableError`."""
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
        cells = [_cell(cell) for cell in notebook["cells"] if isinstance(cell, dict)]
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise UnreadableError(
            "It is no notebook: its file is not JSON. Save it in JupyterLab, and hand it in again."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise UnreadableError(
            "It is JSON, but no notebook of format 4. Open and save it in JupyterLab."
        ) from None
    submission = Submission()
    for place, (kind, key, is_check, source) in enumerate(cells):
        if kind == "code" and is_check and key is not None:
            submission.checks.setdefault(key, place)
        if kind != "code" or is_check:
            continue
        if key is None:
            submission.code.append((place, source))
        else:
            submission.answers.setdefault(key, []).append((place, source))
    return submission


def _cell(cell):
    """The kind of a cell, the exercise that it answers or None, whether it checks, its source.

    What is odd about a cell counts as not there, so that it costs no other cell anything.
    """
    source = _part(cell, "source", str | list, "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    metadata = _part(cell, "metadata", dict, {})
    tags = _part(metadata, "tags", list, [])
    is_check = "check" in tags or _part(metadata, "nbgrader", dict, {}).get("grade") is True
    key = _part(metadata, "exercise", str, None)
    return _part(cell, "cell_type", str, ""), key, is_check, printable(source)


def _part(whole, name, kind, otherwise):
    part = whole.get(name)
    return part if isinstance(part, kind) else otherwise
