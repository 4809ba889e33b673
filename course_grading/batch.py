"""A whole class: every submission once, on all cores, each result kept as soon as it is there.

    submitted/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb  →  graded/results/STUDENT/ASSIGNMENT.json

The folders are those of nbgrader. A run that was stopped is continued by the same call: what
has a result for the same file is left alone.
"""

import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import joblib

from course_grading.marking import Result, mark, unreadable
from course_grading.sandbox import open_box
from course_grading.submission import UnreadableError, fingerprint, read_file
from course_grading.texts import one_line
from course_lib.exercises.contents import CHAPTERS
from course_lib.experiments import progress_bar
from course_lib.storage import whole_file

__all__ = ["Submitted", "find_submissions", "grade_class", "load_results"]

LONGEST_NAME = 150  # bytes: with .html after it, still the name of a file


@dataclass(frozen=True)
class Submitted:
    """Where a submission lies, and whose it is."""

    student: str
    assignment: str
    path: Path


def find_submissions(folder):
    """All submissions under `folder`, and a sentence for each thing in it that is none.

    Raises FileNotFoundError if there is no such folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(
            f"There is no folder {str(folder)!r}. Name the one that holds "
            f"STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb."
        )
    found, remarks = [], []
    for student in sorted(folder.iterdir()):
        if student.name.startswith("."):
            continue
        why_not = _why_no_student(student)
        if why_not:
            remarks.append(f"{one_line(student.name)}: {why_not}, left alone.")
            continue
        for assignment in sorted(student.iterdir()):
            name = assignment.name
            if name in CHAPTERS and assignment.is_dir():
                found.append(Submitted(student.name, name, assignment / f"{name}.ipynb"))
            elif not name.startswith("."):
                remarks.append(
                    f"{student.name}/{one_line(name)}: no folder with the name of a notebook, left "
                    f"alone."
                )
    return found, remarks


def _why_no_student(place):
    """Why something among the submissions is no folder of a student, or ""."""
    if not place.is_dir():
        return "no folder of a student"
    if not place.name.isprintable() or len(place.name.encode()) > LONGEST_NAME:
        return "a name that cannot be printed, or is too long"
    return "" if os.access(place, os.R_OK | os.X_OK) else "a folder that cannot be read"


def grade_class(
    submissions, out, *, limits, unprotected=False, jobs=-1, scheduler=None, again=False
):
    """Grade what has no result yet; return how many were graded.

    Parameters
    ----------
    submissions : list of Submitted
    out : path
        Results are written below it, each as soon as it is known, whole or not at all.
    limits : Limits
        What one answer may take.
    unprotected : bool
        Do without bubblewrap.
    jobs : int
        Processes on this machine; -1 for one on each core.
    scheduler : str or None
        The address of a Dask scheduler, such as `tcp://host:8786`; its workers do the
        work instead.
    again : bool
        Also grade what has a result.

    Raises NoProtection where a box cannot be made, and OSError for results that cannot be
    written.
    """
    out = Path(out)
    waiting = [s for s in submissions if again or not _is_graded(s, out)]
    bar = progress_bar(total=len(waiting), desc="grading", unit="submission")
    with bar, _pool(jobs, scheduler) as pool:
        work = (joblib.delayed(_grade)(s, *_content(s), limits, unprotected) for s in waiting)
        for result in pool(work):
            _save(result, out)
            bar.update()
    return len(waiting)


def load_results(submissions, out):
    """The results that there are for `submissions`, in their order."""
    found = (_load(submitted, Path(out)) for submitted in submissions)
    return [result for result in found if result is not None]


@contextmanager
def _pool(jobs, scheduler):
    if scheduler is None:
        yield joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")
        return
    try:
        from distributed import Client
    except ImportError:
        raise ImportError(
            "A Dask cluster needs one more package: pip install distributed."
        ) from None

    with Client(scheduler), joblib.parallel_config(backend="dask"):
        yield joblib.Parallel(return_as="generator_unordered")


def _content(submitted):
    """The bytes of a submission, and None; or None, and why it cannot be read."""
    try:
        return read_file(submitted.path), None
    except UnreadableError as error:
        return None, str(error)


def _grade(submitted, content, why_not, limits, unprotected):
    """What a worker does; its data comes with it, for it may be on another machine."""
    if content is None:
        return unreadable(submitted.student, submitted.assignment, why_not)
    box = open_box(unprotected)
    whose = submitted.student, submitted.assignment
    try:
        return mark(*whose, content, box=box, limits=limits)
    except Exception as error:  # one submission must not stop the others, whatever it found
        why = f"It could not be graded ({type(error).__name__}): look at it yourself."
        return unreadable(*whose, why, fingerprint(content))


def _place(submitted, out):
    return out / "results" / submitted.student / f"{submitted.assignment}.json"


def _save(result, out):
    place = _place(result, out)
    place.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(place) as file:
        file.write(json.dumps(result.as_data(), indent=1, ensure_ascii=False).encode())


def _load(submitted, out):
    """The result of a submission, or None if there is none that can be read."""
    try:
        result = Result.from_data(json.loads(_place(submitted, out).read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    is_whose = (result.student, result.assignment) == (submitted.student, submitted.assignment)
    return result if is_whose else None


def _is_graded(submitted, out):
    result = _load(submitted, out)
    content, _ = _content(submitted)
    return result is not None and content is not None and fingerprint(content) == result.fingerprint
