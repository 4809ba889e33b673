"""Training: epoch after epoch, evaluated, stopped early, and kept from running away."""

from dataclasses import dataclass, field

import numpy as np

from course_lib.checks import (
    NotFiniteError,
    ShapeError,
    expect_between,
    expect_finite,
    expect_rng,
    expect_whole,
    floats,
)
from course_lib.experiments import progress_bar
from course_lib.losses import Loss
from course_lib.network import Network, makes_probabilities

__all__ = [
    "DivergenceError",
    "History",
    "accuracy",
    "evaluate",
    "fit",
    "minibatches",
    "one_epoch",
    "step",
]


class DivergenceError(ValueError):
    """Training ran away to infinity. `history` is the record of the epochs before."""

    def __init__(self, sentence, history):
        super().__init__(sentence)
        self.history = history

    def __reduce__(self):
        return type(self), (*self.args, self.history)


@dataclass
class History:
    """What `fit` saw, a list each with one entry per epoch.

    `loss` is the mean over the epoch's examples, each seen before the step of its batch, and
    without penalty; `accuracy` the share of right predictions among the same outputs.
    `val_loss` and `val_accuracy` are taken after the epoch, on the validation data, and are
    empty without any. Accuracies are NaN for a loss of regression.

    `best_epoch` counts from 1 and is 0 without early stopping; `ending` says in words why
    training ended.
    """

    loss: list = field(default_factory=list)
    accuracy: list = field(default_factory=list)
    val_loss: list = field(default_factory=list)
    val_accuracy: list = field(default_factory=list)
    best_epoch: int = 0
    ending: str = "all epochs done"

    def append(self, loss, accuracy, val_loss=None, val_accuracy=None):
        """Note one epoch; the last two only with validation data."""
        self.loss.append(float(loss))
        self.accuracy.append(accuracy)
        if val_loss is not None:
            self.val_loss.append(val_loss)
            self.val_accuracy.append(val_accuracy)

    def __str__(self):
        epochs = len(self.loss)
        parts = [f"{epochs} epoch" if epochs == 1 else f"{epochs} epochs"]
        for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
            values = getattr(self, name)
            if values and not np.isnan(values[-1]):
                parts.append(f"{name} {values[-1]:.3g}")
        if self.best_epoch:
            parts.append(f"best epoch {self.best_epoch}")
        return f"{', '.join(parts)}: {self.ending}"

    def __repr__(self):
        return f"History({self})"


def fit(
    net,
    X,
    Y,
    *,
    loss,
    optimizer,
    epochs,
    batch_size=None,
    rng,
    validation=None,
    patience=None,
    tol=None,
    progress=True,
):
    """Train `net` on X (m, ...) and Y (m, k), and return the `History`.

    Parameters
    ----------
    net, loss, optimizer
        A `Network`, a loss on its outputs, and an optimiser made for this network.
    epochs : int
        How often each example is seen.
    batch_size : int or None
        How many examples a step is taken from, drawn with `rng`; None takes all of them.
    validation : (X_val, Y_val) or None
        Data that training does not see, evaluated after each epoch.
    patience : int or None
        Stop when `val_loss` has had no new minimum for so many epochs. The network
        then has the weights of the best epoch, however training ended.
    tol : float or None
        A minimum counts for `patience` only if it is lower by more than `tol`. With a `tol`,
        `patience` needs no validation data: it watches the training loss instead, and the
        network keeps the weights of the last epoch.
    progress : bool
        Show a bar while training, and one line at the end.

    Interrupting the kernel ends training early: the weights stay, the history is returned.

    Raises
    ------
    DivergenceError
        When the loss or a weight becomes NaN or infinite. The network then has the weights
        from before that epoch (or of the best one), and the error's `history` holds the
        epochs before it.
    ValueError, TypeError, ShapeError
        For data, labels or settings that do not go together, before anything is changed.

    Source: notebook 06.
    """
    epochs, batch_size, patience, tol = _checked_settings(
        net, loss, optimizer, epochs, batch_size, rng, validation, patience, tol
    )
    X, Y = _checked_pair("X", net, loss, X, Y)
    if validation is not None:
        validation = _checked_pair("X_val", net, loss, *_pair(validation))
    history, best, best_theta, waited = History(), np.inf, None, 0
    bar = progress_bar(total=epochs, desc="fit", unit="epoch", disable=not progress)
    try:
        for epoch in range(1, epochs + 1):
            before = net.theta.copy()
            with np.errstate(over="ignore", invalid="ignore"):
                results = one_epoch(
                    net, X, Y, loss=loss, optimizer=optimizer, batch_size=batch_size, rng=rng
                )
                if validation:
                    results += evaluate(net, *validation, loss)
                expect_finite("fit", "loss", results[::2], "The last step was too long.")
            history.append(*results)
            watched = (history.val_loss or history.loss)[-1]
            waited = 0 if watched < best - (tol or 0) else waited + 1
            if watched < best:
                best = watched
                if patience and validation:
                    history.best_epoch, best_theta = epoch, net.theta.copy()
            if patience and waited >= patience:
                name = "val_loss" if validation else "loss"
                history.ending = f"no better {name} for {patience} epochs"
                break
            bar.set_postfix_str(f"loss {history.loss[-1]:.3g}", refresh=False)
            bar.update()
    except KeyboardInterrupt:
        history.ending = "interrupted"
    except NotFiniteError:
        history.ending = "diverged"
        net.theta = before if best_theta is None else best_theta
        raise DivergenceError(_why_it_diverged(X, optimizer, history), history) from None
    finally:
        bar.total = bar.n  # else an unfinished bar stays in the notebook
        bar.close()
    if best_theta is not None:
        net.theta = best_theta
    if progress:
        print(f"fit: {history}")
    return history


def one_epoch(net, X, Y, *, loss, optimizer, batch_size=None, rng):
    """Take one step for each mini-batch; return the mean loss of the examples, and the accuracy.

    A batch size of None takes all examples in one step. Each loss is taken before its step,
    without penalty; the accuracy is that of the same outputs, NaN for a loss of regression.
    Raises NotFiniteError when a weight or an output becomes NaN or infinite. Source:
    notebook 06.
    """
    _, Y = loss.checked(Y, Y)
    batches = [(X, Y)] if batch_size is None else minibatches(X, Y, batch_size, rng=rng)
    total, outputs, labels = 0.0, [], []
    for X_batch, Y_batch in batches:
        Z, value = step(net, X_batch, Y_batch, loss, optimizer)
        total += len(Z) * value
        outputs.append(Z)
        labels.append(Y_batch)
    expect_finite("fit", "theta", net.theta, "The last step was too long.")
    return total / len(X), _accuracy(loss, np.concatenate(outputs), np.concatenate(labels))


def step(net, X, Y, loss, optimizer):
    """One step of the optimiser on the batch X, Y; returns the outputs before it, and the loss.

    Of the labels only the shape is compared: `one_epoch` has checked them all.
    """
    Z = net.forward(X)
    if Z.shape != np.shape(Y):
        loss.checked(Z, Y)
    value, dZ = loss.equations(Z, Y)
    net.backward(dZ)
    optimizer.step()
    return Z, value


def evaluate(net, X, Y, loss):
    """The loss and the accuracy of `net` on X and Y, without training."""
    Z = net.forward(X)
    return loss.value(Z, Y), _accuracy(loss, Z, Y)


def _accuracy(loss, Z, Y):
    return accuracy(Z, Y) if loss.classifies else float("nan")


def minibatches(X, Y, batch_size, *, rng):
    """Yield pairs (X_batch, Y_batch) that hold every example once, in a new random order.

    Each has `batch_size` examples, the last one possibly fewer. X and Y have the same number
    of rows and are not changed. Raises ShapeError where they differ, ValueError for a batch
    size below 1, TypeError for a missing or foreign `rng`. Source: notebook 02.
    """
    expect_rng("minibatches", rng)
    batch_size = expect_whole("minibatches", "batch_size", batch_size)
    X, Y = np.asarray(X), np.asarray(Y)
    _expect_pairs("minibatches", X, Y)
    return _shuffled_slices(X, Y, batch_size, rng)


def _shuffled_slices(X, Y, batch_size, rng):
    order = rng.permutation(len(X))
    X, Y = X[order], Y[order]
    for start in range(0, len(X), batch_size):
        yield X[start : start + batch_size], Y[start : start + batch_size]


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


def _why_it_diverged(X, optimizer, history):
    return (
        f"fit: the loss became NaN or infinite in epoch {len(history.loss) + 1}, the steps were "
        f"too long. Lower lr, which is {optimizer.lr:g}, say to {optimizer.lr / 10:g}; or scale "
        f"the features, whose largest is {np.abs(X).max():.3g}: (X - X.mean(0)) / X.std(0). "
        f"Begin again with a new network and a new optimiser: this one's weights are those from "
        f"before that epoch, and may be large already."
    )


def _pair(validation):
    if not isinstance(validation, tuple | list) or len(validation) != 2:
        raise ValueError(
            f"fit: validation is of type {type(validation).__name__}, expected two arrays, "
            f"validation=(X_val, Y_val). Split the data first, with train_test_split."
        )
    return validation


def _checked_pair(name, net, loss, X, Y):
    X, Y = floats("fit", name, X), floats("fit", name.replace("X", "Y"), Y)
    _expect_pairs("fit", X, Y)
    with np.errstate(over="ignore", invalid="ignore"):
        X, Y = X.astype(net.dtype, copy=False), Y.astype(net.dtype, copy=False)
        expect_finite("fit", name, X, "Remove or mend the examples that are incomplete.")
        expect_finite("fit", "theta", net.theta, "Begin with a new network.")
        before = loss.value(net.forward(X), Y)
    expect_finite("fit", "the loss before training", before, "Scale X, or take smaller weights.")
    if loss.classifies and makes_probabilities(net, X[:32]):
        raise ValueError(
            f"fit: the network ends with probabilities, and {loss} expected logits: it makes the "
            f"probabilities itself. Leave the last activation out."
        )
    return X, Y


def _checked_settings(net, loss, optimizer, epochs, batch_size, rng, validation, patience, tol):
    if not isinstance(net, Network):
        raise TypeError(f"fit: net is {type(net).__name__}, expected a Network.")
    if not isinstance(loss, Loss):
        raise TypeError(f"fit: loss is {loss!r}, expected one such as SOFTMAX_CROSS_ENTROPY.")
    if getattr(optimizer, "net", None) is not net:
        raise ValueError(
            f"fit: optimizer is {optimizer!r}, expected one that was made for this network, or "
            f"its weights would never move. Try optimizer=SGD(net, lr=0.1)."
        )
    expect_rng("fit", rng)
    epochs = expect_whole("fit", "epochs", epochs)
    if batch_size is not None:
        batch_size = expect_whole("fit", "batch_size", batch_size)
    if tol is not None:
        tol = expect_between("fit", "tol", tol, 0, closed=True)
    if patience is not None:
        patience = expect_whole("fit", "patience", patience)
        if validation is None and tol is None:
            raise ValueError(
                "fit: patience came without validation data, expected validation=(X_val, Y_val): "
                "training stops by what it has not seen."
            )
    return epochs, batch_size, patience, tol


def _expect_pairs(who, X, Y):
    """Raise ShapeError unless X and Y have as many rows, and at least one."""
    if X.ndim == 0 or Y.ndim == 0 or len(X) != len(Y) or len(X) == 0:
        raise ShapeError(
            f"{who}: X has shape {X.shape} and Y has shape {Y.shape}, expected as many rows in "
            f"both, and at least one: a label for each example."
        )
