"""Sort what was handed in into the folders of nbgrader: `make collect FROM=downloads.zip`.

    python -m course_grading.intake FROM CLASS

FROM is a folder or a zip, as Moodle, Canvas or people fill them; CLASS is the folder of the class.
A notebook is recognised by what is in it, wherever it lies and whatever it is called. The name of
its student comes from its path::

    Ada Lovelace_12345_assignsubmission_file_/my.ipynb               Ada Lovelace_12345  (Moodle)
    lovelaceada_LATE_12345_678_my-2.ipynb                            lovelaceada_12345   (Canvas)
    ada/05_back_propagation/05_back_propagation.ipynb                ada
    ada/my.ipynb                                                     ada
    all/Lovelace_Ada_12345_late_05_back_propagation-2.ipynb          Lovelace_Ada_12345

Of several versions the latest is taken, by the number at the end of its name, then by its date.
What CLASS/submitted had before is kept in CLASS/replaced.
"""

import argparse
import io
import re
import sys
import zipfile
from collections import Counter
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePosixPath

from course_grading.batch import MAX_NAME
from course_grading.submission import MAX_BYTES, UnreadableError, chapter_of
from course_grading.texts import is_printable, one_line
from course_lib.exercises.contents import CHAPTERS
from course_lib.storage import whole_file

__all__ = ["HandedIn", "collect", "main"]

MOODLE = re.compile(r"(.+?)_(\d+)_assignsubmission_.*")
CANVAS = re.compile(r"([^_]+)_(?:LATE_)?(\d+)_\d+_.+", re.IGNORECASE)
BY_HAND = re.compile(rf"(.+?)[\s_-]+(?:late[\s_-]+)?(?:{'|'.join(CHAPTERS)}).*", re.IGNORECASE)


@dataclass(frozen=True)
class HandedIn:
    """A notebook as it was handed in: its path in the folder or zip, its date, its bytes."""

    path: PurePosixPath
    date: tuple | float
    content: bytes

    @property
    def version(self):
        """What sorts the versions of one notebook."""
        number = re.search(r"[-( ](\d{1,3})\)?$", self.path.stem)
        return int(number[1]) if number else 0, self.date

    def assignment(self):
        """The notebook that it is, by its content, or where that cannot be read by its name."""
        try:
            number = (chapter_of(self.content) or "")[2:]
        except UnreadableError:
            return next((name for name in CHAPTERS if name in self.path.name), None)
        return next((name for name in CHAPTERS if number and name.startswith(number)), None)


def collect(source, folder):
    """Copy the notebooks in `source` into `folder`/submitted; return a line for each file.

    Raises FileNotFoundError if `source` is neither a folder nor a zip.
    """
    lines, known = [], []
    for item in _notebooks(Path(source)):
        if isinstance(item, str):
            lines.append(item)
        elif (assignment := item.assignment()) is None:
            lines.append(f"{_shown(item)}: no notebook of this course, left out")
        else:
            known.append((item, assignment))
    in_a_folder = Counter((item.path.parent, assignment) for item, assignment in known)
    latest = {}
    for item, assignment in known:
        student = _student(item.path, in_a_folder[item.path.parent, assignment] > 1)
        if student is None:
            lines.append(f"{_shown(item)}: its path names no student, left out")
            continue
        other = latest.setdefault((student, assignment), item)
        if other is not item:
            older, latest[student, assignment] = sorted((item, other), key=lambda i: i.version)
            lines.append(f"{_shown(older)}: there is a later version, left out")
    for (student, assignment), item in sorted(latest.items(), key=lambda entry: entry[0]):
        lines.append(f"{_shown(item)} → {one_line(student)}/{assignment}")
        _store(item.content, Path(folder), student, assignment)
    return lines


def _shown(item):
    return one_line(str(item.path))


def _student(path, is_one_of_several):
    """The name of the student in a path, or None; `is_one_of_several` notebooks in its folder."""
    folders = path.parent.parts
    for part in (*folders, path.name):
        if found := MOODLE.fullmatch(part) or CANVAS.fullmatch(part):
            return _valid(f"{found[1]}_{found[2]}")
    by_hand = BY_HAND.fullmatch(path.name)
    if by_hand and (is_one_of_several or not folders):
        return _valid(by_hand[1])
    if folders and folders[-1] in CHAPTERS:
        folders = folders[:-1]
    return _valid(folders[-1]) if folders else None


def _valid(name):
    """The name, if a folder can be called so; else None."""
    name = name.strip()
    is_valid = name and not name.startswith(".") and not set(name) & set('/\\:*?"<>|')
    return name if is_valid and is_printable(name) and len(name.encode()) <= MAX_NAME else None


def _notebooks(source):
    """A `HandedIn` for each notebook in a folder or zip, or a line that says why it is none."""
    if source.is_dir():
        for path in sorted(source.rglob("*")):
            inside = PurePosixPath(path.relative_to(source).as_posix())
            if path.is_symlink() or not path.is_file() or _is_hidden(inside):
                continue
            if path.stat().st_size > MAX_BYTES:
                yield f"{one_line(str(inside))}: larger than {MAX_BYTES >> 20} MB, left out"
            elif path.suffix == ".ipynb":
                yield HandedIn(inside, path.stat().st_mtime, path.read_bytes())
            elif path.suffix == ".zip":
                yield from _in_zip(io.BytesIO(path.read_bytes()), inside)
    elif zipfile.is_zipfile(source):
        with open(source, "rb") as file:
            yield from _in_zip(file, PurePosixPath())
    else:
        raise FileNotFoundError(f"{str(source)!r} is neither a folder nor a zip.")


def _in_zip(file, path):
    """The same for a zip at `path`; a zip within it is opened, too, but none within that.

    Nothing is unpacked: members are read, and their names are only names.
    """
    place = path.parent if path.parent.parts else PurePosixPath(path.stem)
    try:
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                inside = place / member.filename.replace("\\", "/").lstrip("/")
                if member.is_dir() or _is_hidden(inside) or inside.suffix not in (".ipynb", ".zip"):
                    continue
                with archive.open(member) as stream:
                    content = stream.read(MAX_BYTES + 1)
                if len(content) > MAX_BYTES:
                    yield f"{one_line(str(inside))}: larger than {MAX_BYTES >> 20} MB, left out"
                elif inside.suffix == ".ipynb":
                    yield HandedIn(inside, _date(member), content)
                elif not path.parts:
                    yield from _in_zip(io.BytesIO(content), inside)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
        yield f"{one_line(str(path)) or 'The zip'}: cannot be read ({one_line(str(error))})"


def _date(member):
    return float("".join(f"{part:02d}" for part in member.date_time))


def _is_hidden(path):
    return any(part.startswith((".", "__MACOSX")) for part in path.parts if part != "..")


def _store(content, folder, student, assignment):
    place = folder / "submitted" / student / assignment / f"{assignment}.ipynb"
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists() and place.read_bytes() != content:
        kept = folder / "replaced" / student / assignment
        kept.mkdir(parents=True, exist_ok=True)
        place.rename(next(p for n in count(1) if not (p := kept / f"{n}.ipynb").exists()))
    with whole_file(place) as file:
        file.write(content)


def main(arguments=None):
    """Collect, and print a line for each file; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m course_grading.intake",
        description="Sort what was handed in into the folders of a class.",
    )
    parser.add_argument("source", type=Path, help="a folder or a zip of what was handed in")
    parser.add_argument("folder", type=Path, help="the folder of the class")
    settings = parser.parse_args(arguments)
    try:
        lines = collect(settings.source, settings.folder)
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    print("\n".join(lines) or "There is no notebook in it.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
