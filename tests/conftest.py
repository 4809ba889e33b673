"""Settings of all tests: no windows, no progress file, no grading mode, one build of the site."""

import os
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from filelock import FileLock
from hypothesis import settings

from course_lib import ROOT

matplotlib.use("agg")

# No deadline, for slow machines. In CI the examples are the same every time.
settings.register_profile("course", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("course")


@pytest.fixture(autouse=True)
def _calm_environment(monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    monkeypatch.delenv("COURSE_GRADING", raising=False)


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A function: the folder that a tool has filled, once for all processes of a run."""
    of_this_run = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        of_this_run = of_this_run.parent

    def folder(tool, name):
        done = of_this_run / f"{name} is built"
        with FileLock(of_this_run / f"{name}.lock"):
            if not done.exists():  # also if it failed before: then it says again why
                before = sorted((ROOT / "build").glob("*"))
                command = [sys.executable, f"tools/{tool}", str(of_this_run / name)]
                subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
                assert sorted((ROOT / "build").glob("*")) == before  # all is built apart
                done.touch()
        return of_this_run / name

    return folder


@pytest.fixture(scope="session")
def site(built):
    """The web site, with the edition for the browser in its folder lite/."""
    return built("make_site.py", "the site")  # warnings stop it


@pytest.fixture(scope="session")
def decks(built):
    """The slides."""
    return built("make_slides.py", "the slides")


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="module")
def sandbox():
    """A sandbox for grading; without one on this machine the test is skipped."""
    from course_grading.sandbox import NoProtection, open_sandbox

    try:
        return open_sandbox()
    except NoProtection as error:
        pytest.skip(str(error))
