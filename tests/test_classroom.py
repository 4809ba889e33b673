"""The student edition has no solutions; tests of nbgrader are in classroom/."""

import ast
import inspect
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from handed_in import EXERCISES, NAMES, hand_in, notebook
from hygiene import links
from notebook_files import PATHS, read

from course_grading import handout
from course_lib.exercises.contents import CHAPTERS, exercises_of

pytestmark = pytest.mark.slow

GATES = NAMES[1]


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a class") / "classroom"
    handout.main([str(folder)])
    return folder


# ------------------------------------------------------------------ the student edition


def solution_lines(exercise):
    """The statements of a solution without its docstring, as normalised source."""
    function = ast.parse(exercise.source()).body[0]
    return [ast.unparse(statement) for statement in function.body[1:]]


def test_no_solution_is_left_and_everything_else_is(classroom):
    exercises = classroom / "student" / "course_lib" / "exercises"
    for chapter in CHAPTERS.values():
        name = chapter.__name__.rpartition(".")[2]
        tree = ast.parse((exercises / f"{name}.py").read_text("utf-8"))
        functions = {f.name: f for f in tree.body if isinstance(f, ast.FunctionDef)}
        exercises_here = exercises_of(chapter)
        wrong_answers = {w.code.__name__ for e in exercises_here for w in e.mistakes}
        for exercise in exercises_here:
            function = functions[exercise.name]
            assert ast.get_docstring(function) == inspect.getdoc(exercise.answer)
            assert [ast.unparse(statement) for statement in function.body[1:]] == ["return ..."]
            for (
                name,
                helper,
            ) in functions.items():  # nor elsewhere, but as a wrong answer to another
                body = [ast.unparse(statement) for statement in helper.body]
                assert body != solution_lines(exercise) or name in wrong_answers


CHECKS = """
import json, sys
from course_grading import handout
from course_lib.exercises.contents import CHAPTERS, exercises_of
answers = json.load(sys.stdin)
verdicts = {}
for chapter in CHAPTERS.values():
    for exercise in exercises_of(chapter):
        assert "has no solutions" in repr(exercise.solution()), exercise.key
        assert exercise.hint(1) and exercise.verdict(...).outcome == "not started"
        space = dict(vars(chapter))
        exec(answers[exercise.key], space)
        codes = [space[exercise.name], *(mistake.code for mistake in exercise.mistakes)]
        checked = [exercise.verdict(code) for code in codes]
        verdicts[exercise.key] = [[v.outcome, v.sentence] for v in checked]
import course_lib
print(json.dumps([course_lib.__file__, verdicts]))
"""


def test_its_checks_say_what_those_of_the_course_say(classroom):
    answers = {key: exercise.source() for key, exercise in EXERCISES.items()}
    student = classroom / "student"
    done = subprocess.run(
        [sys.executable, "-c", CHECKS], cwd=student, input=json.dumps(answers), text=True,
        capture_output=True, env={**os.environ, "PYTHONPATH": str(student)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    place, verdicts = json.loads(done.stdout)
    assert Path(place).is_relative_to(student)
    for key, exercise in EXERCISES.items():
        expected = [["correct", exercise.lesson]]
        expected += [["not yet", wrong.sentence] for wrong in exercise.mistakes]
        assert verdicts[key] == expected


def test_it_holds_the_course_and_nothing_of_ours(classroom):
    names = zipfile.ZipFile(classroom / "student.zip").namelist()
    for name in ("README.md", "Makefile", "pyproject.toml", "tools/course.mk", "data/README.md",
                 f"notebooks/{GATES}.ipynb", "course_lib/plotting/course.mplstyle"):  # fmt: skip
        assert name in names
    unwanted = re.compile(r"tests/|grading|docs/|errata|__pycache__|progress|\.venv|\.git|ipynb_ch")
    found = [name for name in names if unwanted.search(name)]
    assert sorted(found) == ["docs/", "docs/notation.md", "docs/where_next.md"]
    for path in PATHS:
        handed_out = classroom / "student" / "notebooks" / path.name
        assert handed_out.read_bytes() == path.read_bytes()
        assert links(handed_out, read(handed_out)) == []


def test_helpers_of_solutions_go_with_them():
    source = (
        "@exercise(\n    judge=_judge,\n)\ndef twice(x):\n    '''Two x.'''\n"
        "    return _sum(x, x)\n\n\n"
        "def _sum(a, b):\n    return _same(a + b)\n\n\ndef _same(x):\n    return x\n\n\n"
        "def _judge(cases, values):\n    return 1\n"
    )
    left = handout.without_solutions(source)
    assert "_sum" not in left and "_same" not in left and "def _judge" in left
    assert left.startswith(source.partition("    return")[0] + "    return ...\n")


@pytest.mark.skipif(os.name == "nt", reason="no make there")
def test_its_make_says_what_it_can(classroom):
    student = classroom / "student"
    done = subprocess.run(["make"], cwd=student, capture_output=True, text=True, check=True)
    assert done.stdout.count("make ") == 1 and "make course" in done.stdout
    plan = ["make", "--dry-run", "course"]
    done = subprocess.run(plan, cwd=student, capture_output=True, text=True, check=True)
    assert done.stdout.count("build_environment.py") == 1
    assert "build_environment.py ;" in done.stdout  # no extra


def test_making_it_again_keeps_what_a_class_has(classroom):
    settings = classroom / "nbgrader_config.py"
    mine = settings.read_text("utf-8") + "\n# mine\n"
    settings.write_text(mine)
    path = hand_in(classroom / "submitted", "ada", GATES, notebook(GATES))
    handout.main([str(classroom)])
    assert settings.read_text("utf-8") == mine and path.exists()
