"""Settings of all unit tests: no windows, no progress file, no grading mode."""

import os

import matplotlib
import numpy as np
import pytest
from hypothesis import settings

matplotlib.use("agg")

# No deadline, for slow machines. In CI the examples are the same every time.
settings.register_profile("course", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("course")


@pytest.fixture(autouse=True)
def _calm_environment(monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    monkeypatch.delenv("COURSE_GRADING", raising=False)


@pytest.fixture
def rng():
    return np.random.default_rng(0)
