"""Each notebook in a real kernel: with the solutions, with wrong answers, and graded."""

import os

import pytest
from execute import client_for
from notebook_files import PATHS, output_text, read, tagged

from course_lib.exercises.contents import EXERCISES

each_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda p: p.name)


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


@each_notebook
def test_solved_every_check_is_correct_and_earns_all_points(path, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_GRADING", "1")
    notebook = executed(path, tmp_path, lambda exercise: exercise.source(), grading=True)
    for check in tagged(notebook, "check"):
        assert output_text(check).strip().startswith("✓ Correct"), check.id
    assert points(notebook) == all_points(notebook) > 0


@each_notebook
def test_wrong_every_check_says_what_is_wrong(path, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_GRADING", "0")
    notebook = executed(path, tmp_path, lambda e: e.source(e.misconceptions[0].code))
    for check in tagged(notebook, "check"):
        text = output_text(check).strip()
        sentence = EXERCISES[check.metadata.exercise].misconceptions[0].sentence
        assert text.startswith("✗ Not yet") and sentence in text, check.id


@each_notebook
def test_blank_it_earns_nothing_and_nothing_else_breaks(path, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_GRADING", "1")
    notebook = executed(path, tmp_path, grading=True)
    assert points(notebook) == 0
    for cell in notebook.cells:
        errors = [o for o in cell.get("outputs", []) if o.output_type == "error"]
        assert bool(errors) == (cell in tagged(notebook, "check")), cell.id
        assert all(error.ename == "NotCorrect" for error in errors)
