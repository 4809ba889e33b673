"""What every unit test may count on: no window, no progress file, no grading."""

import matplotlib
import numpy as np
import pytest

matplotlib.use("agg")


@pytest.fixture(autouse=True)
def _calm_environment(monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    monkeypatch.delenv("COURSE_GRADING", raising=False)


@pytest.fixture
def rng():
    return np.random.default_rng(0)
