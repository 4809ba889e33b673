"""Write the tables in data/, and print the SHA-256 sums that data/README.md lists.

    python tools/make_tables.py

Points are labelled after rounding, so that each label agrees with the rounded numbers.
"""

import hashlib
import sys
from pathlib import Path

import numpy as np

from course_lib import ROOT

DATA = ROOT / "data"
SEED, POINTS, DIGITS = 16, 500, 4


def points(inside):
    """Uniform points on [-1, 1]² and their labels, an array (POINTS, 3).

    `inside` takes the absolute coordinates (POINTS, 2) and returns the labels.
    """
    X = np.random.default_rng(SEED).uniform(-1, 1, size=(POINTS, 2)).round(DIGITS)
    return np.column_stack([X, inside(np.abs(X))])


def people():
    """The booklet's four people: weight in pounds, height in inches, and 1 for a woman."""
    return np.array([[133, 65, 1], [160, 72, 0], [152, 70, 0], [120, 60, 1]])


def write(folder):
    """Write all tables into `folder`, identical on every system; return their paths."""
    tables = {
        "diamond": ("x1,x2,inside", points(lambda X: X.sum(axis=1) < 1)),
        "square": ("x1,x2,inside", points(lambda X: X.max(axis=1) < 0.5)),
        "heights": ("weight,height,woman", people()),
    }
    for name, (header, rows) in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="ascii", newline="\n") as file:
            np.savetxt(file, rows, fmt="%.10g", delimiter=",", header=header, comments="")
    return [folder / f"{name}.csv" for name in tables]


if __name__ == "__main__":
    for path in write(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA):
        print(hashlib.sha256(path.read_bytes()).hexdigest(), path.name)
