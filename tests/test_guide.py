"""The instructor's guide: its table of exercises is that of the definitions, its names exist."""

import re

import exercise_tables
from notebook_files import PATHS, ROOT, read, text_cells

from course_lib.exercises.overview import CHAPTERS, exercises_of
from course_lib.grading.__main__ import options as grading_options
from course_lib.grading.job import Limits
from course_lib.grading.walls import FOLDER_BYTES

GUIDE = (ROOT / "docs" / "instructors.md").read_text("utf-8")
GRADING = (ROOT / "docs" / "grading.md").read_text("utf-8")
NAMES = {exercise.name for chapter in CHAPTERS for exercise in exercises_of(chapter)}


def test_the_page_of_exercises_is_up_to_date():
    assert exercise_tables.PAGE.read_text("utf-8") == exercise_tables.page(), "run make guide"


def test_every_exercise_and_every_sentence_is_on_it():
    page = exercise_tables.page()
    for chapter in CHAPTERS:
        for exercise in exercises_of(chapter):
            assert f"### {exercise.name} {'★' * exercise.stars}\n" in page
            assert all(f"- {wrong.sentence}" in page for wrong in exercise.misconceptions)


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
    said = grading_options().format_help()
    assert all(option in said for option in re.findall(r"--[a-z]+", GRADING) if option != "--help")


def test_the_page_on_grading_says_what_is_true():
    limits = Limits()
    everything = sum(exercise.stars for c in CHAPTERS for exercise in exercises_of(c))
    for text in (
        f"{everything} in all",
        f"{limits.seconds:g} seconds, {limits.processes} processes",
        f"{limits.memory >> 20} MB",
        f"{limits.file >> 20} MB a file, {limits.reply >> 20} MB returned",
        f"one empty folder of {FOLDER_BYTES >> 20} MB",
        f"0 of {sum(exercise.stars for exercise in exercises_of(CHAPTERS[1]))} points",
    ):
        assert text in GRADING, text
