"""Everything that must hold, part by part, with the time that each part takes.

    python tools/run_tests.py            what people at work run, in under five minutes: `make test`
    python tools/run_tests.py rest       what that leaves out
    python tools/run_tests.py all        both; `make test-all`
    python tools/run_tests.py lint site  parts by their names

A test that is marked `slow` is left out of the part `library`, exercises included:
`python -m pytest --collect-only -q -m slow` lists them.

Notebooks are compared strictly with what they print in the repository where the versions
are those of constraints.txt on Linux and Python 3.11; elsewhere their assertions decide.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from importlib.metadata import version
from pathlib import Path

from course_lib import ROOT
from course_lib.exercises.contents import NOTEBOOKS

AT_WORK = ("lint", "library", "notebooks")
SITE = ["tests/test_site.py", "tests/test_lite.py", "tests/browser"]  # one build for all of them
APART = [*SITE, "tests/classroom", "tests/robust"]
NONE_COLLECTED = 5  # pytest's exit code


def versions_are_pinned():
    """Do the installed packages that print numbers have the versions of constraints.txt?"""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if "==" in line)
    return all(version(name) == pins[name] for name in ("numpy", "matplotlib", "scikit-learn"))


def is_strict():
    """Are notebook outputs compared text by text on this machine?"""
    here = sys.platform == "linux" and sys.version_info[:2] == (3, 11)
    return here and versions_are_pinned()


def parts():
    """The parts and their commands, in the order in which they run."""
    python = [sys.executable, "-m"]
    pytest = [*python, "pytest", "-q", "-rs", "-n", "logical", "--dist"]
    which = ("not slow", "slow", "not robust")
    quick, slow, every = [[*pytest, "worksteal", "-m", marked] for marked in which]

    def but(files):
        return [f"--ignore={file}" for file in files]

    return {
        "lint": [
            [*python, "ruff", "check", "."],
            [*python, "ruff", "format", "--check", "."],
            [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        ],
        "library": [[*quick, "tests", *but(APART)]],
        "notebooks": [
            [
                *pytest,
                "loadfile",  # the cells of a notebook stay together
                "--nbval" if is_strict() else "--nbval-lax",
                "--nbval-current-env",
                "--nbval-sanitize-with",
                "tests/nbval_sanitize.cfg",
                *(
                    str(path.relative_to(ROOT)) for path in reversed(NOTEBOOKS)
                ),  # the last ones take longest, so they begin
            ]
        ],
        "slow": [[*slow, "tests", *but(APART)]],
        "classroom": [[*every, "tests/classroom"]],
        # One browser at a time: two JupyterLabs on two cores wait for each other.
        "site": [[*python, "pytest", "-q", "-rs", "-m", "not robust", *SITE]],
    }


def chosen(words):
    """The parts that the words of the command name; those for people at work if there are none."""
    groups = {"all": tuple(parts()), "rest": tuple(n for n in parts() if n not in AT_WORK)}
    names = {name for word in words or AT_WORK for name in groups.get(word, (word,))}
    if unknown := names - set(parts()):
        sys.exit(f"There is no part {', '.join(sorted(unknown))}. Choose from: "
                 f"{', '.join(parts())}, rest, all.")  # fmt: skip
    return {name: commands for name, commands in parts().items() if name in names}


def run(commands):
    """Run them one after the other; return whether all passed, and how many tests ended how."""
    counts, codes = Counter(), set()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "counts")  # each pytest adds a line, see conftest.py
        environment = {
            **os.environ,
            "COURSE_PROGRESS": "off",
            "COURSE_TEST_COUNTS": str(file),
            "OMP_NUM_THREADS": "1",
        }
        environment.pop("COURSE_GRADING", None)
        for command in commands:
            codes.add(subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode)
        for line in file.read_text("utf-8").splitlines() if file.exists() else ():
            counts.update(json.loads(line))
    all_skipped = codes == {NONE_COLLECTED} and counts["skipped"] > 0  # they need more packages
    return codes == {0} or all_skipped, counts


def main(words):
    chosen_parts = chosen(words)
    how = "strictly" if is_strict() else "laxly: this is not Linux with Python 3.11 as pinned"
    print(f"Testing: {', '.join(chosen_parts)}. Notebook outputs are compared {how}.")
    report = []
    for name, commands in chosen_parts.items():
        print(f"\n== {name}", flush=True)
        start = time.perf_counter()
        passed, counts = run(commands)
        if name == "lint" and not passed:
            print("`ruff check --fix .` and `ruff format .` in .venv mend most of the style.")
        report.append((name, time.perf_counter() - start, counts, passed))
    print("\n== time of each part")
    for name, seconds, counts, passed in report:
        tests = ", ".join(f"{count} {how}" for how, count in counts.items() if count)
        print(f"{name:<10} {seconds:6.1f} s  {'passed' if passed else 'FAILED'}  {tests}".rstrip())
    failed = sum(not passed for *_, passed in report)
    whole = sum(seconds for _, seconds, *_ in report)
    print(f"parts: {len(report) - failed} passed, {failed} failed, in {whole:.0f} s")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main(sys.argv[1:])
