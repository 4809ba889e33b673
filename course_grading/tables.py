"""CSV files for a spreadsheet, grades and counts of diagnoses; and wrong answers as JSON."""

import csv
import io
import json

from course_lib.storage import whole_file

__all__ = ["write_diagnoses", "write_grades", "write_unnamed"]

# What Canvas asks for, in its order; Moodle asks which column is which.
IDENTITY = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")


def write_grades(students, grades, assignments, path):
    """Write a row for each student, with the points of each notebook and their sum.

    `students` are those on the roster, `grades` a dict from pairs of a student's id and an
    assignment to a `Grade`. A cell without a grade is empty: nothing was handed in, or it could
    not be read.
    """
    rows = [[*IDENTITY, *assignments, "total"]]
    for student in students:
        own = [grades.get((student.id, assignment)) for assignment in assignments]
        total = sum(grade.total for grade in own if grade is not None)
        points = ["" if grade is None else grade.total for grade in own]
        identity = (student.name, student.lms_user_id, student.id, student.id, "")
        rows.append([*identity, *points, total])
    _write(rows, path)


def write_diagnoses(rows, path):
    """Write a line for each `Row`: exercise, outcome, diagnosis, number of students."""
    names = ("assignment", "exercise", "stars", "outcome", "diagnosis", "students")
    _write([names, *([getattr(row, name) for name in names] for row in rows)], path)


def write_unnamed(answers, path):
    """Write wrong answers whose mistake was not named, as JSON that `diagnose` reads."""
    rows = [
        {"exercise": a.exercise, "code": a.answer, "right": False, "students": a.students}
        for a in answers
    ]
    with whole_file(path) as file:
        file.write(json.dumps(rows, ensure_ascii=False, indent=1).encode())


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
