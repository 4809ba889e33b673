"""Curves: functions of one variable, training histories, and models of one feature."""

import numpy as np

from course_lib.plotting.figures import axes_or_new
from course_lib.plotting.planes import ONE, ZERO

__all__ = ["plot_fit", "plot_functions", "plot_history", "plot_probability"]

STYLES = ("-", "--", "-.", ":", (0, (4, 1, 1, 1, 1, 1)))
MAX_MARKERS = 30


def plot_functions(functions, *, low=-6, high=6, ax=None):
    """Draw functions of one variable over [low, high].

    Parameters
    ----------
    functions : dict
        A dict from labels to callables that take and return an array.
    low, high : float
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = axes_or_new(ax)
    z = np.linspace(low, high, 1201)
    for i, (label, function) in enumerate(functions.items()):
        a = np.asarray(function(z), dtype=float)
        jumps = np.abs(np.diff(a)) > 0.2 * (np.ptp(a) or 1)
        a = np.where(np.append(jumps, False), np.nan, a)  # no vertical line at a jump
        ax.plot(z, a, linestyle=STYLES[i % len(STYLES)], label=label)
    ax.axvline(0, color="0.8", linewidth=1, zorder=0)
    ax.set_xlabel("z")
    ax.legend()
    return ax


def plot_history(histories, *, xlabel="epoch", ylabel="loss", ax=None):
    """Draw one value per epoch, counted from 1, for each of several runs.

    Parameters
    ----------
    histories : dict
        A dict from labels to lists of numbers.
    xlabel, ylabel : str
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = axes_or_new(ax)
    for i, (label, values) in enumerate(histories.items()):
        style = STYLES[i % len(STYLES)]
        marker = "osD^"[i % 4] if len(values) <= MAX_MARKERS else ""
        epochs = np.arange(1, len(values) + 1)
        inside = "white" if i % 2 else None  # to see markers below others
        ax.plot(epochs, values, linestyle=style, marker=marker, mfc=inside, label=label)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.locator_params(axis="x", integer=True)
    ax.legend()
    return ax


def plot_fit(x, y, f, *, ax=None):
    """Draw points, the curve of a model, and the residuals as vertical lines.

    Parameters
    ----------
    x, y : arrays (m,)
    f : callable
        The model: takes an array of x and returns its predictions.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = axes_or_new(ax)
    x, y = np.asarray(x), np.asarray(y)
    grid = np.linspace(x.min(), x.max(), 200)
    ax.vlines(x, f(x), y, color="0.6", linewidth=1, label="residuals")
    ax.plot(x, y, "o", markersize=5, label="points")
    ax.plot(grid, f(grid), "--", label="model")
    ax.set(xlabel="x", ylabel="y")
    ax.legend()
    return ax


def plot_probability(x, y, p, *, ax=None):
    """Draw labelled points of one feature at heights 0 and 1, and a curve of probabilities.

    Parameters
    ----------
    x, y : arrays (m,)
        The feature, and labels 0 or 1.
    p : callable
        The model: takes an array of x and returns the probabilities of label 1.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = axes_or_new(ax)
    x, y = np.asarray(x), np.asarray(y)
    grid = np.linspace(x.min() - 0.5, x.max() + 0.5, 300)
    ax.plot(x[y == 0], y[y == 0], "o", color=ZERO, mfc="white", markersize=6, label="label 0")
    ax.plot(x[y == 1], y[y == 1], "o", color=ONE, markersize=6, label="label 1")
    ax.plot(grid, p(grid), "-", color="0.2", label="probability of 1")
    ax.axhline(0.5, color="0.8", linewidth=1, zorder=0)
    ax.set(xlabel="x", ylabel="probability", ylim=(-0.08, 1.08))
    ax.legend(loc="upper left")
    return ax
