"""One epoch: every example once, in mini-batches, a step of the optimiser for each."""

import numpy as np

from course_lib.shapes import ShapeError, expect_finite, expect_rng, expect_whole, floats

__all__ = ["accuracy", "expect_pairs", "judge", "minibatches", "one_epoch"]


def accuracy(Z, Y):
    """The share of the m examples that outputs Z (m, k) put into the class that Y (m, k) says.

    With one column, a logit above 0 means yes (σ above 1/2), and so does a label above 1/2;
    with more, the class is the column of the largest entry. Raises ShapeError for shapes
    that differ. Source: notebook 03.
    """
    Z, Y = floats("accuracy", "Z", Z), floats("accuracy", "Y", Y)
    if Z.shape != Y.shape or Z.ndim != 2 or Z.size == 0:
        raise ShapeError(
            f"accuracy: Z has shape {Z.shape} and Y has shape {Y.shape}, expected both (m, k): "
            f"one example per row, one score per class. For one output, use Y[:, None]; for "
            f"classes, one_hot(Y, k)."
        )
    expect_finite("accuracy", "Z", Z, "Did training diverge?")
    if Z.shape[1] == 1:
        return float(np.mean((Z > 0) == (Y > 0.5)))
    return float(np.mean(Z.argmax(axis=1) == Y.argmax(axis=1)))


def minibatches(X, Y, batch_size, *, rng):
    """Yield pairs (X_batch, Y_batch) that hold every example once, in a new random order.

    Each has `batch_size` examples, the last one what is left. X and Y have the same number
    of rows and are not changed. Raises ShapeError where they differ, ValueError for a batch
    size below 1, TypeError for a missing or foreign `rng`. Source: notebook 02.
    """
    expect_rng("minibatches", rng)
    expect_whole("minibatches", "batch_size", batch_size)
    X, Y = np.asarray(X), np.asarray(Y)
    expect_pairs("minibatches", X, Y)
    return _shuffled_slices(X, Y, batch_size, rng)


def _shuffled_slices(X, Y, batch_size, rng):
    order = rng.permutation(len(X))
    X, Y = X[order], Y[order]
    for start in range(0, len(X), batch_size):
        yield X[start : start + batch_size], Y[start : start + batch_size]


def one_epoch(net, X, Y, *, loss, optimizer, batch_size=None, rng):
    """Take one step for each mini-batch; return the mean of their losses, and the accuracy.

    A batch size of None takes all examples in one step. Each loss is taken before its step,
    without penalty; the accuracy is that of the same outputs, NaN for a loss of regression.
    Raises NotFiniteError when a weight or an output becomes NaN or infinite. Source:
    notebook 06.
    """
    batches = [(X, Y)] if batch_size is None else minibatches(X, Y, batch_size, rng=rng)
    outputs, labels = [], []
    for X_batch, Y_batch in batches:
        Z = net.forward(X_batch)
        net.backward(loss.grad(Z, Y_batch))
        optimizer.step()
        outputs.append(Z)
        labels.append(Y_batch)
    expect_finite("fit", "theta", net.theta, "The last step was too long.")
    mean = _mean_over_batches(loss, outputs, labels)
    return mean, _share_of_right(loss, np.concatenate(outputs), np.concatenate(labels))


def judge(net, X, Y, loss):
    """The loss and the accuracy of `net` on X and Y, which it does not learn from."""
    Z = net.forward(X)
    return loss.value(Z, Y), _share_of_right(loss, Z, Y)


def _mean_over_batches(loss, outputs, labels):
    """All batches but the last are of one size, so one call takes the mean over those."""
    last = loss.value(outputs[-1], labels[-1])
    others = len(outputs) - 1
    if others == 0:
        return last
    mean = loss.value(np.concatenate(outputs[:-1]), np.concatenate(labels[:-1]))
    return (others * mean + last) / (others + 1)


def _share_of_right(loss, Z, Y):
    return accuracy(Z, Y) if loss.classifies else float("nan")


def expect_pairs(who, X, Y):
    """Raise ShapeError unless X and Y have as many rows, and at least one."""
    if X.ndim == 0 or Y.ndim == 0 or len(X) != len(Y) or len(X) == 0:
        raise ShapeError(
            f"{who}: X has shape {X.shape} and Y has shape {Y.shape}, expected as many rows in "
            f"both, and at least one: a label for each example."
        )
