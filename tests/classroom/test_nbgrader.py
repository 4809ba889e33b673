"""The commands of nbgrader, from the notebooks to the points of four submissions each."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from handed_in import EXERCISES, NAMES, answer_cells, as_bytes, hand_in, notebook, right, wrong

from course_grading import __main__ as command
from course_grading import handout
from course_grading.sandbox import NoProtection, open_sandbox

Gradebook = pytest.importorskip("nbgrader.api").Gradebook
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="nbgrader's exchange needs Linux or macOS"),
]

COURSE = "neural_networks_from_scratch"
FILLS = {
    "right": right,
    "wrong": wrong,
    "blank": lambda exercise: None,
    "crashing": lambda exercise: "raise RuntimeError('no idea')",
}


def nbgrader(folder, *arguments):
    """Run a command of nbgrader in a folder, with `alembic` on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments], cwd=folder, capture_output=True,
        text=True, env={**os.environ, "PATH": path}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def exchange(tmp_path):
    folder = tmp_path / "exchange"
    folder.mkdir()
    folder.chmod(0o777)
    return folder


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "a course"
    handout.write_nbgrader_course(folder)
    return folder


def filled(released, fill):
    """A released notebook with answers."""
    content = json.loads(json.dumps(released))
    for cell in answer_cells(content):
        answer = fill(EXERCISES[cell["metadata"]["exercise"]])
        cell["source"] = cell["source"] if answer is None else answer
    return content


@pytest.mark.parametrize("name", NAMES)
def test_an_assignment_is_made_of_every_notebook(name, course):
    """Its blanks are there, its points are those of the exercises; nothing is run for it."""
    nbgrader(course, "generate_assignment", name)
    released = json.loads((course / "release" / name / f"{name}.ipynb").read_text("utf-8"))
    blanks = ["".join(cell["source"]) for cell in answer_cells(notebook(name))]
    assert ["".join(cell["source"]) for cell in answer_cells(released)] == blanks
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        assert book.find_assignment(name).max_score == stars_of(name)


def stars_of(name):
    return sum(e.stars for e in EXERCISES.values() if e.key.startswith(f"ch{name[:2]}."))


# Grading runs each notebook four times; what differs between notebooks the kernels of
# test_executions see as well, so one notebook goes all the way here, and each in `make test-again`.
ONE = NAMES[1]
OTHERS = [pytest.param(name, marks=pytest.mark.robust) for name in NAMES if name != ONE]


@pytest.mark.parametrize("name", [ONE, *OTHERS])
def test_four_submissions_get_exactly_their_points(name, course, exchange):
    nbgrader(course, "generate_assignment", name)
    released = json.loads((course / "release" / name / f"{name}.ipynb").read_text("utf-8"))
    nbgrader(course, "release_assignment", name, f"--Exchange.root={exchange}")
    inbound = exchange / COURSE / "inbound"
    for student, fill in FILLS.items():
        folder = inbound / f"{student}+{name}+2026-01-01 00:00:00 UTC+secret"
        folder.mkdir()
        (folder / f"{name}.ipynb").write_bytes(as_bytes(filled(released, fill)))
        (folder / "timestamp.txt").write_text("2026-01-01 00:00:00 UTC")
    nbgrader(course, "collect", name, f"--Exchange.root={exchange}")
    log = nbgrader(course, "autograde", name)
    assert "timeout" not in log.lower()
    stars = stars_of(name)
    expected = {"right": stars, "wrong": 0, "blank": 0, "crashing": 0}
    assert exported(course) == expected
    nbgrader(course, "generate_feedback", name)
    for student in FILLS:
        assert (course / "feedback" / student / name / f"{name}.html").stat().st_size > 10_000
    grade_with_ours(course, stars)


def exported(course):
    """Points by student, as nbgrader exports them."""
    nbgrader(course, "export")
    with open(course / "grades.csv", encoding="utf-8", newline="") as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


def grade_with_ours(course, stars):
    """Grade with `make grade` into the same gradebook, with two students exchanged."""
    try:
        open_sandbox()
    except NoProtection:
        return
    submitted = course / "submitted"
    (submitted / "right").rename(submitted / "aside")
    (submitted / "wrong").rename(submitted / "right")
    (submitted / "aside").rename(submitted / "wrong")
    book = course / "gradebook.db"
    arguments = [submitted, "--out", course / "graded", "--gradebook", book]
    assert command.main([str(argument) for argument in arguments]) == 0
    assert exported(course) == {"right": 0, "wrong": stars, "blank": 0, "crashing": 0}


def test_students_fetch_and_submit(course, exchange, tmp_path):
    name = NAMES[0]
    at = f"--Exchange.root={exchange}"
    nbgrader(course, "generate_assignment", name)
    nbgrader(course, "release_assignment", name, at)
    desk = tmp_path / "desk"
    desk.mkdir()
    nbgrader(desk, "fetch_assignment", name, "--course", COURSE, at)
    path = desk / name / f"{name}.ipynb"
    path.write_bytes(as_bytes(filled(json.loads(path.read_text("utf-8")), right)))
    nbgrader(desk, "submit", name, "--course", COURSE, at, "--student=ada")
    nbgrader(course, "collect", name, at)
    assert (course / "submitted" / "ada" / name / f"{name}.ipynb").read_bytes() == path.read_bytes()


def test_a_gradebook_that_does_not_fit_gets_a_sentence(course, capsys):
    try:
        open_sandbox()
    except NoProtection as error:
        pytest.skip(str(error))
    hand_in(course / "submitted", "ada", NAMES[1], notebook(NAMES[1]))
    book = course / "gradebook.db"
    arguments = [course / "submitted", "--out", course / "graded", "--gradebook", book]
    arguments = [str(argument) for argument in arguments]
    assert command.main(arguments) == 1
    assert "`nbgrader generate_assignment` makes it" in capsys.readouterr().err
    nbgrader(course, "generate_assignment", NAMES[0])
    assert command.main(arguments) == 1
    assert f"does not know {NAMES[1]}" in capsys.readouterr().err
