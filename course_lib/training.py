"""Training: epoch after epoch, watched, stopped early, and kept from running away."""

import numpy as np

from course_lib.bars import progress_bar
from course_lib.epochs import accuracy, expect_pairs, judge, minibatches, one_epoch
from course_lib.history import DivergenceError, History
from course_lib.losses import Loss
from course_lib.network import Network, makes_probabilities
from course_lib.shapes import (
    NotFiniteError,
    expect_finite,
    expect_rng,
    expect_whole,
    floats,
)

__all__ = ["DivergenceError", "History", "accuracy", "fit", "minibatches", "one_epoch"]


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
        Data that training does not see, judged after each epoch.
    patience : int or None
        Stop when `val_loss` has had no new minimum for so many epochs. However training
        ends, the network then has the weights of the best epoch.
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
    _expect_settings(net, loss, optimizer, epochs, batch_size, rng, validation, patience)
    X, Y = _checked_pair("X", net, loss, X, Y)
    if validation is not None:
        validation = _checked_pair("X_val", net, loss, *_pair(validation))
    history, best_theta = History(), net.theta.copy()
    how = {"loss": loss, "optimizer": optimizer, "batch_size": batch_size, "rng": rng}
    bar = progress_bar(total=epochs, desc="fit", unit="epoch", disable=not progress)
    try:
        for epoch in range(1, epochs + 1):
            before = net.theta.copy()
            with np.errstate(over="ignore", invalid="ignore"):
                seen = one_epoch(net, X, Y, **how)
                if validation:
                    seen += judge(net, *validation, loss)
                expect_finite("fit", "loss", seen[::2], "The last step was too long.")
            history.append(*seen)
            if patience and epoch == np.argmin(history.val_loss) + 1:
                history.best_epoch, best_theta = epoch, net.theta.copy()
            if patience and epoch - history.best_epoch >= patience:
                history.ending = f"no better val_loss for {patience} epochs"
                break
            bar.set_postfix_str(f"loss {history.loss[-1]:.3g}", refresh=False)
            bar.update()
    except KeyboardInterrupt:
        history.ending = "interrupted"
    except NotFiniteError:
        history.ending = "diverged"
        net.theta = best_theta if history.best_epoch else before
        raise DivergenceError(_why_it_diverged(X, optimizer, history), history) from None
    finally:
        bar.total = bar.n  # else an unfinished bar stays in the notebook
        bar.close()
    if history.best_epoch:
        net.theta = best_theta
    if progress:
        print(f"fit: {history}")
    return history


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
    expect_pairs("fit", X, Y)
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


def _expect_settings(net, loss, optimizer, epochs, batch_size, rng, validation, patience):
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
    expect_whole("fit", "epochs", epochs)
    if batch_size is not None:
        expect_whole("fit", "batch_size", batch_size)
    if patience is not None:
        expect_whole("fit", "patience", patience)
        if validation is None:
            raise ValueError(
                "fit: patience came without validation data, expected validation=(X_val, Y_val): "
                "training stops by what it has not seen."
            )
