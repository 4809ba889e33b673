"""Everything that must hold, part by part, with the time that each part takes: `make test`.

    python tools/run_tests.py            all parts
    python tools/run_tests.py notebooks  one of lint, unit, notebooks, classroom, browser

Notebooks are compared strictly with what they print in the repository where the versions
are those of constraints.txt on Linux and Python 3.11; elsewhere their assertions decide.
"""

import os
import subprocess
import sys
import time
from importlib.metadata import version

from course_lib import ROOT


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
    mode = "--nbval" if is_strict() else "--nbval-lax"
    pytest = [sys.executable, "-m", "pytest", "-q"]
    side_by_side = ["-n", "logical", "--dist", "loadfile"]  # a file stays on one core
    return {
        "lint": [
            [sys.executable, "-m", "ruff", "check", "."],
            [sys.executable, "-m", "ruff", "format", "--check", "."],
        ],
        "unit": [
            [
                *pytest,
                *side_by_side,
                "tests",
                *(f"--ignore=tests/{own}" for own in ("browser", "classroom", "robust")),
            ]
        ],
        "notebooks": [
            [
                *pytest,
                *side_by_side,
                mode,
                "--nbval-current-env",
                "--nbval-sanitize-with",
                "tests/nbval_sanitize.cfg",
                "notebooks",
            ]
        ],
        "classroom": [[*pytest, "-n", "logical", "-rs", "tests/classroom"]],
        "browser": [[*pytest, "-rs", "tests/browser"]],
    }


def main(wanted):
    environment = {**os.environ, "COURSE_PROGRESS": "off", "OMP_NUM_THREADS": "1"}
    environment.pop("COURSE_GRADING", None)
    how = "strictly" if is_strict() else "laxly: this is not Linux with Python 3.11 as pinned"
    print(f"Testing the whole course, about twenty minutes. Notebook outputs are compared {how}.")
    report = []
    for name, commands in parts().items():
        if wanted and name not in wanted:
            continue
        print(f"\n== {name}", flush=True)
        start = time.perf_counter()
        codes = [subprocess.run(c, cwd=ROOT, env=environment, check=False) for c in commands]
        passed = all(done.returncode == 0 for done in codes)
        if name == "lint" and not passed:
            print("`ruff check --fix .` and `ruff format .` in .venv mend most of this.")
        report.append((name, time.perf_counter() - start, passed))
    print("\n== time of each part")
    for name, seconds, passed in report:
        print(f"{name:<10} {seconds:6.1f} s  {'passed' if passed else 'FAILED'}")
    failed = sum(not passed for _, _, passed in report)
    print(f"parts: {len(report) - failed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main(sys.argv[1:])
