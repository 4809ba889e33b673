"""For all tests, those of notebooks included: no progress bars, one core each for those that run
side by side (pytest -n), how long each file took, and how many tests there were."""

import json
import os
from collections import defaultdict

os.environ["TQDM_DISABLE"] = "1"
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["LOKY_MAX_CPU_COUNT"] = os.environ["OMP_NUM_THREADS"] = "1"

_seconds = defaultdict(float)


def pytest_runtest_logreport(report):
    file = report.nodeid.partition("::")[0]
    _seconds[file] += report.duration


def pytest_terminal_summary(terminalreporter):
    terminalreporter.section("seconds per file")
    for file, seconds in sorted(_seconds.items(), key=lambda entry: -entry[1]):
        terminalreporter.write_line(f"{seconds:7.1f}  {file}")
    is_whole = "PYTEST_XDIST_WORKER" not in os.environ  # and not what one process did
    if is_whole and "COURSE_TEST_COUNTS" in os.environ:  # for the summary of tools/run_tests.py
        endings = ("passed", "skipped", "failed", "error")
        counts = {how: len(terminalreporter.stats.get(how, ())) for how in endings}
        with open(os.environ["COURSE_TEST_COUNTS"], "a", encoding="utf-8") as file:
            file.write(json.dumps(counts) + "\n")
