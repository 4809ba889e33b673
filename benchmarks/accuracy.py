"""How well the 64-unit network reads digits, beside scikit-learn's on the same splits."""

import warnings

import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

from benchmarks.timing import table
from course_lib.estimator import NeuralNetworkClassifier

SEEDS = range(5)


def split(X, y, seed):
    """A quarter held back, with the classes in proportion."""
    return train_test_split(X, y, test_size=0.25, stratify=y, random_state=seed)


def scores(seeds=SEEDS):
    """Test accuracies (seeds,) of ours and of MLPClassifier((64,)), both as they come.

    Our settings are the defaults; they were chosen among others by `validation`, which sees
    no test example.
    """
    X, y = load_digits(return_X_y=True)
    ours, theirs = [], []
    for seed in seeds:
        X_train, X_test, y_train, y_test = split(X / 16, y, seed)
        for scores, model in [
            (ours, NeuralNetworkClassifier((64,), random_state=seed)),
            (theirs, MLPClassifier((64,), random_state=seed)),
        ]:
            scores.append(_fitted(model, X_train, y_train).score(X_test, y_test))
    return np.array(ours), np.array(theirs)


def validation(settings, seeds=SEEDS):
    """Accuracies (seeds,) of `settings` on a quarter of the training part."""
    X, y = load_digits(return_X_y=True)
    right = []
    for seed in seeds:
        X_train, _, y_train, _ = split(X / 16, y, seed)
        X_train, X_val, y_train, y_val = split(X_train, y_train, seed)
        model = NeuralNetworkClassifier((64,), random_state=seed, **settings)
        right.append(_fitted(model, X_train, y_train).score(X_val, y_val))
    return np.array(right)


def _fitted(model, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y)


CHOICES = [
    {},
    {"weight_decay": 1e-3},
    {"lr": 3e-3},
    {"batch_size": 64},
    {"optimizer": "sgd", "lr": 0.05},
    {"optimizer": "sgd", "lr": 0.1, "weight_decay": 1e-3},
]


def choice(rounds):
    """Settings of the 64-unit network, judged on validation data: mean and spread, seeds 0 to 4."""
    rows = []
    for settings in CHOICES[: rounds + 1]:
        name = ", ".join(f"{key} {value}" for key, value in settings.items()) or "the defaults"
        rows.append([name, *_mean_and_spread(validation(settings, SEEDS[:rounds]))])
    return table(["settings", "mean", "standard deviation"], rows)


def digits(rounds):
    """Digits, test_size 0.25, stratified, seeds 0 to 4: test accuracy with the defaults."""
    ours, theirs = scores(SEEDS[:rounds])
    rows = [
        ["ours, 64 units", *_mean_and_spread(ours)],
        ["MLPClassifier((64,))", *_mean_and_spread(theirs)],
        ["difference", *_mean_and_spread(ours - theirs)],
    ]
    return table(["model", "mean", "standard deviation"], rows)


def _mean_and_spread(right):
    return [f"{right.mean():.4f}", f"{right.std():.4f}"]
