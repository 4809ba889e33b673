"""The tests under conditions that nobody chooses: `make test-robust`, about two hours.

    python tools/robust.py               all of them
    python tools/robust.py again         one of again, elsewhere, readonly, offline, lowest, newest

again      every cell twice in a row, every notebook twice
elsewhere  all tests in a folder whose name has spaces and letters of other scripts
readonly   there, with the whole checkout read-only (Linux, with bubblewrap)
offline    with the network blocked (Linux)
lowest     with the oldest packages that the ranges admit
newest     with the newest
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
NAME = "Ein Kurs, 第一课 é"


def call(*command, cwd=HERE):
    """Run a command; return whether it succeeded."""
    print("\n$", *command, flush=True)
    return subprocess.run([str(part) for part in command], cwd=cwd, check=False).returncode == 0


def copied(folder):
    """A copy of the checkout, as a clone would be, in a folder with an unusual name."""
    place = Path(folder) / NAME
    if not place.exists():
        files = subprocess.run(
            ["git", "ls-files", "-z"], cwd=HERE, check=True, capture_output=True, text=True
        ).stdout
        for name in filter(None, files.split("\0")):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(HERE / name, place / name)
    return place


def again(folder):
    return call(sys.executable, "-m", "pytest", "-q", "-n", "logical", "tests/robust")


def elsewhere(folder):
    return call("make", "test", cwd=copied(folder))


def readonly(folder):
    place = copied(folder)
    if not call("make", ".venv/built", cwd=place):
        return False
    walls = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", place, place, "--chdir", place]
    return call(*walls, ".venv/bin/python", "tools/run_tests.py", "unit", "notebooks", "browser")


def offline(folder):
    return call("make", "test-offline")


def lowest(folder):
    return call("make", "test-lowest")


def newest(folder):
    return call("make", "test-newest")


PARTS = {part.__name__: part for part in (again, elsewhere, readonly, offline, lowest, newest)}


def main(wanted):
    report = []
    with tempfile.TemporaryDirectory() as folder:
        for name in wanted or PARTS:
            start = time.perf_counter()
            passed = PARTS[name](folder)
            report.append((name, time.perf_counter() - start, passed))
    print("\n== robust")
    for name, seconds, passed in report:
        print(f"{name:<10} {seconds / 60:6.1f} min  {'passed' if passed else 'FAILED'}")
    sys.exit(not all(passed for *_, passed in report))


if __name__ == "__main__":
    main(sys.argv[1:])
