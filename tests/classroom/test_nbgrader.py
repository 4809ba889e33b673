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
from course_grading.gradebook import open_book
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
    assert command.main([str(course)]) == 0
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


# ------------------------------------------------------------------ a class in real life

PENALTY = """
from nbgrader.plugins import LateSubmissionPlugin
class APointADay(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late // 86400
c.AssignLatePenalties.plugin_class = APointADay
"""


@pytest.fixture
def book(course):
    """A class of four: ada is two days late, bob in time, carl hands in nothing, dora a PDF."""
    try:
        open_sandbox()
    except NoProtection as error:
        pytest.skip(str(error))
    with open(course / "nbgrader_config.py", "a", encoding="utf-8") as file:
        file.write(PENALTY)
    with open_book(course) as opened:
        gradebook = opened.gradebook
        for name in ("ada", "bob", "carl", "dora"):
            gradebook.add_student(
                name, first_name=name.title(), last_name="Last", lms_user_id=f"77{name}"
            )
        gradebook.add_assignment(ONE, duedate="2026-01-01 12:00:00 UTC")
    for student, day, content in (
        ("ada", 3, as_bytes(notebook(ONE, right))),
        ("bob", 1, as_bytes(notebook(ONE, wrong))),
        ("dora", 1, b"%PDF"),
    ):
        path = hand_in(course / "submitted", student, ONE, content)
        path.with_name("timestamp.txt").write_text(f"2026-01-0{day} 12:00:00 UTC")
    return course


def rows(course):
    with open(course / "graded" / "grades.csv", encoding="utf-8-sig", newline="") as file:
        return {row["SIS User ID"]: row for row in csv.DictReader(file)}


def grade(course, *options):
    assert command.main([str(course), *options]) == 0
    return rows(course)


def give(course, student, exercise, points, comment):
    """Give points and a comment by hand, as Formgrader does."""
    name = exercise.replace(".", "-").replace("_", "-")
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        gradebook.find_grade(f"{name}-check", ONE, ONE, student).manual_score = points
        gradebook.find_comment(name, ONE, ONE, student).manual_comment = comment
        gradebook.db.commit()


def test_a_roster_a_late_hand_in_a_correction_and_another_grading(book, capsys):
    stars = stars_of(ONE)
    found = grade(book)
    assert {name: row[ONE] for name, row in found.items()} == {
        "ada": str(stars - 2), "bob": "0", "carl": "", "dora": ""}  # fmt: skip
    assert found["carl"]["Student"] == "Last, Carl" and found["carl"]["ID"] == "77carl"
    assert exported(book) == {"ada": stars - 2, "bob": 0, "carl": 0, "dora": 0}
    page = (book / "graded" / "class.html").read_text("utf-8")
    assert f"{ONE}: 2 graded, {(stars - 2) / 2:.1f} of {stars} points" in page
    assert "Nothing handed in: carl." in page and "dora: could not be read" in page
    assert "It was late: 2 points less" in feedback(book, "ada")

    give(book, "bob", "ch01.majority", 0.5, "Nearly: look at the sign.")
    capsys.readouterr()
    for options in ((), ("--exercise", "majority"), ("--student", "bob"), ("--again",)):
        assert grade(book, *options)["bob"][ONE] == "0.5"
        assert "→" not in capsys.readouterr().out
    assert exported(book)["bob"] == 0.5
    assert "0.5 of 2 (given by hand)" in feedback(book, "bob")
    assert "Nearly: look at the sign." in feedback(book, "bob")

    hand_in(book / "submitted", "bob", ONE, notebook(ONE, right))
    assert grade(book)["bob"][ONE] == str(
        stars - 2 + 0.5
    )  # the two points of majority stay by hand
    assert "bob/01_gates_and_xor: not_gate: 0 (not yet) → 1 (correct)" in capsys.readouterr().out


def feedback(course, student):
    return (course / "graded" / "feedback" / f"{student}.html").read_text("utf-8")


def test_formgrader_and_its_feedback_see_what_was_graded(book):
    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    grade(book)
    config = Config()
    config.CourseDirectory.root = str(book)
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    assert api.get_autograded_students(ONE) == {"ada", "bob"}
    states = {s["student"]: s for s in api.get_submissions(ONE)}
    assert states["ada"]["autograded"] and not states["ada"]["needs_manual_grade"]
    assert states["ada"]["code_score"] == stars_of(ONE)
    nbgrader(book, "generate_feedback", ONE)
    page = (book / "feedback" / "bob" / ONE / f"{ONE}.html").read_text("utf-8")
    sentence = EXERCISES["ch01.not_gate"].mistakes[0].sentence
    assert sentence.split("`")[0].replace("'", "&#39;")[:30] in page.replace("&#x27;", "&#39;")


def test_a_renamed_student_leaves_no_page(book):
    grade(book)
    (book / "submitted" / "bob").rename(book / "submitted" / "robert")
    nbgrader(book, "db", "student", "remove", "bob", "--force")
    assert set(grade(book)) == {"ada", "carl", "dora", "robert"}
    pages = {path.stem for path in (book / "graded" / "feedback").iterdir()}
    assert pages == {"ada", "dora", "robert"}


def test_what_the_options_do_not_find_is_said(book, capsys):
    for options, words in (
        (["--exercise", "nothing"], "There is no exercise 'nothing'"),
        (["--student", "nobody"], "Nothing that was handed in fits"),
    ):
        assert command.main([str(book), *options]) == 1
        assert words in capsys.readouterr().err


def test_lost_metadata_is_restored_for_formgrader(book):
    """Cells that came without their names are shown as those of their exercises, and once."""
    content = notebook(ONE, right)
    for cell in content["cells"]:
        cell["metadata"] = {}
    content["cells"].append(answer_cells(notebook(ONE, right))[0])
    hand_in(book / "submitted", "ada", ONE, content)
    assert grade(book)["ada"][ONE] == str(stars_of(ONE) - 2)
    path = book / "autograded" / "ada" / ONE / f"{ONE}.ipynb"
    cells = json.loads(path.read_text("utf-8"))["cells"]
    names = [c["metadata"]["nbgrader"]["grade_id"] for c in cells if "nbgrader" in c["metadata"]]
    assert sorted(names) == sorted(set(names)) and len(names) == 2 * len(
        answer_cells(notebook(ONE))
    )
