"""Dense networks: one step, a whole training, and how the time of a step grows."""

import time
import warnings

import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning

from benchmarks.contestants import (
    NO_TORCH,
    SETTINGS,
    Ours,
    PyTorchs,
    batch,
    scikit_learns,
    steps,
    torch,
)
from benchmarks.timing import Times, in_turns, table
from course_lib.datasets import one_hot
from course_lib.losses import SOFTMAX_CROSS_ENTROPY
from course_lib.training import accuracy, fit, minibatches

SIZES = (64, 64, 10)
DTYPES = (np.float32, np.float64)


def one_step(rounds):
    """One step of 64-64-10 on a batch of 32, beside PyTorch and scikit-learn's partial_fit."""
    rows = []
    for optimizer in SETTINGS:
        for dtype in DTYPES:
            running = steps(SIZES, 32, optimizer, dtype)
            X, y = batch(32, 64, 10, dtype)
            model = scikit_learns(SIZES, optimizer, batch_size=32)
            model.partial_fit(X, y, classes=np.arange(10))
            running["scikit-learn"] = lambda X=X, y=y, model=model: model.partial_fit(X, y)
            times = in_turns(running, rounds=rounds)
            rows.append(
                [
                    optimizer,
                    dtype.__name__,
                    f"{times.best('ours'):.0f} µs",
                    f"{times.best('products'):.0f} µs",
                    times.ratio("ours", "bare"),
                    times.ratio("ours", "PyTorch") if torch is not None else NO_TORCH,
                    times.ratio("ours", "scikit-learn"),
                ]
            )
    head = ["optimiser", "type", "ours", "products alone",
            "ours / the same lines, bare", "ours / PyTorch", "ours / scikit-learn"]  # fmt: skip
    return table(head, rows)


def whole_training(rounds, epochs=20):
    """`fit` on the 1797 digits, 64-64-10, batches of 32, beside the others' whole trainings."""
    X, y = load_digits(return_X_y=True)
    rows = []
    for optimizer in SETTINGS:
        for dtype in DTYPES:
            running = _trainings((X / 16).astype(dtype), y, optimizer, dtype, epochs)
            seconds, right = [], {}
            for _ in range(rounds):
                seconds.append([])
                for name, run in running.items():
                    start = time.perf_counter()
                    right[name] = run()
                    seconds[-1].append(time.perf_counter() - start)
            times = Times(list(running), np.array(seconds))
            assert min(right.values()) > max(right.values()) - 0.02, right
            rows.append(
                [
                    optimizer,
                    dtype.__name__,
                    f"{times.best('ours') / 1000:.0f} ms",
                    times.ratio("ours", "PyTorch") if torch is not None else NO_TORCH,
                    times.ratio("ours", "scikit-learn"),
                    ", ".join(f"{name} {share:.3f}" for name, share in right.items()),
                ]
            )
    head = ["optimiser", "type", "ours", "ours / PyTorch", "ours / scikit-learn", "accuracy"]
    return table(head, rows)


def _trainings(X, y, optimizer, dtype, epochs):
    Y = one_hot(y, 10).astype(dtype)

    def ours():
        mine, rng = Ours(SIZES, optimizer, dtype), np.random.default_rng(0)
        fit(mine.net, X, Y, loss=SOFTMAX_CROSS_ENTROPY, optimizer=mine.optimizer, epochs=epochs,
            batch_size=32, rng=rng, progress=False)  # fmt: skip
        return accuracy(mine.net.forward(X), Y)

    def pytorchs():
        theirs, rng = PyTorchs(Ours(SIZES, optimizer, dtype), optimizer), np.random.default_rng(0)
        for _ in range(epochs):
            for X_b, y_b in minibatches(X, y, 32, rng=rng):
                theirs.step(torch.from_numpy(X_b), torch.from_numpy(y_b))
        return accuracy(theirs.net(torch.from_numpy(X)).detach().numpy(), Y)

    def scikit_learns_own():
        model = scikit_learns(SIZES, optimizer, batch_size=32, max_iter=epochs, tol=0.0,
                              n_iter_no_change=epochs + 1)  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            return model.fit(X, y).score(X, y)

    running = {"ours": ours, "PyTorch": pytorchs, "scikit-learn": scikit_learns_own}
    if torch is None:
        del running["PyTorch"]
    return running


def growth(rounds):
    """How the time of a step (SGD with momentum) grows, and where PyTorch overtakes."""
    base = {"batch": 32, "width": 64, "depth": 2}
    grown = {
        "batch": (1, 8, 32, 128, 512, 2048),
        "width": (16, 64, 256, 512, 1024),
        "depth": (2, 4, 8, 16, 32),
    }
    rows = []
    for what, values in grown.items():
        for value in values:
            size = base | {what: value}
            sizes = (64, *[size["width"]] * (size["depth"] - 1), 10)
            for dtype in DTYPES:
                running = steps(sizes, size["batch"], "SGD, momentum", dtype)
                times = in_turns(running, rounds=rounds)
                rows.append(
                    [
                        f"{what} {value}",
                        dtype.__name__,
                        f"{times.best('ours'):.0f} µs",
                        f"{times.best('products') / times.best('ours'):.0%}",
                        times.ratio("ours", "PyTorch") if torch is not None else NO_TORCH,
                    ]
                )
    head = ["64-64-10, batch 32, but", "type", "ours", "of it products", "ours / PyTorch"]
    return table(head, rows)
