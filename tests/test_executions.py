"""Each notebook with the solutions, with wrong answers, and blank: what its checks then say.

Set-up, answer and check cells run by themselves; the slow test at the end runs all cells. That
they run in a kernel is what nbval sees, and for nbgrader tests/classroom.
"""

import ast

import IPython.display
import ipywidgets
import matplotlib
import matplotlib.pyplot as plt
import pytest
from notebook_files import PATHS, code_cells, read, tagged

from course_lib.exercises.contents import EXERCISES
from course_lib.exercises.engine.exercise import NotCorrect

matplotlib.use("agg")
each_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda p: p.name)


def right(exercise):
    return exercise.source()


def wrong(exercise):
    return exercise.source(exercise.mistakes[0].code)


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
        assert exercise.mistakes[0].sentence in repr(shown)


@each_notebook
def test_every_check_sees_the_blank_and_refuses_it_when_it_is_graded(path, monkeypatch):
    for exercise, shown in checked(path):
        assert repr(shown).startswith(f"○ Not started: {exercise.name}")
    monkeypatch.setenv("COURSE_GRADING", "1")
    for exercise, shown in checked(path):
        assert type(shown) is NotCorrect
        assert str(shown).startswith(f"○ Not started: {exercise.name}")


# ------------------------------------------------------------------ all cells, and all sliders


def ends(slider):
    """The smallest and the largest value of a slider."""
    if isinstance(slider, ipywidgets.SelectionSlider):
        return slider.options[0], slider.options[-1]
    if isinstance(slider, ipywidgets.FloatLogSlider):
        return slider.base**slider.min, slider.base**slider.max
    return slider.min, slider.max


def every_end(draw, **sliders):
    """Replacement of `interact`: call `draw` at all combinations of the ends of its sliders."""
    corners = [{}]
    for name, slider in sliders.items():
        corners = [{**corner, name: end} for corner in corners for end in ends(slider)]
    for corner in corners:
        draw(**corner)
    every_end.calls += len(corners)


def blank(exercise):
    return f"def {exercise.name}(*arguments):\n    ..."


@pytest.mark.slow
@each_notebook
def test_whatever_the_answers_only_their_checks_raise_and_every_slider_draws(path, monkeypatch):
    """Plain Python runs all cells, with right, wrong and blank answers in turn."""
    every_end.calls = 0
    monkeypatch.setenv("COURSE_GRADING", "1")
    monkeypatch.setattr(ipywidgets, "interact", every_end)
    monkeypatch.setattr(IPython.display, "display", lambda *things, **options: None)
    notebook, namespace, turns = read(path), {"__name__": "__notebook__"}, {}
    with plt.rc_context():
        for cell in code_cells(notebook):
            key = cell.metadata.get("exercise")
            if cell in tagged(notebook, "exercise"):
                turns[key] = (right, wrong, blank)[len(turns) % 3]
                cell.source = turns[key](EXERCISES[key])
            if cell in tagged(notebook, "check") and turns[key] is not right:
                with pytest.raises(NotCorrect):
                    value_of(cell, namespace)
            else:
                value_of(cell, namespace)
    assert every_end.calls >= 2 and turns
