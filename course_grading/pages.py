"""HTML pages: feedback for each student, and an overview of the class."""

import base64
import io
from itertools import groupby

import matplotlib.style
from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup
from matplotlib.figure import Figure

from course_grading.marking import OUTCOMES
from course_grading.outcomes import count_outcomes
from course_lib.exercises.engine.cards import as_html
from course_lib.plotting import plot_outcomes
from course_lib.storage import whole_file

__all__ = ["write_class_page", "write_student_pages"]

SIGNS = dict(zip(OUTCOMES, "✓✗✗○○", strict=True))


def write_student_pages(results, folder):
    """Write folder/STUDENT.html for each student."""
    folder.mkdir(parents=True, exist_ok=True)
    template = _templates().get_template("student.html.j2")
    for student, group in groupby(sorted(results, key=_by_student), key=lambda r: r.student):
        own = list(group)
        page = template.render(
            student=student,
            results=own,
            points=sum(result.points for result in own),
            max_points=sum(result.max_points for result in own),
            signs=SIGNS,
        )
        _write(folder / f"{student}.html", page)


def write_class_page(results, rows, path):
    """Write the page of the class: a figure and a table of diagnoses for each notebook."""
    students = len({result.student for result in results})
    template = _templates().get_template("class.html.j2")
    parts = [
        _assignment(name, [r for r in results if r.assignment == name], list(group))
        for name, group in groupby(rows, key=lambda row: row.assignment)
    ]
    _write(path, template.render(students=students, assignments=parts))


def _by_student(result):
    return result.student, result.assignment


def _assignment(name, results, rows):
    stars = {row.exercise: row.stars for row in rows}
    counts = count_outcomes(rows, list(stars))
    return {
        "name": name,
        "submissions": len(results),
        "mean": sum(result.points for result in results) / len(results),
        "max_points": results[0].max_points,
        "figure": _figure(
            [f"{key.partition('.')[2]} {'★' * n}" for key, n in stars.items()], counts
        ),
        "alt": _alt_text(list(stars), counts),
        "rows": [row for row in rows if row.outcome not in ("correct", "not started")],
    }


def _figure(names, counts):
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
