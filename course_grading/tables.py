"""Tables for a spreadsheet: the grades, and what was said in each exercise."""

import csv
import io

from course_lib.storage import whole_file

__all__ = ["write_diagnoses", "write_grades"]


def write_grades(results, path):
    """A row for each student, a column for each notebook that anybody handed in, and the sum."""
    assignments = sorted({result.assignment for result in results})
    points = {(result.student, result.assignment): result.points for result in results}
    of = sum({result.assignment: result.of for result in results}.values())
    rows = [["student", *assignments, "total", "of"]]
    for student in sorted({result.student for result in results}):
        mine = [points.get((student, assignment), "") for assignment in assignments]
        rows.append([student, *mine, sum(number for number in mine if number != ""), of])
    _write(rows, path)


def write_diagnoses(rows, path):
    """A line for each `Row`: exercise, outcome, diagnosis, number of students."""
    names = ("assignment", "exercise", "stars", "outcome", "diagnosis", "students")
    _write([names, *([getattr(row, name) for name in names] for row in rows)], path)


def _write(rows, path):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[_as_text(cell) for cell in row] for row in rows])
    with whole_file(path) as file:
        file.write(text.getvalue().encode("utf-8-sig"))  # so that spreadsheets read it as UTF-8


def _as_text(cell):
    """A cell that no spreadsheet takes for a formula."""
    return (
        f"'{cell}"
        if isinstance(cell, str) and cell.lstrip().startswith(("=", "+", "-", "@"))
        else cell
    )
