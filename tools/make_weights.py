"""Train the digit reader, and write its weights to data/digit_reader.npz: `make weights`.

    python tools/make_weights.py [FOLDER]

It trains on 8000 of the 10 000 digits, in turn as they are and moved by up to two pixels, and
prints the share of the other 2000 that it reads, which data/README.md gives.
"""

import sys
from pathlib import Path

import numpy as np
from sklearn.model_selection import train_test_split
from threadpoolctl import threadpool_limits

from course_lib import ROOT
from course_lib.activations import sigmoid, sigmoid_prime
from course_lib.datasets import mnist, one_hot, random_shifts
from course_lib.losses import SoftmaxCrossEntropy
from course_lib.network import mlp
from course_lib.optimizers import Adam
from course_lib.training import fit

SEED, TEST, EPOCHS = 2026, 2000, 60


def halves():
    """X_train, X_test, y_train, y_test: 8000 and 2000 digits, as many of each as in the file."""
    X, y = mnist()
    return train_test_split(X, y, test_size=TEST, stratify=y, random_state=SEED)


@threadpool_limits.wrap(limits=1)  # small products: threads would wait for each other
def train(epochs=EPOCHS):
    """The trained network; half of its epochs see pictures that were moved."""
    X, _, y, _ = halves()
    Y, rng = one_hot(y, 10), np.random.default_rng(SEED)
    net = mlp((784, 64, 10), sigmoid, sigmoid_prime, rng=rng, dtype=np.float32)
    optimizer = Adam(net)
    for epoch in range(epochs):
        moved = random_shifts(X, rng=rng, most=2) if epoch % 2 == 0 else X
        optimizer.lr = 0.003 * 0.95**epoch
        fit(net, moved.reshape(len(X), -1), Y, loss=SoftmaxCrossEntropy(), optimizer=optimizer,
            epochs=1, batch_size=64, rng=rng, progress=False)  # fmt: skip
    return net


def accuracy(net):
    """The share of the 2000 test digits that `net` reads."""
    _, X, _, y = halves()
    return float((net.forward(X.reshape(len(X), -1)).argmax(axis=1) == y).mean())


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "data"
    net = train()
    net.save(folder / "digit_reader.npz")
    print(f"{accuracy(net):.4f} of {TEST} digits are read.")
