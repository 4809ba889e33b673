"""Grade all submissions of a class in parallel, and save each result at once.

    submitted/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb  →  graded/results/STUDENT/ASSIGNMENT.json

The folders are those of nbgrader. The same call continues a run that was stopped: a submission
that has a result for the same file is skipped.
"""

import json
import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import joblib

from course_grading.marking import Result, mark, unreadable
from course_grading.sandbox import open_sandbox
from course_grading.submission import UnreadableError, fingerprint, read_file
from course_grading.texts import is_printable, one_line
from course_lib.exercises.contents import CHAPTERS
from course_lib.experiments import progress_bar
from course_lib.storage import whole_file

__all__ = ["Submitted", "find_submissions", "grade_class", "load_results"]

MAX_NAME = 150  # bytes, so that NAME.html is a valid name of a file


@dataclass(frozen=True)
class Submitted:
    """A submission's student, notebook and file."""

    student: str
    assignment: str
    path: Path


def find_submissions(folder):
    """The submissions under `folder`, and a remark for each other entry in it.

    Returns a list of `Submitted` and a list of str. Raises FileNotFoundError if there is no such
    folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(
            f"There is no folder {str(folder)!r}. Name the one that contains "
            f"STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb."
        )
    found, remarks = [], []
    for student in sorted(folder.iterdir()):
        if student.name.startswith("."):
            continue
        problem = _folder_problem(student)
        if problem:
            remarks.append(f"{one_line(student.name)}: {problem}, skipped.")
            continue
        for assignment in sorted(student.iterdir()):
            name = assignment.name
            if name in CHAPTERS and assignment.is_dir():
                found.append(Submitted(student.name, name, assignment / f"{name}.ipynb"))
            elif not name.startswith("."):
                remarks.append(
                    f"{student.name}/{one_line(name)}: no folder with the name of a notebook, "
                    f"skipped."
                )
    return found, remarks


def _folder_problem(path):
    """The reason why a path among the submissions is not a student's folder, or ""."""
    if not path.is_dir():
        return "no folder of a student"
    if not is_printable(path.name) or len(path.name.encode()) > MAX_NAME:
        return "a name that cannot be printed, or is too long"
    return "" if os.access(path, os.R_OK | os.X_OK) else "a folder that cannot be read"


def grade_class(
    submissions, out, *, limits, unprotected=False, jobs=-1, scheduler=None, again=False
):
    """Grade the submissions that have no result yet; return their number.

    Parameters
    ----------
    submissions : list of Submitted
    out : path
        The folder of the results; each is written atomically as soon as it is known.
    limits : Limits
        The limits of one answer.
    unprotected : bool
        Do without bubblewrap.
    jobs : int
        Number of processes on this machine; -1 for one on each core.
    scheduler : str or None
        The address of a Dask scheduler, such as `tcp://host:8786`, whose workers grade instead.
    again : bool
        Also grade the submissions that have a result.

    Raises NoProtection where no sandbox can be made, and OSError if a result cannot be written.
    """
    out = Path(out)
    ungraded = [s for s in submissions if again or not _is_graded(s, out)]
    bar = progress_bar(total=len(ungraded), desc="grading", unit="submission")
    with bar, _pool(jobs, scheduler) as pool:
        tasks = (joblib.delayed(_grade)(s, *_content(s), limits, unprotected) for s in ungraded)
        for result in pool(tasks):
            _save(result, out)
            bar.update()
    return len(ungraded)


def load_results(submissions, out):
    """The saved results of `submissions`, in their order; those without a result are left out."""
    results = (_load(submitted, Path(out)) for submitted in submissions)
    return [result for result in results if result is not None]


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
    """The bytes of a submission and None, or None and the reason why it cannot be read."""
    try:
        return read_file(submitted.path), None
    except UnreadableError as error:
        return None, str(error)


def _grade(submitted, content, problem, limits, unprotected):
    """Grade one submission in a worker, which gets the bytes: it may be on another machine."""
    names = submitted.student, submitted.assignment
    if content is None:
        return unreadable(*names, problem)
    sandbox = open_sandbox(unprotected)
    try:
        return mark(*names, content, sandbox=sandbox, limits=limits)
    except Exception as error:  # a bug: it must not stop the grading of the others
        reason = f"It could not be graded ({type(error).__name__}): look at it yourself."
        return unreadable(*names, reason, fingerprint(content))


def _result_path(submitted, out):
    return out / "results" / submitted.student / f"{submitted.assignment}.json"


def _save(result, out):
    path = _result_path(result, out)
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as file:
        file.write(json.dumps(result.as_data(), indent=1, ensure_ascii=False).encode())


def _load(submitted, out):
    """The saved result of a submission, or None if it is missing or damaged."""
    try:
        result = Result.from_data(json.loads(_result_path(submitted, out).read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    matches = (result.student, result.assignment) == (submitted.student, submitted.assignment)
    return result if matches else None


def _is_graded(submitted, out):
    result = _load(submitted, out)
    content, _ = _content(submitted)
    return result is not None and content is not None and fingerprint(content) == result.fingerprint
