"""CSV files for a spreadsheet: grades, and counts of diagnoses."""

import csv
import io

from course_lib.storage import whole_file

__all__ = ["write_diagnoses", "write_grades"]


def write_grades(results, path):
    """Write a row for each student, with the points of each submitted notebook and their sum."""
    assignments = sorted({result.assignment for result in results})
    points = {(result.student, result.assignment): result.points for result in results}
    max_points = sum({r.assignment: r.max_points for r in results}.values())
    rows = [["student", *assignments, "total", "of"]]
    for student in sorted({result.student for result in results}):
        own = [points.get((student, assignment), "") for assignment in assignments]
        rows.append([student, *own, sum(number for number in own if number != ""), max_points])
    _write(rows, path)


def write_diagnoses(rows, path):
    """Write a line for each `Row`: exercise, outcome, diagnosis, number of students."""
    names = ("assignment", "exercise", "stars", "outcome", "diagnosis", "students")
    _write([names, *([getattr(row, name) for name in names] for row in rows)], path)


def _write(rows, path):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[_as_text(cell) for cell in row] for row in rows])
    with whole_file(path) as file:
        file.write(text.getvalue().encode("utf-8-sig"))  # so that spreadsheets read it as UTF-8


def _as_text(cell):
    """The cell, quoted if a spreadsheet would take it for a formula."""
    return (
        f"'{cell}"
        if isinstance(cell, str) and cell.lstrip().startswith(("=", "+", "-", "@"))
        else cell
    )
