"""Parallel runs: results in order, other processes, a cluster, and limits on cores."""

import os
import re

import joblib
import numpy as np
import pytest
from threadpoolctl import threadpool_info

from course_lib import ROOT, experiments
from course_lib.experiments import run_all
from course_lib.training import DivergenceError, History

SETTINGS = [(seed, n) for seed in range(4) for n in (2, 3)]


def drawn(seed, n):
    return np.random.default_rng(seed).normal(size=n).sum(), os.getpid()


def expected():
    return [np.random.default_rng(seed).normal(size=n).sum() for seed, n in SETTINGS]


def values(results):
    return [value for value, _ in results]


def test_results_are_in_order_and_from_other_processes(monkeypatch):
    monkeypatch.delenv("LOKY_MAX_CPU_COUNT", raising=False)
    results = run_all(drawn, SETTINGS)
    assert values(results) == expected()
    if joblib.cpu_count() > 1:
        assert os.getpid() not in {process for _, process in results}


def test_a_cap_of_one_core_keeps_everything_here(monkeypatch):
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")
    results = run_all(drawn, SETTINGS)
    assert values(results) == expected() and {process for _, process in results} == {os.getpid()}


def threads():
    return max(pool["num_threads"] for pool in threadpool_info())


@pytest.mark.parametrize("cap", ["1", "2"])
def test_each_run_has_one_thread_wherever_it_is(cap, monkeypatch):
    """With several threads, sums in float32 would differ in their last digits."""
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", cap)
    before = threads()
    assert run_all(lambda: threads(), [(), ()]) == [1, 1]
    assert threads() == before


def test_functions_without_a_name_travel_too(monkeypatch):
    monkeypatch.delenv("LOKY_MAX_CPU_COUNT", raising=False)
    factor = np.arange(3)
    assert [r.tolist() for r in run_all(lambda k: k * factor, [(1,), (2,)])] == [
        [0, 1, 2],
        [0, 2, 4],
    ]


def test_a_bar_counts_the_runs_and_goes_away(monkeypatch):
    made = []

    class Bar(experiments.tqdm):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            made.append(self)

    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setattr(experiments, "tqdm", Bar)
    run_all(drawn, SETTINGS)
    assert made[0].total == made[0].n == len(SETTINGS) and not made[0].leave
    run_all(drawn, SETTINGS, progress=False)
    assert made[1].disable


@pytest.mark.parametrize(
    ("value", "disable", "silent"),
    [("1", False, True), ("0", False, False), ("", False, False), ("0", True, True)],
)
def test_bars_heed_the_environment(value, disable, silent, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", value)
    bar = experiments.progress_bar(range(3), disable=disable)
    assert bar.disable is silent and list(bar) == [0, 1, 2]


@pytest.mark.parametrize(
    ("experiment", "settings", "words"),
    [
        (drawn, [3], r"setting 3 came.*Try \(3,\)"),
        (drawn, [[0, 2]], r"Try tuple\(\[0, 2\]\)"),
        (drawn, None, "None came, expected a function and a list"),
        (drawn(0, 1), [(0, 1)], "expected a function and a list"),
    ],
)
def test_what_cannot_be_run_is_explained(experiment, settings, words):
    with pytest.raises(TypeError, match=words):
        run_all(experiment, settings)


def test_a_divergence_arrives_with_its_history(monkeypatch):
    monkeypatch.delenv("LOKY_MAX_CPU_COUNT", raising=False)

    def diverge(seed):
        raise DivergenceError(f"fit: ran away from {seed}", History(loss=[1.0, 9.0]))

    with pytest.raises(DivergenceError, match="ran away from 4") as caught:
        run_all(diverge, [(4,)])
    assert caught.value.history.loss == [1.0, 9.0]


def test_an_experiments_error_arrives():
    with pytest.raises(ZeroDivisionError):
        run_all(lambda k: 1 / k, [(1,), (0,)])


@pytest.mark.filterwarnings("default")
def test_the_lines_that_the_guide_shows_for_a_dask_cluster():
    distributed = pytest.importorskip("distributed")
    text = (ROOT / "docs" / "instructors.md").read_text("utf-8")
    (block,) = [b for b in re.findall(r"```python\n(.+?)```", text, re.DOTALL) if "dask" in b]
    address = re.search(r'Client\("(.+?)"\)', block).group(1)
    names = {"judged": drawn, "settings": SETTINGS, "run_all": run_all, "joblib": joblib}
    workers = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**workers) as cluster:
        exec(block.replace(address, cluster.scheduler_address), names)
        assert isinstance(names["client"], distributed.Client)
        names["client"].close()
    assert values(names["results"]) == expected()
    assert os.getpid() not in {process for _, process in names["results"]}
