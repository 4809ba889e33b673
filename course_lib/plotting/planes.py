"""The plane of two inputs: points of two classes, decision boundaries, and outputs as shades."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from course_lib.plotting.figures import axes_or_new, over_grid

__all__ = ["plot_line", "plot_plane", "plot_points"]

ZERO, ONE, LINE = "#D55E00", "#0072B2", "0.15"
SHADES = LinearSegmentedColormap.from_list("zero to one", ["#FCEBDF", "#FFFFFF", "#A9D3EE"])


def plot_points(X, y, *, size=110, ax=None):
    """Draw points (m, 2) with label 1 as discs, with label 0 as rings. Returns the Axes.

    `size` is the area of each; 12 is suitable for some hundred points.
    """
    ax = axes_or_new(ax, figsize=(4, 4))
    X, y = np.asarray(X), np.asarray(y).ravel()
    ones = y == 1
    edge = 2.5 if size > 50 else 1
    ax.scatter(*X[ones].T, s=size, color=ONE, lw=edge, label="1", zorder=3)
    ax.scatter(*X[~ones].T, s=size, facecolor="white", edgecolor=ZERO, lw=edge, label="0", zorder=3)
    ax.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
    ax.locator_params(integer=True)
    return ax


def plot_plane(f, *, low=-0.5, high=1.5, ax=None):
    """Shade the square [low, high]² by the output of `f`, from 0 (orange) to 1 (blue).

    `f` takes an array of points (n, 2) and returns n outputs. The contour line at 1/2 is drawn
    too. Returns the Axes.
    """
    ax = axes_or_new(ax, figsize=(4, 4))
    x1, x2, a = over_grid(f, (low, high), (low, high), points=201)
    ax.imshow(
        a, origin="lower", extent=(low, high, low, high), cmap=SHADES, vmin=0, vmax=1, zorder=0
    )
    if a.min() < 0.5 < a.max():
        ax.contour(x1, x2, a, levels=[0.5], colors="black", linewidths=1.5)
    return _square(ax, low, high)


def plot_line(w, b, *, low=-0.5, high=1.5, label=None, ax=None):
    """Draw the line w1 x1 + w2 x2 + b = 0, with an arrow towards the side where z > 0.

    `w` has two entries; if both are 0, no line is drawn. `label` is written at the tip of the
    arrow. Returns the Axes.
    """
    ax = axes_or_new(ax, figsize=(4, 4))
    w = np.asarray(w, dtype=float)
    length = np.hypot(*w)
    if length > 0:
        normal = w / length
        direction = np.array([-normal[1], normal[0]])
        middle = np.full(2, (low + high) / 2)
        foot = middle - (w @ middle + b) / length * normal
        ends = foot + np.outer([-3, 3], direction) * (high - low)
        ax.plot(*ends.T, color=LINE)
        tip = foot + 0.12 * (high - low) * normal
        ax.annotate("", tip, foot, arrowprops={"arrowstyle": "->", "color": LINE})
        if label is not None:
            position = foot + 0.18 * (high - low) * normal
            background = {"boxstyle": "round,pad=0.15", "facecolor": "white", "linewidth": 0}
            ax.text(
                *position, label, ha="center", va="center", fontsize=9, zorder=5, bbox=background
            )
    return _square(ax, low, high)


def _square(ax, low, high):
    ax.set(xlabel="$x_1$", ylabel="$x_2$", aspect="equal", xlim=(low, high), ylim=(low, high))
    ax.locator_params(integer=True)
    return ax
