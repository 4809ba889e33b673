"""For all tests, those of notebooks included: no progress bars, one core each for those that run
side by side (pytest -n), and how long each file took."""

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
