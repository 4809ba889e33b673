"""Do the tests bite? `make mutate` plants each wrong line of tests/mutants.txt and sees.

    python tools/mutate.py            all mutants, two at a time
    python tools/mutate.py layers     those of one module

Each is put into a copy of the project, and the tests of its module run there. A mutant that
no test notices survives, and the command fails.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from course_lib import ROOT

ALONE = {"OMP_NUM_THREADS": "1", "LOKY_MAX_CPU_COUNT": "1"}  # two run side by side
TESTS_FAILED = 1  # pytest's exit code; any other but 0 means that the tests could not run
TESTS = {
    "activations": ["activations", "golden"],
    "checks": ["checks", "layers", "losses", "network", "conv"],
    "conv": ["conv", "golden"],
    "datasets": ["datasets", "data", "augmentation"],
    "estimator": ["estimator"],
    "gradcheck": ["gradcheck"],
    "initializers": ["initializers"],
    "layers": ["layers", "golden", "gradcheck", "network"],
    "losses": ["losses", "golden"],
    "network": ["network", "golden", "gradcheck", "summary", "estimator"],
    "optimizers": ["optimizers", "golden"],
    "storage": ["storage"],
    "training": ["training"],
}


def mutants():
    """(module, right line, wrong line, what is wrong) for each entry of tests/mutants.txt."""
    text = (ROOT / "tests" / "mutants.txt").read_text(encoding="utf-8")
    entry = re.compile(r"^(\w+): (.+)\n- (.+)\n\+ (.+)$", re.MULTILINE)
    return [(module, right, wrong, what) for module, what, right, wrong in entry.findall(text)]


def planted(text, right, wrong):
    """The source with the line replaced, wherever it stands."""
    lines = text.splitlines(keepends=True)
    return "".join(line.replace(right, wrong) if line.strip() == right else line for line in lines)


def survives(mutant, folder):
    """Run the tests of the module with the mutant in place; a word on how it ended."""
    module, right, wrong, _ = mutant
    copy = Path(tempfile.mkdtemp(dir=folder))
    for name in ("course_lib", "course_grading", "tests", "benchmarks", "tools", "data"):
        ignored = shutil.ignore_patterns("__pycache__", "browser")
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", copy)
    source = copy / "course_lib" / f"{module}.py"
    source.write_text(planted(source.read_text("utf-8"), right, wrong), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *(f"tests/test_{name}.py" for name in TESTS[module])],
        cwd=copy,
        env={**os.environ, "CI": "true", "PYTHONPATH": str(copy), **ALONE},
        capture_output=True,
        text=True,
        check=False,
    )
    shutil.rmtree(copy)
    if done.returncode not in (0, TESTS_FAILED):
        print(done.stdout[-2000:], done.stderr[-2000:])
    return {0: "SURVIVES", TESTS_FAILED: "killed"}.get(done.returncode, "BROKEN")


def main(wanted):
    chosen = [mutant for mutant in mutants() if not wanted or mutant[0] in wanted]
    start = time.perf_counter()
    counts = {"killed": 0, "SURVIVES": 0, "BROKEN": 0}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        endings = pool.map(lambda mutant: survives(mutant, folder), chosen)
        for (module, _, wrong, what), ending in zip(chosen, endings, strict=True):
            counts[ending] += 1
            print(f"{ending:<9} {module:<16} {what}: {wrong}", flush=True)
    print(
        f"\n{len(chosen)} mutants: {counts['killed']} killed, {counts['SURVIVES']} survive, "
        f"{counts['BROKEN']} could not be tested ({time.perf_counter() - start:.0f} s)"
    )
    sys.exit(counts["killed"] != len(chosen))


if __name__ == "__main__":
    main(sys.argv[1:])
