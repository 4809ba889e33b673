"""Cost functions of one or two parameters, and the paths of gradient descent on them."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patheffects import Normal, withStroke

from course_lib.plotting.figures import axes_or_new, over_grid

__all__ = ["plot_contours", "plot_surface", "plot_valley"]

STYLES = ("o-", "s--", "D-.", "^:")
HALO = [withStroke(linewidth=3.5, foreground="white"), Normal()]


def plot_contours(f, xlim, ylim, *, paths=None, minimum=None, ax=None):
    """Draw the contour lines of `f`, and paths over them.

    Parameters
    ----------
    f : callable
        Takes an array of points (n, 2) and returns n values.
    xlim, ylim : tuples
        The limits of the two axes.
    paths : dict, optional
        A dict from labels to arrays (steps, 2); the first point of each is marked.
    minimum : pair, optional
        A point, marked with a star.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = axes_or_new(ax, figsize=(5, 4))
    first, second, heights = over_grid(f, xlim, ylim, points=121)
    low = heights.min()
    levels = low + (heights.max() - low) * np.linspace(0.02, 1, 14) ** 2
    ax.contourf(first, second, heights, levels=[low, *levels], cmap="cividis", alpha=0.35)
    ax.contour(first, second, heights, levels=levels, colors="0.45", linewidths=0.7)
    for i, (label, path) in enumerate((paths or {}).items()):
        path, colour = np.asarray(path), f"C{i}"  # the same as in plot_history
        every = max(1, len(path) // 40)
        style = STYLES[i % len(STYLES)]
        look = {"color": colour, "path_effects": HALO}
        ax.plot(*path.T, style, lw=1.3, markersize=3.5, markevery=every, label=label, **look)
        ax.plot(*path[0], "o", markersize=9, markerfacecolor="none", **look)
    if minimum is not None:
        ax.plot(*minimum, "*", color="black", markersize=13, linestyle="none", label="minimum")
    if paths or minimum is not None:
        ax.legend(frameon=True, framealpha=0.85, fontsize=9)
    ax.set(xlim=xlim, ylim=ylim)
    return ax


def plot_surface(f, xlim, ylim, *, path=None, ax=None):
    """Draw `f` as a surface in three dimensions, with a path on it.

    `f` takes points (n, 2) and returns n values; `path` is an array (steps, 2); `ax`, if
    given, is an Axes of projection "3d". Returns the Axes.
    """
    if ax is None:
        _, ax = plt.subplots(figsize=(5.4, 4.4), subplot_kw={"projection": "3d"})
    first, second, heights = over_grid(f, xlim, ylim, points=41)
    ax.plot_surface(first, second, heights, cmap="cividis", alpha=0.75, linewidth=0)
    if path is not None:
        path = np.asarray(path)
        look = {"color": "black", "path_effects": HALO, "zorder": 5}
        ax.plot(*path.T, f(path), "o-", lw=1.5, markersize=3, **look)
    ax.locator_params(nbins=5)
    return ax


def plot_valley(f, path, *, low, high, ax=None):
    """Draw `f` of one parameter over [low, high], and the steps of a path (steps,) on it.

    Points outside of [low, high] are not drawn. Returns the Axes.
    """
    ax = axes_or_new(ax, figsize=(4, 3))
    grid = np.linspace(low, high, 400)
    ax.plot(grid, f(grid), color="0.4", lw=1.5)
    path = np.asarray(path, dtype=float)
    inside = path[(path >= low) & (path <= high)]
    ax.plot(inside, f(inside), "o-", color="C1", lw=1.2, markersize=4)
    ax.set(xlim=(low, high))
    return ax
