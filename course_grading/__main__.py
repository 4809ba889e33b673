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
from course_grading.sandbox import NoProtection, open_box
from course_grading.tables import write_diagnoses, write_grades
from course_grading.texts import one_line

__all__ = ["main", "options"]

AFTER = """
Under OUT are written: results/ (a file for each submission), grades.csv, diagnoses.csv,
class.html, and feedback/STUDENT.html. A run that was stopped goes on where it was when it is
called again; a submission that changed is graded again, the others are not.
"""


def options():
    """The command's options, with their help."""
    limits = Limits()
    parser = argparse.ArgumentParser(
        prog="python -m course_grading",
        description="Grade a class: run each answer apart, in a box with limits, and judge here.",
        epilog=AFTER,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("submitted", type=Path, help="folder with STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb under it")
    add("--out", type=Path, default=Path("graded"), help="where results go (default: graded)")
    add("--gradebook", type=Path, metavar="DB", help="write points into this nbgrader database")
    add("--again", action="store_true", help="grade everything again, also what has a result")
    add("--jobs", type=int, default=-1, metavar="N", help="processes (default: one per core)")
    add("--scheduler", metavar="ADDRESS", help="use a Dask cluster, such as tcp://host:8786")
    add("--seconds", type=float, default=limits.seconds, metavar="S",
        help=f"time for each answer (default: {limits.seconds:g})")  # fmt: skip
    add("--memory", type=int, default=limits.memory >> 20, metavar="MB",
        help=f"memory for each answer (default: {limits.memory >> 20})")  # fmt: skip
    add("--unprotected", action="store_true",
        help="do without bubblewrap: only for a class that you trust")  # fmt: skip
    return parser


def main(arguments=None):
    """Grade, write everything, and say in a few lines what happened; 0 if all went well."""
    wanted = options().parse_args(arguments)
    try:
        _run(wanted)
    except (OSError, NoProtection, GradebookError, ImportError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. What was graded is kept: the same command goes on from here.")
        return 130
    return 0


def _run(wanted):
    submissions, remarks = find_submissions(wanted.submitted)
    wanted.out.mkdir(parents=True, exist_ok=True)
    if wanted.scheduler is None:
        open_box(wanted.unprotected)
    limits = Limits(seconds=wanted.seconds, memory=wanted.memory << 20)
    started = time.perf_counter()
    graded = grade_class(
        submissions,
        wanted.out,
        limits=limits,
        unprotected=wanted.unprotected,
        jobs=wanted.jobs,
        scheduler=wanted.scheduler,
        again=wanted.again,
    )
    seconds = time.perf_counter() - started
    results = load_results(submissions, wanted.out)
    for line in [*remarks, *_incidents(results)]:
        print(one_line(line))
    _write(results, wanted)
    pace = f", {60 * graded / seconds:.0f} a minute" if graded else ""
    before = len(submissions) - graded
    what = "submission" if graded == 1 else "submissions"
    print(f"{graded} {what} graded in {seconds:.1f} s{pace}; {before} had a result before.")
    print(f"See {wanted.out}: grades.csv, diagnoses.csv, class.html, feedback/.")


def _write(results, wanted):
    out = wanted.out
    rows = rows_of(results)
    write_grades(results, out / "grades.csv")
    write_diagnoses(rows, out / "diagnoses.csv")
    write_class_page(results, rows, out / "class.html")
    write_student_pages(results, out / "feedback")
    if wanted.gradebook is not None:
        count = write_to_gradebook(results, wanted.gradebook)
        print(f"Points written into {wanted.gradebook.name}, of {count} in all.")


def _incidents(results):
    """A line for each submission that could not be read, and each answer that was not judged."""
    for result in results:
        whose = f"{result.student}/{result.assignment}"
        yield from (f"{whose}: {remark}" for remark in result.remarks)
        for mark in () if result.remarks else result.marks:
            if mark.outcome in (STOPPED, NOT_GRADED):
                yield f"{whose}: {mark.exercise.partition('.')[2]}: {mark.diagnosis}"


if __name__ == "__main__":
    sys.exit(main())
