"""Measure the house: lines, modules, checks, tests and packages, as a table.

    python tools/house.py

Lines are counted without the notebooks. A check is a line of a module that tests an argument or
builds the sentence of an error: `raise`, an `if` that does nothing else, a call of `expect…`, or
the conversion `floats`. Its share is of the lines of code, docstrings and blank lines left out.
"""

import ast
import subprocess
import sys
from pathlib import Path

from course_lib import ROOT

FOLDERS = {
    "course_lib, the mathematics": "course_lib/*.py",
    "course_lib/plotting": "course_lib/plotting/*.py",
    "course_lib/exercises, the chapters": "course_lib/exercises/*.py",
    "course_lib/exercises/engine": "course_lib/exercises/engine/*.py",
    "course_grading": "course_grading/*.py",
    "tools": "tools/*.py",
    "benchmarks": "benchmarks/*.py",
    "tests": "tests/**/*.py",
}
BARE = ("layers", "conv", "losses", "network")


def is_check(node):
    """Does this statement only test an argument, or raise?"""
    if isinstance(node, ast.Raise):
        return True
    if isinstance(node, ast.If):
        return all(map(is_check, node.body)) and all(map(is_check, node.orelse))
    called = getattr(node, "value", None)
    name = getattr(getattr(called, "func", None), "id", "")
    return name.lstrip("_").startswith(("expect", "floats"))


def spans(tree, test):
    """The lines of all statements for which `test` is true."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and test(node):
            found |= set(range(node.lineno, node.end_lineno + 1))
    return found


def is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)


def is_door(node):
    """A private function that does nothing but check."""
    return isinstance(node, ast.FunctionDef) and node.name.startswith("_expect")


def share_of_checks(path):
    """The share of a module's lines of code that check arguments."""
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    lines = {i for i, line in enumerate(text.splitlines(), start=1) if line.strip()}
    code = lines - spans(tree, is_docstring)
    checks = spans(tree, lambda node: is_check(node) or is_door(node))
    return len(checks & code) / len(code)


def lines_of(pattern):
    files = sorted(ROOT.glob(pattern))
    return len(files), sum(len(file.read_text("utf-8").splitlines()) for file in files)


def number_of_tests():
    """All tests but the cells of notebooks, and those that `make test` runs."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests"]
    for marked in ("slow or not slow", "not slow"):
        done = subprocess.run(
            [*command, "-m", marked], cwd=ROOT, capture_output=True, text=True, check=False
        )
        yield sum("::" in line for line in done.stdout.splitlines())


def main():
    for name, pattern in FOLDERS.items():
        files, lines = lines_of(pattern)
        print(f"{name:<36} {files:>4} files {lines:>6} lines")
    for name in BARE:
        share = share_of_checks(ROOT / "course_lib" / f"{name}.py")
        print(f"checks in {name + '.py':<26} {share:>10.0%} of its code")
    every, quick = number_of_tests()
    print(f"{'tests':<36} {every:>10}, of which make test runs {quick}")
    packages = len(list(Path(sys.prefix).glob("lib/python*/site-packages/*.dist-info")))
    print(f"{'packages in this environment':<36} {packages:>10}")


if __name__ == "__main__":
    main()
