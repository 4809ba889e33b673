"""The course without its solutions, for a class that is graded.

`without_solutions` takes a chapter's module and leaves of each solution its signature and
docstring; cases, judges, diagnoses and hints stay. `write_student_edition` writes a folder
that a student can start with `make course`, and nothing else.
"""

import ast
import re
import shutil
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
FILES = ("pyproject.toml", "constraints.txt", "environment.yml", "LICENSE", "LICENSE-text",
         "docs/where_next.md", "tools/build_environment.py", "tools/course.mk")  # fmt: skip
OWN = ("README.md", "Makefile")  # in docs/classroom
FOLDERS = ("course_lib", "data", "notebooks")
LEFT_OUT = ("__pycache__", ".ipynb_checkpoints", "grading", "course_progress*", ".*")


def without_solutions(source):
    """The source of a chapter's module with `return ...` in place of each solution.

    Private helpers that nothing else uses then go as well.
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
            and node.name.startswith("_")
            and node.name not in used
        ]
        if not unused:
            return source
        lines = source.splitlines()
        for node in reversed(unused):
            del lines[node.lineno - 1 : node.end_lineno]
        source = re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines)) + "\n"


def write_student_edition(folder):
    """Write the student edition into `folder`, which must not exist or be an older one."""
    for name in FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(HERE / name, folder / name, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / name, folder / name)
    for chapter in (folder / "course_lib" / "exercises").glob("ch[0-9][0-9].py"):
        chapter.write_text(without_solutions(chapter.read_text("utf-8")), encoding="utf-8")
    for name in OWN:
        shutil.copy(HERE / "docs" / "classroom" / name, folder / name)
