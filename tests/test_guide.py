"""The guides for instructors agree with the exercises, the commands and the limits."""

import re

import make_site
from notebook_files import PATHS, read, text_cells

from course_grading.__main__ import options as grading_options
from course_grading.bubblewrap import FOLDER_BYTES
from course_grading.job import Limits
from course_lib import ROOT
from course_lib.exercises.contents import CHAPTERS, EXERCISES, exercises_of

GUIDE = (ROOT / "docs" / "instructors.md").read_text("utf-8")
GRADING = (ROOT / "docs" / "grading.md").read_text("utf-8")
NAMES = {exercise.name for exercise in EXERCISES.values()}


def test_the_page_of_exercises_is_up_to_date():
    committed = make_site.EXERCISES_PAGE.read_text("utf-8")
    assert committed == make_site.exercises_page(), "run make guide"


def test_every_exercise_and_every_sentence_is_on_it():
    page = make_site.exercises_page()
    for chapter in CHAPTERS.values():
        for exercise in exercises_of(chapter):
            assert f"### {exercise.name} {'★' * exercise.stars}\n" in page
            assert all(f"- {wrong.sentence}" in page for wrong in exercise.mistakes)


def lesson(number):
    """The guide's lesson plan for a notebook."""
    return re.search(rf"^### {number} .*?(?=^###? )", GUIDE, re.M | re.S)[0]


def test_each_notebook_has_a_lesson_plan_that_fits_into_a_meeting():
    for path in PATHS:
        plan = lesson(path.name[:2])
        minutes = sum(map(int, re.findall(r"^\| (\d+) \|", plan, re.M)))
        assert 40 <= minutes <= 90, path.name
        for part in ("**Goal.**", "**Show live.**", "**Homework.**", "**They ask.**"):
            assert part in plan, (path.name, part)


def test_what_a_plan_names_is_in_its_notebook():
    for path in PATHS:
        plan, texts = lesson(path.name[:2]), text_cells(read(path))
        sections = {int(n) for cell in texts for n in re.findall(r"^## (\d+) ", cell.source, re.M)}
        ranges = re.findall(r"sections? (\d+)(?: (?:and|to) (\d+))?", plan)
        assert {int(n) for pair in ranges for n in pair if n} <= sections, path.name
        homework = re.search(r"\*\*Homework\.\*\*(.*)", plan)[1]
        assert set(re.findall(r"`(\w+)`", homework)) <= NAMES, path.name


def test_what_they_tell_to_type_exists():
    makefile = "".join((ROOT / f).read_text("utf-8") for f in ("Makefile", "tools/course.mk"))
    for target in set(re.findall(r"(?m)(?:`|^)make ([\w-]+)", GUIDE + GRADING)):
        assert re.search(rf"^[\w -]*\b{target}\b[\w -]*:", makefile, re.M), target
    ours = [line for line in GRADING.splitlines() if not line.startswith(("nbgrader", "jupyter"))]
    options = re.findall(r"--[a-z]+", re.sub(r"`nbgrader [^`]*`", "", "\n".join(ours)))
    assert set(options) - {"--help"} <= set(
        re.findall(r"--[a-z]+", grading_options().format_help())
    )


def test_the_page_on_grading_says_what_is_true():
    limits = Limits()
    points = sum(exercise.stars for exercise in exercises_of(CHAPTERS["01_gates_and_xor"]))
    everything = sum(exercise.stars for exercise in EXERCISES.values())
    for text in (
        f"{everything} in all",
        f"{limits.seconds:g} seconds, {limits.processes} processes",
        f"{limits.memory >> 20} MB",
        f"{limits.file >> 20} MB a file, {limits.reply >> 20} MB returned",
        f"one empty folder of {FOLDER_BYTES >> 20} MB",
        f"0 of {points} points",
    ):
        assert text in GRADING, text
