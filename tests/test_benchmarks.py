"""The benchmarks run, also without PyTorch, and compare equal results. No times are tested."""

import numpy as np
import pytest

from benchmarks import accuracy, dense, diamond, pictures
from benchmarks.contestants import SETTINGS, Ours, batch, steps
from benchmarks.timing import Times, in_turns, table
from course_lib.activations import sigmoid
from course_lib.datasets import one_hot

pytestmark = pytest.mark.slow


def test_ratios_by_hand():
    times = Times(["ours", "theirs"], np.array([[1e-6, 4e-6], [3e-6, 4e-6], [2e-6, 5e-6]]))
    assert np.isclose(times.best("theirs"), 4)
    # of the least times 1/4; of the rounds 0.25, 0.75, 0.4: 10 % is 0.28, 90 % is 0.68
    assert times.ratio("ours", "theirs") == "0.25 (0.28–0.68)"


def test_contestants_take_turns():
    order = []
    times = in_turns({name: lambda name=name: order.append(name) for name in "ab"}, rounds=4)
    assert times.names == ["a", "b"] and times.seconds.shape == (4, 2)
    assert (times.seconds > 0).all() and "ab" in "".join(order) and "ba" in "".join(order)


def test_a_table_is_aligned():
    assert table(["x", "long"], [["wide", 1]]).splitlines() == [
        "| x    | long |",
        "| ---- | ---- |",
        "| wide | 1    |",
    ]


@pytest.mark.parametrize("dtype", dense.DTYPES)
@pytest.mark.parametrize("optimizer", SETTINGS)
def test_our_step_trains(optimizer, dtype):
    X, y = batch(32, 8, 3, dtype)
    ours = Ours((8, 16, 3), optimizer, dtype)
    before = ours.net.theta.copy()
    ours.step(X, one_hot(y, 3))
    assert ours.net.theta.dtype == dtype and (ours.net.theta != before).mean() > 0.9
    assert {"ours", "bare", "products"} <= steps((8, 16, 3), 4, optimizer, dtype).keys()


def few_iterations(rounds):
    return diamond.full_batch(rounds, iterations=20)


@pytest.mark.parametrize(
    "make",
    [
        dense.one_step,
        dense.whole_training,
        dense.growth,
        few_iterations,
        pictures.networks,
        pictures.single_layers,
        pictures.pools,
    ],
)
def test_each_table_can_be_made(make):
    lines = make(1).splitlines()
    assert len(lines) >= 6 and "ours / PyTorch" in lines[0]
    assert len({len(line) for line in lines}) == 1


def test_the_notebooks_lines_learn_the_diamond():
    X, Y, W1, W2 = diamond.start(np.float64)
    V1, V2 = diamond.by_notebook(X, Y, W1, W2, 5000)
    right = ((sigmoid(X @ V1) @ V2 > 0) == Y).mean()
    assert right > 0.9 and (V1 != W1).all() and (V2 != W2).all()
    U1, _ = diamond.by_fit(X, Y, W1, W2, 2)
    assert not np.allclose(U1, W1)


def test_the_table_of_loops_can_be_made():
    lines = pictures.loops(1).splitlines()
    assert "loops / ours" in lines[0] and len(lines) == 4


@pytest.mark.parametrize("make", [accuracy.choice, accuracy.digits])
def test_each_table_of_accuracies_can_be_made(make):
    lines = make(1).splitlines()
    assert len(lines) >= 4 and "standard deviation" in lines[0]
    assert len({len(line) for line in lines}) == 1
