"""What `ch06.train` is given as its gradient: plain objects that can be sent elsewhere."""

from dataclasses import dataclass

import numpy as np

__all__ = ["HEAD", "Diary", "SquaredError"]

HEAD = 3  # entries of theta that a diary keeps for itself, before its pages


@dataclass(frozen=True)
class Diary:
    """A gradient for steps of length 1 that makes theta a diary of the training.

    theta[0] counts the steps; theta[1] the pairs whose label is not that of the example;
    theta[2] becomes (theta[2] + 1) / 2, wrong unless each gradient is taken at the newest
    theta; then follows a page for each step: Σ 2^i over the examples i of its batch.
    """

    def __call__(self, theta, X_batch, Y_batch):
        X, Y = np.asarray(X_batch).ravel(), np.asarray(Y_batch).ravel()
        _expect_batch(X)
        strangers = np.sum(Y[: len(X)] != X[: len(Y)]) + abs(len(X) - len(Y))
        after = np.array(theta, dtype=float)
        after[:HEAD] = theta[0] + 1, theta[1] + strangers, (theta[2] + 1) / 2
        page = HEAD + int(abs(theta[0]))
        if page < len(theta):
            after[page] = np.sum(2.0**X)
        return theta - after

    def __repr__(self):
        return "gradient"


@dataclass(frozen=True)
class SquaredError:
    """The gradient of the mean squared error of a linear model."""

    def __call__(self, theta, X_batch, Y_batch):
        _expect_batch(X_batch)
        return 2 / len(X_batch) * X_batch.T @ (X_batch @ theta - Y_batch)

    def __repr__(self):
        return "gradient"


def _expect_batch(X):
    if len(X) == 0:
        raise ValueError("gradient() was given an empty batch: does a loop go one batch too far?")
