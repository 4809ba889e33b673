"""The student's progress, in one small file that nothing can spoil.

The file stands beside the notebooks, or in the user's data folder where that cannot be
written. The environment variable COURSE_PROGRESS names another file, or says `off`.

    {"format": 1, "exercises": {"ch01.half_adder": {"tries": 3, "solved": true}}}

It is written atomically (a new file takes the old one's place), under a lock, so that two
notebooks can be open at once. A file that cannot be understood is set aside under another
name. If no place can be written, progress lasts as long as the kernel, and a note says so.
"""

import json
import os
import warnings
from contextlib import suppress
from pathlib import Path

from platformdirs import user_data_path

from course_lib import ROOT
from course_lib.storage import whole_file

with warnings.catch_warnings():  # in a browser a lock is a file, which is enough there
    warnings.filterwarnings("ignore", "only soft file lock")
    from filelock import FileLock, Timeout

__all__ = ["load", "note_try"]

NAME = "course_progress.json"
FORMAT = 1
MANY = 10**6
_this_session = {}


def load():
    """All that is known: {"ch01.half_adder": {"tries": 3, "solved": True}, …}. Never raises."""
    known = dict(_this_session)
    for place in _places():
        with suppress(OSError):
            known = _joined(known, _read(place)[0])
    return known


def note_try(exercise, solved):
    """Add one try at `exercise`, a key such as "ch01.half_adder".

    Returns a sentence for the student, or "" if there is nothing to say. Never raises.
    """
    places = _places()
    if not places:
        return ""
    _this_session.update(_joined(_this_session, {exercise: {"tries": 1, "solved": solved}}))
    for place in places:
        try:
            note = _add(place, _this_session)
        except (OSError, ValueError, RuntimeError):
            continue
        _this_session.clear()
        return note
    return (
        f"Your progress could not be saved ({places[0].name or places[0]} cannot be written); it "
        f"is kept until this kernel stops."
    )


def _places():
    """Where progress may stand, best first; none if it is switched off."""
    wanted = os.environ.get("COURSE_PROGRESS", "").strip()
    if wanted.lower() == "off":
        return []
    if wanted:
        return [Path(os.path.expanduser(wanted))]
    return [_beside_the_notebooks() / NAME, user_data_path("neural-networks-from-scratch") / NAME]


def _beside_the_notebooks():
    notebooks = ROOT / "notebooks"
    return notebooks if notebooks.is_dir() else Path()


def _add(place, news):
    place = Path(os.path.realpath(place))
    _refuse_what_is_no_file(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place.with_name(f".{place.name}.lock"), timeout=2)
    with suppress(Timeout, NotImplementedError):
        lock.acquire()
    try:
        known, damaged = _read(place)
        aside = _set_aside(place) if damaged else None
        _write(place, _joined(known, news))
    finally:
        lock.release()
    if aside:
        return f"{place.name} was damaged: it was kept as {aside.name}, and a new one begun."
    return ""


def _read(place):
    """What can be understood of the file, and whether there is more in it than that.

    Raises OSError if there is something at `place` that cannot be read.
    """
    if not place.exists():
        return {}, False
    _refuse_what_is_no_file(place)
    try:
        content = json.loads(place.read_text(encoding="utf-8-sig"))
        entries = content["exercises"].items()
        damaged = content["format"] != FORMAT
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}, True
    known = {}
    for key, entry in entries:
        try:
            tries = min(int(entry["tries"]), MANY)
            known[str(key)] = {"tries": tries, "solved": entry["solved"] is True}
        except (ValueError, KeyError, TypeError, ArithmeticError):
            damaged = True
    return known, damaged


def _refuse_what_is_no_file(place):
    if place.exists() and not place.is_file():
        raise OSError(f"{place} is a folder or a device")


def _write(place, known):
    text = json.dumps({"format": FORMAT, "exercises": known}, indent=1, sort_keys=True)
    with whole_file(place) as file:
        file.write(f"{text}\n".encode())


def _set_aside(place):
    number = 1
    while (aside := place.with_name(f"{place.stem}.damaged-{number}.json")).exists():
        number += 1
    os.replace(place, aside)
    return aside


def _joined(one, other):
    joined = dict(one)
    for key, entry in other.items():
        mine = joined.get(key, {"tries": 0, "solved": False})
        joined[key] = {
            "tries": mine["tries"] + entry["tries"],
            "solved": mine["solved"] or entry["solved"],
        }
    return joined
