"""Grade a class: python -m course_grading --help"""

import argparse
import sys
import time
from pathlib import Path

from course_grading.batch import find_submissions, grade_class, load_results
from course_grading.gradebook import GradebookError, write_to_gradebook
from course_grading.job import Limits
from course_grading.marking import NOT_GRADED, STOPPED
from course_grading.outcomes import rows_of
from course_grading.pages import write_class_page, write_student_pages
from course_grading.sandbox import NoProtection, open_sandbox
from course_grading.tables import write_diagnoses, write_grades
from course_grading.texts import one_line

__all__ = ["main", "options"]

EPILOG = """
Files written to OUT: results/ (a file for each submission), grades.csv, diagnoses.csv,
class.html, and feedback/STUDENT.html. The same command continues a run that was stopped: only
submissions that are new or have changed are graded.
"""


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
    add("submitted", type=Path, help="folder of STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb")
    add("--out", type=Path, default=Path("graded"), help="folder of the results (default: graded)")
    add("--gradebook", type=Path, metavar="DB", help="write points into this nbgrader database")
    add("--again", action="store_true", help="also grade submissions that have a result")
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
    except (OSError, NoProtection, GradebookError, ImportError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. What was graded is kept: the same command goes on from here.")
        return 130
    return 0


def _run(settings):
    submissions, remarks = find_submissions(settings.submitted)
    settings.out.mkdir(parents=True, exist_ok=True)
    if settings.scheduler is None:
        open_sandbox(settings.unprotected)
    limits = Limits(seconds=settings.seconds, memory=settings.memory << 20)
    started = time.perf_counter()
    graded = grade_class(
        submissions,
        settings.out,
        limits=limits,
        unprotected=settings.unprotected,
        jobs=settings.jobs,
        scheduler=settings.scheduler,
        again=settings.again,
    )
    seconds = time.perf_counter() - started
    results = load_results(submissions, settings.out)
    for line in [*remarks, *_incidents(results)]:
        print(one_line(line))
    _write(results, settings)
    pace = f", {60 * graded / seconds:.0f} a minute" if graded else ""
    before = len(submissions) - graded
    noun = "submission" if graded == 1 else "submissions"
    print(f"{graded} {noun} graded in {seconds:.1f} s{pace}; {before} had a result before.")
    print(f"See {settings.out}: grades.csv, diagnoses.csv, class.html, feedback/.")


def _write(results, settings):
    out = settings.out
    rows = rows_of(results)
    write_grades(results, out / "grades.csv")
    write_diagnoses(rows, out / "diagnoses.csv")
    write_class_page(results, rows, out / "class.html")
    write_student_pages(results, out / "feedback")
    if settings.gradebook is not None:
        count = write_to_gradebook(results, settings.gradebook)
        print(f"The points of {count} submissions are in {settings.gradebook.name}.")


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
