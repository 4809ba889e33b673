"""What is in data/ is complete and described, and agrees with where it came from."""

import hashlib
import re

import make_tables
import make_weights
import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from course_lib import ROOT, datasets
from course_lib.datasets import diamond, heights, mnist, square, table
from course_lib.network import digit_reader

DATA = ROOT / "data"
README = (DATA / "README.md").read_text("utf-8")
INSIDE = {
    "diamond": lambda x, y: abs(x) + abs(y) < 1,
    "square": lambda x, y: max(abs(x), abs(y)) < 0.5,
}


def test_every_file_has_the_hash_that_the_readme_says():
    hashes = {name: sha for sha, name in re.findall(r"([0-9a-f]{64})  (\S+)", README)}
    paths = [path for path in DATA.iterdir() if path.name != "README.md"]
    assert {path.name for path in paths} == hashes.keys()
    for path in paths:
        assert hashlib.sha256(path.read_bytes()).hexdigest() == hashes[path.name]


def test_every_table_has_a_row_in_the_readme():
    for path in sorted(DATA.glob("*.csv")):
        row = next(line for line in README.splitlines() if line.startswith(f"| `{path.name}`"))
        lines = path.read_text("ascii").splitlines()
        assert f"| {len(lines) - 1} |" in row
        assert all(f"`{column}`" in row for column in lines[0].split(","))


def test_the_tables_come_from_the_script(tmp_path):
    for path in make_tables.write(tmp_path):
        assert path.read_bytes() == (DATA / path.name).read_bytes()


@pytest.mark.parametrize("name", INSIDE)
def test_labels_are_what_the_shape_says(name):
    X, y = table(name)
    assert X.shape == (500, 2) and np.abs(X).max() <= 1
    assert y.tolist() == [float(INSIDE[name](*x)) for x in X]


def test_heights_are_the_booklets_four_rows():
    X, y = table("heights")
    assert X.tolist() == [[133, 65], [160, 72], [152, 70], [120, 60]]
    assert heights()[0].tolist() == [[-2, -1], [25, 6], [17, 4], [-15, -6]]
    assert y.tolist() == heights()[1].tolist() == [1, 0, 0, 1]


@pytest.mark.parametrize(("draw", "area"), [(diamond, 1 / 2), (square, 1 / 4)])
def test_generators_fill_the_plane_and_their_shape_takes_up_its_area(draw, area, rng):
    X, y = draw(rng=rng, m=20_000)
    assert X.shape == (20_000, 2) and np.abs(X).max() <= 1
    assert np.allclose(X.mean(axis=0), 0, atol=0.02) and np.allclose(
        X.std(axis=0), 3**-0.5, atol=0.02
    )
    assert abs(y.mean() - area) < 0.015  # four standard deviations of a mean of 20000
    assert y[:50].tolist() == [float(INSIDE[draw.__name__](*x)) for x in X[:50]]
    assert len(draw(rng=rng)[1]) == 500


@pytest.mark.parametrize("draw", [diamond, square])
def test_generators_need_a_generator_and_at_least_one_point(draw, rng):
    with pytest.raises(TypeError, match="rng"):
        draw(rng=0)
    with pytest.raises(ValueError, match="m is 0"):
        draw(rng=rng, m=0)


def test_another_name_is_told_which_there_are():
    with pytest.raises(ValueError, match=r"'diamonds', expected one of .*'diamond'"):
        table("diamonds")


def test_a_missing_folder_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets, "TABLES", tmp_path / "data")
    with pytest.raises(ValueError, match=str(tmp_path / "data")):
        table("diamond")


def test_mnist_is_mixed_and_not_otherwise_changed():
    X, y = mnist()
    assert X.shape == (10_000, 28, 28, 1) and X.dtype == np.float32
    assert X.min() == 0 and X.max() == 1
    with np.load(DATA / "mnist_10000.npz") as file:
        assert (np.diff(file["y"].astype(int)) >= 0).all()
        for digit in range(10):
            ours = {x.tobytes() for x in (255 * X[y == digit]).round().astype(np.uint8)}
            assert ours == {x.tobytes() for x in file["X"][file["y"] == digit]}
    assert len(set(y[:100])) == 10


def test_the_digit_reader_reads_the_share_that_the_readme_says():
    share = f"{make_weights.accuracy(digit_reader()):.4f}"
    assert f"Of the other 2000 it reads {share}." in README
    _, X, _, y = make_weights.halves()
    logits = digit_reader().forward(X.reshape(len(X), -1))
    assert f"{accuracy_score(y, logits.argmax(axis=1)):.4f}" == share


@pytest.mark.slow
def test_the_digit_reader_comes_from_the_script():
    again = make_weights.train()
    assert abs(make_weights.accuracy(again) - make_weights.accuracy(digit_reader())) < 0.01
