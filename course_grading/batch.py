"""Grade all submissions of a class in parallel, and save each result at once.

    submitted/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb  →  graded/results/STUDENT/ASSIGNMENT.json

The folders are those of nbgrader. The same call continues a run that was stopped: a submission
that has a result for the same file is skipped.
"""

import json
import os
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import joblib

from course_grading.marking import Result, mark, unreadable
from course_grading.sandbox import open_sandbox
from course_grading.submission import UnreadableError, fingerprint, read_file
from course_grading.texts import is_printable, one_line
from course_lib.exercises.contents import CHAPTERS
from course_lib.experiments import progress_bar
from course_lib.storage import whole_file

__all__ = ["Submitted", "changes", "find_submissions", "grade_class", "load_results"]

MAX_NAME = 150  # bytes, so that NAME.html is a valid name of a file


@dataclass(frozen=True)
class Submitted:
    """A submission's student, notebook and file."""

    student: str
    assignment: str
    path: Path

    def content(self):
        """The bytes of its file and None, or None and the reason why it cannot be read."""
        try:
            return read_file(self.path), None
        except UnreadableError as error:
            return None, str(error)


def find_submissions(folder):
    """The submissions under `folder`, and a remark for each other entry in it.

    Returns a list of `Submitted` and a list of str. Raises FileNotFoundError if there is no such
    folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(
            f"There is no folder {str(folder)!r}. Name that of the class, in which there is "
            f"submitted/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb; `make collect` makes these folders."
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
                found.append(Submitted(student.name, name, _notebook_in(assignment)))
            elif not name.startswith("."):
                remarks.append(
                    f"{student.name}/{one_line(name)}: no folder with the name of a notebook, "
                    f"skipped. `make collect` sorts files by what is in them."
                )
    return found, remarks


def _notebook_in(assignment):
    """The notebook in the folder of an assignment, also if it is the only one by another name."""
    path = assignment / f"{assignment.name}.ipynb"
    others = sorted(assignment.glob("*.ipynb"))
    return others[0] if len(others) == 1 and not os.path.lexists(path) else path


def _folder_problem(path):
    """The reason why a path among the submissions is not a student's folder, or ""."""
    if not path.is_dir():
        return "no folder of a student"
    if not is_printable(path.name) or len(path.name.encode()) > MAX_NAME:
        return "a name that cannot be printed, or is too long"
    return "" if os.access(path, os.R_OK | os.X_OK) else "a folder that cannot be read"


def grade_class(
    submissions, out, *, limits, unprotected=False, jobs=-1, scheduler=None, again=False, only=None
):
    """Grade the submissions that have no result yet; return the new results.

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
        Also grade the submissions that have a result, on the same random numbers.
    only : collection of str or None
        The keys of the exercises to grade; the marks of the others stay as they are.

    Raises NoProtection where no sandbox can be made, and OSError if a result cannot be written.
    """
    out, results = Path(out), []
    ungraded = [s for s in submissions if again or not _is_graded(s, out)]
    bar = progress_bar(total=len(ungraded), desc="grading", unit="submission")
    with bar, _pool(jobs, scheduler) as pool:
        tasks = (
            joblib.delayed(_grade)(s, *s.content(), _load(s, out), limits, unprotected, only)
            for s in ungraded
        )
        for result in pool(tasks):
            _save(result, out)
            results.append(result)
            bar.update()
    return results


def load_results(submissions, out):
    """The saved results of `submissions`, in their order; those without a result are left out."""
    results = (_load(submitted, Path(out)) for submitted in submissions)
    return [result for result in results if result is not None]


def changes(before, after):
    """A line for each mark that differs between two lists of results."""
    earlier = {(r.student, r.assignment, m.exercise): m for r in before for m in r.marks}
    for result in after:
        for new in result.marks:
            old = earlier.get((result.student, result.assignment, new.exercise), new)
            if (old.points, old.outcome) != (new.points, new.outcome):
                yield (
                    f"{result.student}/{result.assignment}: {new.exercise.partition('.')[2]}: "
                    f"{old.points} ({old.outcome}) → {new.points} ({new.outcome})"
                )


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


def _grade(submitted, content, problem, earlier, limits, unprotected, only):
    """Grade one submission in a worker, which gets the bytes: it may be on another machine."""
    names = submitted.student, submitted.assignment
    if content is None:
        return unreadable(*names, problem)
    if earlier is None or earlier.fingerprint != fingerprint(content) or earlier.remarks:
        earlier = only = None  # another file: new random numbers, and all of its exercises
    try:
        sandbox = open_sandbox(unprotected)
        seed = earlier and earlier.seed
        result = mark(*names, content, sandbox=sandbox, limits=limits, seed=seed, only=only)
    except Exception as error:  # a bug: it must not stop the grading of the others
        reason = f"It could not be graded ({type(error).__name__}): look at it yourself."
        return unreadable(*names, reason, fingerprint(content))
    if only is not None:
        new = {mark.exercise: mark for mark in result.marks}
        marks = tuple(new.get(mark.exercise, mark) for mark in earlier.marks)
        protected = result.protected and earlier.protected
        result = replace(result, marks=marks, protected=protected)
    return result


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
    content, _ = submitted.content()
    return result is not None and content is not None and fingerprint(content) == result.fingerprint
