"""Save the student's progress in a small JSON file.

The file is in the folder of the notebooks, or in the user's data folder if that cannot be
written. The environment variable COURSE_PROGRESS names another file, or is `off`.

    {"format": 1, "exercises": {"ch01.half_adder": {"tries": 3, "solved": true}}}

It is written atomically (a new file replaces the old one), under a lock, so that two notebooks
can be open at once. A damaged file is renamed and kept. If no file can be written, progress lasts
as long as the kernel, and a note says so.
"""

import json
import os
import warnings
from contextlib import suppress
from pathlib import Path

from platformdirs import user_data_path

from course_lib import ROOT
from course_lib.storage import whole_file

with warnings.catch_warnings():  # the only kind of lock in a browser
    warnings.filterwarnings("ignore", "only soft file lock")
    from filelock import FileLock, Timeout

__all__ = ["load", "note_try"]

FILE_NAME = "course_progress.json"
FORMAT = 1
MAX_TRIES = 10**6
_this_session = {}


def load():
    """The saved progress: {"ch01.half_adder": {"tries": 3, "solved": True}, …}. Never raises."""
    known = dict(_this_session)
    for path in _paths():
        with suppress(OSError):
            known = _merged(known, _read(path)[0])
    return known


def note_try(exercise, solved):
    """Add one try at `exercise`, a key such as "ch01.half_adder".

    Returns a warning for the student, or "". Never raises.
    """
    paths = _paths()
    if not paths:
        return ""
    _this_session.update(_merged(_this_session, {exercise: {"tries": 1, "solved": solved}}))
    for path in paths:
        try:
            note = _add(path, _this_session)
        except (OSError, ValueError, RuntimeError):
            continue
        _this_session.clear()
        return note
    return (
        f"Your progress could not be saved ({paths[0].name or paths[0]} cannot be written); it "
        f"is kept until this kernel stops."
    )


def _paths():
    """The possible paths of the file, the preferred one first; none if progress is off."""
    setting = os.environ.get("COURSE_PROGRESS", "").strip()
    if setting.lower() == "off":
        return []
    if setting:
        return [Path(os.path.expanduser(setting))]
    paths = [_notebook_folder() / FILE_NAME]
    with suppress(RuntimeError, KeyError, OSError):  # no HOME, and a user without a name
        paths.append(user_data_path("neural-networks-from-scratch") / FILE_NAME)
    return paths


def _notebook_folder():
    notebooks = ROOT / "notebooks"
    return notebooks if notebooks.is_dir() else Path()


def _add(path, tries):
    path = Path(os.path.realpath(path))
    _require_regular_file(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=2)
    with suppress(Timeout, NotImplementedError):
        lock.acquire()
    try:
        known, damaged = _read(path)
        backup = _back_up(path) if damaged else None
        _write(path, _merged(known, tries))
    finally:
        lock.release()
    if backup:
        return f"{path.name} was damaged: it was kept as {backup.name}, and a new one begun."
    return ""


def _read(path):
    """The valid entries of the file, and True if others were damaged.

    Raises OSError if `path` exists and cannot be read.
    """
    if not path.exists():
        return {}, False
    _require_regular_file(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        entries = content["exercises"].items()
        damaged = content["format"] != FORMAT
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}, True
    known = {}
    for key, entry in entries:
        try:
            tries = min(int(entry["tries"]), MAX_TRIES)
            known[str(key)] = {"tries": tries, "solved": entry["solved"] is True}
        except (ValueError, KeyError, TypeError, ArithmeticError):
            damaged = True
    return known, damaged


def _require_regular_file(path):
    if path.exists() and not path.is_file():
        raise OSError(f"{path} is a folder or a device")


def _write(path, known):
    text = json.dumps({"format": FORMAT, "exercises": known}, indent=1, sort_keys=True)
    with whole_file(path) as file:
        file.write(f"{text}\n".encode())


def _back_up(path):
    number = 1
    while (backup := path.with_name(f"{path.stem}.damaged-{number}.json")).exists():
        number += 1
    os.replace(path, backup)
    return backup


def _merged(first, second):
    merged = dict(first)
    for key, entry in second.items():
        previous = merged.get(key, {"tries": 0, "solved": False})
        merged[key] = {
            "tries": previous["tries"] + entry["tries"],
            "solved": previous["solved"] or entry["solved"],
        }
    return merged
