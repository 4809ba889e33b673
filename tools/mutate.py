"""Mutation testing: `make mutate` checks that the tests detect the errors in tests/mutants.txt.

    python tools/mutate.py            all mutants, two at a time
    python tools/mutate.py layers     those of one module

Each mutant, a wrong line of code, is put into a copy of the project, and the tests of its module
run there. If they pass, the mutant survives, and the command fails.
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

ONE_THREAD = {"OMP_NUM_THREADS": "1", "LOKY_MAX_CPU_COUNT": "1"}  # mutants run in parallel
TESTS_FAILED = 1  # pytest's exit code; others except 0 mean that the tests could not run
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
    """The entries of tests/mutants.txt, as (module, right line, wrong line, description)."""
    text = (ROOT / "tests" / "mutants.txt").read_text(encoding="utf-8")
    entry = re.compile(r"^(\w+): (.+)\n- (.+)\n\+ (.+)$", re.MULTILINE)
    return [(module, right, wrong, about) for module, about, right, wrong in entry.findall(text)]


def mutated(text, right, wrong):
    """The source with each occurrence of the line `right` replaced by `wrong`."""
    lines = text.splitlines(keepends=True)
    return "".join(line.replace(right, wrong) if line.strip() == right else line for line in lines)


def run_tests(mutant, folder):
    """Run the tests of the module on the mutant; return "killed", "SURVIVES" or "BROKEN"."""
    module, right, wrong, _ = mutant
    copy = Path(tempfile.mkdtemp(dir=folder))
    for name in ("course_lib", "course_grading", "tests", "benchmarks", "tools", "data"):
        ignored = shutil.ignore_patterns("__pycache__", "browser")
        shutil.copytree(ROOT / name, copy / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", copy)
    source = copy / "course_lib" / f"{module}.py"
    source.write_text(mutated(source.read_text("utf-8"), right, wrong), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *(f"tests/test_{name}.py" for name in TESTS[module])],
        cwd=copy,
        env={**os.environ, "CI": "true", "PYTHONPATH": str(copy), **ONE_THREAD},
        capture_output=True,
        text=True,
        check=False,
    )
    shutil.rmtree(copy)
    if done.returncode not in (0, TESTS_FAILED):
        print(done.stdout[-2000:], done.stderr[-2000:])
    return {0: "SURVIVES", TESTS_FAILED: "killed"}.get(done.returncode, "BROKEN")


def main(modules):
    chosen = [mutant for mutant in mutants() if not modules or mutant[0] in modules]
    start = time.perf_counter()
    counts = {"killed": 0, "SURVIVES": 0, "BROKEN": 0}
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        outcomes = pool.map(lambda mutant: run_tests(mutant, folder), chosen)
        for (module, _, wrong, about), outcome in zip(chosen, outcomes, strict=True):
            counts[outcome] += 1
            print(f"{outcome:<9} {module:<16} {about}: {wrong}", flush=True)
    print(
        f"\n{len(chosen)} mutants: {counts['killed']} killed, {counts['SURVIVES']} survive, "
        f"{counts['BROKEN']} could not be tested ({time.perf_counter() - start:.0f} s)"
    )
    sys.exit(counts["killed"] != len(chosen))


if __name__ == "__main__":
    main(sys.argv[1:])
