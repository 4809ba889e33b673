"""Each notebook with the solutions, with wrong answers, and blank: what its checks then say.

Here set-up, answer and check cells run, in this process; the slow tests at the end run all
cells in a kernel, as a student and nbgrader do.
"""

import ast
import os

import matplotlib.pyplot as plt
import pytest
from execute import client_for
from notebook_files import PATHS, code_cells, output_text, read, tagged

from course_lib.exercises.contents import EXERCISES
from course_lib.exercises.engine.exercise import NotCorrect

each_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda p: p.name)


def right(exercise):
    return exercise.source()


def wrong(exercise):
    return exercise.source(exercise.misconceptions[0].code)


# ------------------------------------------------------------------ the cells that checks need


def is_set_up(cell):
    """Is it the set-up cell, or does it do nothing but import?"""
    imports = (ast.Import, ast.ImportFrom)
    return cell.id == "setup" or all(isinstance(s, imports) for s in ast.parse(cell.source).body)


def value_of(cell, namespace):
    """Run a cell as a kernel does: what its last line is worth is what it shows."""
    tree = ast.parse(cell.source)
    last = ast.Expression(tree.body.pop().value) if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, cell.id, "exec"), namespace)
    return last and eval(compile(last, cell.id, "eval"), namespace)


def checked(path, fill=None):
    """(exercise, what its check shows, or the error that it raises) for each check cell."""
    notebook, namespace, found = read(path), {"__name__": "__main__"}, []
    with plt.rc_context():
        for cell in code_cells(notebook):
            if cell in tagged(notebook, "exercise"):
                if fill is not None:
                    cell.source = fill(EXERCISES[cell.metadata.exercise])
                value_of(cell, namespace)
            elif cell in tagged(notebook, "check"):
                try:
                    shown = value_of(cell, namespace)
                except NotCorrect as error:
                    shown = error
                found.append((EXERCISES[cell.metadata.exercise], shown))
            elif is_set_up(cell):
                value_of(cell, namespace)
    assert len(found) == len(tagged(notebook, "exercise")) > 0
    return found


@each_notebook
def test_every_check_accepts_the_solution(path, monkeypatch):
    monkeypatch.setenv("COURSE_GRADING", "1")
    for exercise, shown in checked(path, right):
        assert repr(shown).startswith(f"✓ Correct: {exercise.name}")


@each_notebook
def test_every_check_says_what_is_wrong(path):
    for exercise, shown in checked(path, wrong):
        assert repr(shown).startswith(f"✗ Not yet: {exercise.name}")
        assert exercise.misconceptions[0].sentence in repr(shown)


@each_notebook
def test_every_check_sees_the_blank_and_refuses_it_when_it_is_graded(path, monkeypatch):
    for exercise, shown in checked(path):
        assert repr(shown).startswith(f"○ Not started: {exercise.name}")
    monkeypatch.setenv("COURSE_GRADING", "1")
    for exercise, shown in checked(path):
        assert type(shown) is NotCorrect
        assert str(shown).startswith(f"○ Not started: {exercise.name}")


# ------------------------------------------------------------------ all cells, in a kernel


def executed(path, folder, fill=None, grading=False):
    """Run a notebook in `folder`, its answer cells filled by `fill(exercise)`."""
    notebook = read(path)
    for cell in tagged(notebook, "exercise"):
        if fill is not None:
            cell.source = fill(EXERCISES[cell.metadata.exercise])
    os.environ["COURSE_GRADING"] = "1" if grading else "0"  # the fixture of conftest takes it away
    client_for(notebook, folder, allow_errors=grading and fill is None).execute()
    return notebook


def points(notebook):
    """What nbgrader would give: the points of each check cell that raised nothing."""
    return sum(
        cell.metadata.nbgrader.points
        for cell in tagged(notebook, "check")
        if all(output.output_type != "error" for output in cell.outputs)
    )


def all_points(notebook):
    return sum(cell.metadata.nbgrader.points for cell in tagged(notebook, "check"))


@pytest.mark.slow
@each_notebook
def test_solved_every_check_is_correct_and_earns_all_points(path, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_GRADING", "1")
    notebook = executed(path, tmp_path, right, grading=True)
    for check in tagged(notebook, "check"):
        assert output_text(check).strip().startswith("✓ Correct"), check.id
    assert points(notebook) == all_points(notebook) > 0


@pytest.mark.slow
@each_notebook
def test_wrong_every_check_says_what_is_wrong(path, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_GRADING", "0")
    notebook = executed(path, tmp_path, wrong)
    for check in tagged(notebook, "check"):
        text = output_text(check).strip()
        sentence = EXERCISES[check.metadata.exercise].misconceptions[0].sentence
        assert text.startswith("✗ Not yet") and sentence in text, check.id


@pytest.mark.slow
@each_notebook
def test_blank_it_earns_nothing_and_nothing_else_breaks(path, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_GRADING", "1")
    notebook = executed(path, tmp_path, grading=True)
    assert points(notebook) == 0
    for cell in notebook.cells:
        errors = [o for o in cell.get("outputs", []) if o.output_type == "error"]
        assert bool(errors) == (cell in tagged(notebook, "check")), cell.id
        assert all(error.ename == "NotCorrect" for error in errors)
