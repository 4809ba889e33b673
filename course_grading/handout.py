"""Make the course's edition for a class: `make classroom`.

    python -m course_grading.handout FOLDER

FOLDER becomes a course of nbgrader, with one assignment for each notebook, and gets the
student edition as a folder and as a zip. Only source/, student/, student.zip are written, and
nbgrader_config.py where there is none: submissions and the gradebook stay as they are.

`without_solutions` reduces each solution in a chapter's module to its signature and docstring;
cases, judges, diagnoses and hints stay. `write_student_edition` writes a folder whose only
command is `make course`.
"""

import argparse
import ast
import re
import shutil
from pathlib import Path

from course_lib import ROOT
from course_lib.exercises.contents import NOTEBOOKS

__all__ = ["main", "without_solutions", "write_nbgrader_course", "write_student_edition"]

TEMPLATES = Path(__file__).with_name("classroom")
FILES = ("pyproject.toml", "constraints.txt", "environment.yml", "LICENSE", "LICENSE-text",
         "docs/notation.md", "docs/where_next.md", "tools/build_environment.py",
         "tools/course.mk")  # fmt: skip
TEMPLATE_FILES = ("README.md", "Makefile")  # in course_grading/classroom
FOLDERS = ("course_lib", "data", "notebooks")
EXCLUDED = ("__pycache__", ".ipynb_checkpoints", "course_progress*", ".*")
MESSAGE = """Written into {folder}:
  student.zip   for the students: the course with its checks, without its solutions
  source/       the {count} notebooks as assignments of nbgrader, a point for each star
What comes back: make collect FROM=folder-or-zip; then: make grade
docs/grading.md explains each step, with nbgrader and without."""


def without_solutions(source):
    """The source of a chapter's module with `return ...` in place of each solution.

    Helpers that only solutions use are removed as well.
    """
    tree = ast.parse(source)
    lines = source.splitlines()
    for function in reversed([node for node in tree.body if _is_solution(node)]):
        docstring, *body = function.body
        lines[docstring.end_lineno : body[-1].end_lineno] = ["    return ..."]
    return _without_unused_helpers("\n".join(lines) + "\n")


def _is_solution(node):
    return isinstance(node, ast.FunctionDef) and any(
        isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "exercise"
        for decorator in node.decorator_list
    )


def _without_unused_helpers(source):
    while True:
        tree = ast.parse(source)
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        unused = [
            node
            for node in tree.body
            if isinstance(node, ast.FunctionDef)
            and not node.decorator_list
            and node.name not in used
        ]
        if not unused:
            return source
        lines = source.splitlines()
        for node in reversed(unused):
            del lines[node.lineno - 1 : node.end_lineno]
        source = re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines)) + "\n"


def write_student_edition(folder):
    """Write the student edition into `folder`; replaces an older edition there."""
    for name in FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(*EXCLUDED))
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for chapter in (folder / "course_lib" / "exercises").glob("ch[0-9][0-9].py"):
        chapter.write_text(without_solutions(chapter.read_text("utf-8")), encoding="utf-8")
    for name in TEMPLATE_FILES:
        shutil.copy(TEMPLATES / name, folder / name)


def write_nbgrader_course(folder):
    """Write the assignments, and nbgrader_config.py unless it exists."""
    for notebook in NOTEBOOKS:
        assignment = folder / "source" / notebook.stem
        assignment.mkdir(parents=True, exist_ok=True)
        shutil.copy(notebook, assignment / notebook.name)
    settings = folder / "nbgrader_config.py"
    if not settings.exists():
        shutil.copy(TEMPLATES / settings.name, settings)


def main(arguments=None):
    """Write the nbgrader course and the student edition, and print a summary."""
    parser = argparse.ArgumentParser(description="Make the course's edition for a class.")
    parser.add_argument("folder", type=Path, help="the folder of the class")
    folder = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    write_nbgrader_course(folder)
    write_student_edition(folder / "student")
    shutil.make_archive(str(folder / "student"), "zip", folder / "student")
    print(MESSAGE.format(folder=folder, count=len(NOTEBOOKS)))


if __name__ == "__main__":
    main()
