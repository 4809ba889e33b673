"""Grade a class: python -m course_grading --help"""

import argparse
import sys
import time
from pathlib import Path

from course_grading.batch import changes, find_submissions, grade_class, load_results
from course_grading.gradebook import GradebookError, open_book
from course_grading.job import Limits
from course_grading.marking import NOT_GRADED, STOPPED
from course_grading.outcomes import rows_of, unnamed
from course_grading.pages import write_class_page, write_student_pages
from course_grading.sandbox import UNPROTECTED, NoProtection, open_sandbox
from course_grading.tables import write_diagnoses, write_grades, write_unnamed
from course_grading.texts import one_line
from course_lib.exercises.contents import CHAPTERS, EXERCISES

__all__ = ["OptionError", "main", "options"]

EPILOG = """
CLASS/submitted holds STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb. Written are CLASS/graded: results/ (a
file for each submission), grades.csv, diagnoses.csv, unnamed.json, class.html,
feedback/STUDENT.html; and what nbgrader reads: the gradebook and CLASS/autograded. The same
command continues a run that was stopped: only submissions that are new or have changed are
graded. --student, --notebook, --exercise and --again grade once more, on the same random numbers,
and say what has changed.
"""


class OptionError(ValueError):
    """An option names nothing that is there."""


def options():
    """The parser of the command line."""
    limits = Limits()
    parser = argparse.ArgumentParser(
        prog="python -m course_grading",
        description="Grade a class: run each answer in a sandbox, and judge it outside.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("folder", type=Path, metavar="CLASS", help="the folder of the class")
    add("--student", metavar="S", help="grade this student again")
    add("--notebook", metavar="N", choices=list(CHAPTERS),
        help="grade this notebook again, such as 05_back_propagation")  # fmt: skip
    add("--exercise", metavar="E", help="grade this exercise again, such as relu_backward")
    add("--again", action="store_true", help="grade everything again")
    add("--jobs", type=int, default=-1, metavar="N", help="processes (default: one per core)")
    add("--scheduler", metavar="ADDRESS", help="grade on a Dask cluster, such as tcp://host:8786")
    add("--seconds", type=float, default=limits.seconds, metavar="S",
        help=f"seconds for each answer (default: {limits.seconds:g})")  # fmt: skip
    add("--memory", type=int, default=limits.memory >> 20, metavar="MB",
        help=f"megabytes for each answer (default: {limits.memory >> 20})")  # fmt: skip
    add("--unprotected", action="store_true",
        help="do without bubblewrap: only for a class that you trust")  # fmt: skip
    return parser


def main(arguments=None):
    """Grade, write all files, and print a summary; return the exit code."""
    settings = options().parse_args(arguments)
    try:
        _run(settings)
    except (OSError, NoProtection, GradebookError, ImportError, OptionError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. What was graded is kept: the same command goes on from here.")
        return 130
    return 0


def _run(settings):
    submissions, remarks = find_submissions(settings.folder / "submitted")
    out = settings.folder / "graded"
    out.mkdir(parents=True, exist_ok=True)
    chosen, only = _chosen(submissions, settings)
    if settings.unprotected:
        print(UNPROTECTED)
    if settings.scheduler is None:
        open_sandbox(settings.unprotected)
    with open_book(settings.folder) as book:
        before = load_results(submissions, out)
        started = time.perf_counter()
        graded = grade_class(
            chosen,
            out,
            limits=Limits(seconds=settings.seconds, memory=settings.memory << 20),
            unprotected=settings.unprotected,
            jobs=settings.jobs,
            scheduler=settings.scheduler,
            again=any((settings.again, settings.student, settings.notebook, settings.exercise)),
            only=only,
        )
        seconds = time.perf_counter() - started
        results = load_results(submissions, out)
        grades = _record(book, submissions, results, graded)
        roster = book.roster()
    for line in [*remarks, *_incidents(results), *changes(before, graded)]:
        print(one_line(line))
    _write(results, grades, roster, out)
    pace = f", {60 * len(graded) / seconds:.0f} a minute" if graded else ""
    noun = "submission" if len(graded) == 1 else "submissions"
    rest = len(submissions) - len(graded)
    print(f"{len(graded)} {noun} graded in {seconds:.1f} s{pace}; {rest} had a result before.")
    print(f"See {out}: grades.csv, diagnoses.csv, class.html, feedback/.")


def _chosen(submissions, settings):
    """The submissions that the options name, and the keys of the exercises, or None for all."""
    only = None
    if settings.exercise is not None:
        name = settings.exercise
        only = {key for key, exercise in EXERCISES.items() if name in (key, exercise.name)}
        if not only:
            raise OptionError(f"There is no exercise {name!r}: docs/exercises.md lists them.")
    wanted = [
        s
        for s in submissions
        if settings.student in (None, s.student)
        and settings.notebook in (None, s.assignment)
        and (only is None or {key[2:4] for key in only} >= {s.assignment[:2]})
    ]
    if submissions and not wanted:
        raise OptionError("Nothing that was handed in fits these options.")
    return wanted, only


def _record(book, submissions, results, graded):
    """Write the new results, and those that the gradebook lacks; return all its grades."""
    book.prepare({submitted.assignment for submitted in submissions})
    known = set(book.grades())
    new = {(result.student, result.assignment) for result in graded}
    places = {(s.student, s.assignment): s for s in submissions}
    for result in results:
        names = result.student, result.assignment
        if names in new or names not in known or book.has_due_date(result.assignment):
            content, _ = places[names].content()
            book.record(result, content)
    return book.grades()


def _write(results, grades, roster, out):
    rows = rows_of(results)
    assignments = sorted({r.assignment for r in results} | {name for _, name in grades})
    write_grades(roster, grades, assignments, out / "grades.csv")
    write_diagnoses(rows, out / "diagnoses.csv")
    write_unnamed(unnamed(results), out / "unnamed.json")
    write_class_page([s.id for s in roster], results, grades, rows, out / "class.html")
    write_student_pages(results, grades, out / "feedback")


def _incidents(results):
    """Yield a line for each submission that could not be read and each answer without a verdict."""
    for result in results:
        name = f"{result.student}/{result.assignment}"
        yield from (f"{name}: {remark}" for remark in result.remarks)
        for mark in () if result.remarks else result.marks:
            if mark.outcome in (STOPPED, NOT_GRADED):
                yield f"{name}: {mark.exercise.partition('.')[2]}: {mark.diagnosis}"


if __name__ == "__main__":
    sys.exit(main())
