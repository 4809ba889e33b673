"""HTML pages: feedback for each student, and an overview of the class."""

import base64
import io
from itertools import groupby

import matplotlib.style
from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup
from matplotlib.figure import Figure

from course_grading.marking import OUTCOMES
from course_grading.outcomes import count_outcomes, told, unnamed
from course_grading.submission import grade_id
from course_lib.exercises.contents import EXERCISES
from course_lib.exercises.engine.cards import as_html
from course_lib.plotting import plot_outcomes
from course_lib.storage import whole_file

__all__ = ["write_class_page", "write_student_pages"]

MAX_UNNAMED = 5  # answers without a named mistake that are shown for each notebook
SIGNS = dict(zip(OUTCOMES, "✓✗✗○○", strict=True))


def write_student_pages(results, grades, folder):
    """Write folder/STUDENT.html for each student with a result; remove the pages of others.

    `grades` is a dict from pairs of a student and an assignment to a `Grade`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    template = _templates().get_template("student.html.j2")
    students = set()
    for student, group in groupby(sorted(results, key=_by_student), key=lambda r: r.student):
        own = [_with_grade(result, grades) for result in group]
        page = template.render(
            student=student,
            submissions=own,
            points=sum(s["grade"].total for s in own if s["grade"]),
            max_points=sum(s["result"].max_points for s in own if s["grade"]),
            signs=SIGNS,
        )
        _write(folder / f"{student}.html", page)
        students.add(student)
    for path in folder.glob("*.html"):
        if path.stem not in students:
            path.unlink()


def write_class_page(students, results, grades, rows, path):
    """Write the page of the class: for each notebook its state, a figure, and its diagnoses.

    `students` are the ids on the roster, `grades` as for `write_student_pages`, `rows` the
    diagnoses as `rows_of` counts them.
    """
    template = _templates().get_template("class.html.j2")
    diagnoses = {name: list(group) for name, group in groupby(rows, key=lambda r: r.assignment)}
    results = sorted(results, key=lambda r: (r.assignment, r.student))
    parts = [
        _assignment(name, list(group), grades, diagnoses.get(name, []), students)
        for name, group in groupby(results, key=lambda r: r.assignment)
    ]
    unprotected = sum(not result.protected for result in results)
    page = template.render(students=len(students), assignments=parts, unprotected=unprotected)
    _write(path, page)


def _by_student(result):
    return result.student, result.assignment


def _with_grade(result, grades):
    """A submission for the template: its result, its grade or None, and what each mark counts."""
    grade = grades.get((result.student, result.assignment))
    marks = []
    for mark in result.marks:
        name = grade_id(EXERCISES[mark.exercise])
        marks.append(
            {
                "mark": mark,
                "points": grade.points.get(f"{name}-check", 0) if grade else mark.points,
                "by_hand": grade is not None and f"{name}-check" in grade.by_hand,
                "comment": grade.comments.get(name, "") if grade else "",
            }
        )
    return {"result": result, "grade": grade, "marks": marks}


def _assignment(name, results, grades, rows, students):
    graded = [result for result in results if not result.remarks]
    totals = [grade.total for (_, assignment), grade in grades.items() if assignment == name]
    stars = {mark.exercise: mark.stars for result in graded for mark in result.marks}
    counts = count_outcomes(rows, list(stars))
    wrong, named = told(results)
    handed_in = {result.student for result in results}
    return {
        "name": name,
        "graded": len(totals),
        "mean": sum(totals) / len(totals) if totals else 0,
        "max_points": results[0].max_points,
        "missing": sorted(set(students) - handed_in - {s for s, a in grades if a == name}),
        "unreadable": [(r.student, r.remarks[0]) for r in results if r.remarks],
        "figure": stars and _figure(stars, counts),
        "alt": _alt_text(list(stars), counts),
        "wrong": wrong,
        "named": named,
        "unnamed": unnamed(results)[:MAX_UNNAMED],
        "rows": [row for row in rows if row.outcome not in ("correct", "not started")],
    }


def _figure(stars, counts):
    names = [f"{key.partition('.')[2]} {'★' * n}" for key, n in stars.items()]
    with matplotlib.style.context("course_lib.plotting.course"):
        figure = Figure(figsize=(8, 1.1 + 0.36 * len(names)))
        plot_outcomes(names, counts, ax=figure.subplots())
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=120, metadata={"Software": None})
    return base64.b64encode(buffer.getvalue()).decode()


def _alt_text(exercises, counts):
    parts = [
        f"{exercise}: " + ", ".join(f"{n[i]} {outcome}" for outcome, n in counts.items() if n[i])
        for i, exercise in enumerate(exercises)
    ]
    return f"A bar for each exercise, cut into its outcomes. {'; '.join(parts)}."


def _templates():
    environment = Environment(
        loader=PackageLoader("course_grading"),
        autoescape=select_autoescape(["html.j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["sentence"] = lambda text: Markup(as_html(text))
    return environment


def _write(path, page):
    with whole_file(path) as file:
        file.write(page.encode())
