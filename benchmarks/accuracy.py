"""Test accuracy on digits of a network with 64 units, compared with scikit-learn's."""

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
    """Split off a quarter as test set, stratified by class."""
    return train_test_split(X, y, test_size=0.25, stratify=y, random_state=seed)


def scores(seeds=SEEDS):
    """Test accuracies of NeuralNetworkClassifier((64,)) and MLPClassifier((64,)), arrays (seeds,).

    Both have their default settings. Ours were chosen by `validation`, which uses no test example.
    """
    X, y = load_digits(return_X_y=True)
    ours, theirs = [], []
    for seed in seeds:
        X_train, X_test, y_train, y_test = split(X / 16, y, seed)
        for accuracies, model in [
            (ours, NeuralNetworkClassifier((64,), random_state=seed)),
            (theirs, MLPClassifier((64,), random_state=seed)),
        ]:
            accuracies.append(_fitted(model, X_train, y_train).score(X_test, y_test))
    return np.array(ours), np.array(theirs)


def validation(settings, seeds=SEEDS):
    """Accuracies (seeds,) with `settings` on a quarter of the training set."""
    X, y = load_digits(return_X_y=True)
    accuracies = []
    for seed in seeds:
        X_train, _, y_train, _ = split(X / 16, y, seed)
        X_train, X_val, y_train, y_val = split(X_train, y_train, seed)
        model = NeuralNetworkClassifier((64,), random_state=seed, **settings)
        accuracies.append(_fitted(model, X_train, y_train).score(X_val, y_val))
    return np.array(accuracies)


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
    """Validation accuracy of settings of the 64-unit network, over seeds 0 to 4."""
    rows = []
    for settings in CHOICES[: rounds + 1]:
        name = ", ".join(f"{key} {value}" for key, value in settings.items()) or "the defaults"
        rows.append([name, *_mean_and_std(validation(settings, SEEDS[:rounds]))])
    return table(["settings", "mean", "standard deviation"], rows)


def digits(rounds):
    """Digits, test_size 0.25, stratified, seeds 0 to 4: test accuracy with the defaults."""
    ours, theirs = scores(SEEDS[:rounds])
    rows = [
        ["ours, 64 units", *_mean_and_std(ours)],
        ["MLPClassifier((64,))", *_mean_and_std(theirs)],
        ["difference", *_mean_and_std(ours - theirs)],
    ]
    return table(["model", "mean", "standard deviation"], rows)


def _mean_and_std(accuracies):
    return [f"{accuracies.mean():.4f}", f"{accuracies.std():.4f}"]
