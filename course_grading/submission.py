"""Read a submitted notebook as data, never as code.

What a cell runs is its source as it was saved, with the line ends of Python. What a page or a
terminal shows of it goes through `texts.printable` first: the two are kept apart.
"""

import hashlib
import json
import math
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Cell", "Found", "Submission", "UnreadableError", "chapter_of", "fingerprint",
           "grade_id", "raw_cells", "read_file", "read_notebook"]  # fmt: skip

MAX_BYTES = 100 << 20  # most of it outputs, which are not read
CHECK = re.compile(r"\s*(ch\d\d\.\w+)\.check\([^\n]*\)\s*;?\s*")
BY_GRADE_ID = "Found by nbgrader's name for its cell: the course's own mark was lost on the way."
BY_NAME = "Found by the name of its function: the mark of its cell was lost on the way."


class UnreadableError(ValueError):
    """A submission that cannot be read; the text says why."""


@dataclass(frozen=True)
class Cell:
    """A code cell: its place in the notebook, its source, its exercise and its nbgrader name."""

    index: int
    source: str
    exercise: str | None = None
    grade_id: str | None = None
    is_check: bool = False

    def defines(self, name):
        """Does a line of it, not indented, define or assign `name`?"""
        pattern = rf"(?m)^(?:(?:async[ \t]+)?def[ \t]|class[ \t])[ \t]*{name}\b"
        return re.search(rf"{pattern}|^{name}[ \t]*(?::[^=\n]*)?=(?!=)", self.source) is not None


@dataclass(frozen=True)
class Found:
    """The cells of one answer.

    own : the cells that are marked as its own, or define its name
    above : the code cells up to its check, in their order; its own are among them
    below : those after its check, where an answer may stand too
    note : the way in which its own cells were found, if it is not the usual one
    """

    own: tuple[Cell, ...]
    above: tuple[Cell, ...]
    below: tuple[Cell, ...]
    note: str = ""


@dataclass(frozen=True)
class Submission:
    """The code cells of a notebook, in their order."""

    cells: tuple[Cell, ...]

    def find(self, exercise):
        """The cells of an exercise's answer, as `Found`.

        Its answer cells are known by their metadata: `exercise`, or where a tool has dropped
        that, nbgrader's `grade_id`. Other cells that define its name belong to it, too.
        """
        answers = [cell for cell in self.cells if not cell.is_check]
        own = [cell for cell in answers if cell.exercise == exercise.key]
        note = ""
        if not own:
            own = [cell for cell in answers if cell.grade_id == grade_id(exercise)]
            note = BY_GRADE_ID if own else BY_NAME
        named = [cell for cell in self.cells if cell not in own and cell.defines(exercise.name)]
        checks = [c.index for c in self.cells if c.is_check and c.exercise == exercise.key]
        end = max([*checks, *(cell.index for cell in own)], default=math.inf)
        above = tuple(cell for cell in self.cells if cell.index <= end)
        below = tuple(cell for cell in self.cells if cell.index > end)
        together = tuple(sorted([*own, *named], key=lambda cell: cell.index))
        return Found(together, above, below, note if together else "")


def grade_id(exercise):
    """nbgrader's name for an exercise's answer cell; that of its check ends in "-check"."""
    return re.sub(r"[._]", "-", exercise.key)


def read_file(path):
    """The bytes of a regular file of at most 100 MB; raises `UnreadableError` for anything else.

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
    cells = (_cell(index, cell) for index, cell in enumerate(raw_cells(content)))
    return Submission(tuple(cell for cell in cells if cell is not None))


def chapter_of(content):
    """The chapter of a notebook, such as "ch05", or None: that of most of its exercise cells.

    Their metadata say it; else their checks, then the title, "# 05 · Back-propagation". Raises
    `UnreadableError`.
    """
    cells = raw_cells(content)
    keys = [c.exercise or "" for c in map(_cell, range(len(cells)), cells) if c is not None]
    chapters = [key.partition(".")[0] for key in keys if re.fullmatch(r"ch\d\d\.\w+", key)]
    if chapters:
        return max(sorted(set(chapters)), key=chapters.count)
    texts = (_source(cell) for cell in cells if isinstance(cell, dict))
    titles = (re.match(r"\s*#\s*(\d\d)\s*[·.:]", text) for text in texts)
    return next((f"ch{title[1]}" for title in titles if title), None)


def raw_cells(content):
    """The cells of a notebook of format 4, as the file has them; may raise `UnreadableError`."""
    try:
        cells = json.loads(content.decode("utf-8-sig"))["cells"]
        if type(cells) is list:
            return cells
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise UnreadableError(
            "The file is not a notebook, for it is not JSON. Save it in JupyterLab, and hand it in "
            "again."
        ) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise UnreadableError(
        "The file is JSON, but not a notebook of format 4. Open and save it in JupyterLab."
    )


def _cell(index, cell):
    """A code cell as a `Cell`, or None for any other.

    A field of the wrong type counts as missing, so that one odd cell does not spoil the others.
    """
    if not isinstance(cell, dict) or cell.get("cell_type") != "code":
        return None
    source = _source(cell)
    metadata = _field(cell, "metadata", dict, {})
    nbgrader = _field(metadata, "nbgrader", dict, {})
    check = CHECK.fullmatch(source)
    is_check = (
        "check" in _field(metadata, "tags", list, [])
        or nbgrader.get("grade") is True
        or check is not None
    )
    key = _field(metadata, "exercise", str, check[1] if check else None)
    return Cell(index, source, key, _field(nbgrader, "grade_id", str, None), is_check)


def _source(cell):
    """The text of a cell, with the line ends that Python knows."""
    source = _field(cell, "source", str | list, "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source.replace("\r\n", "\n").replace("\r", "\n")


def _field(data, name, types, default):
    value = data.get(name)
    return value if isinstance(value, types) else default
