"""The record of a training: what was seen in each epoch, and how it ended."""

from dataclasses import dataclass, field

import numpy as np

__all__ = ["DivergenceError", "History"]


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

    `loss` is the mean of the losses of the epoch's batches, each taken before its step and
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
