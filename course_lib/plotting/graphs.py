"""Computation graphs: nodes with their values and derivatives."""

import numpy as np
from matplotlib.patches import FancyBboxPatch

from course_lib.plotting.figures import axes_or_new

__all__ = ["plot_graph"]

WIDTH, HEIGHT = 0.86, 0.42
COLUMN, ROW = 1.5, 1.0


def plot_graph(nodes, edges, *, values=None, derivatives=None, ax=None):
    """Draw a computation graph, from left to right.

    Parameters
    ----------
    nodes : dict
        A dict from the names of nodes to their positions: ``{"z": (1, 0)}`` is in column 1, row 0;
        rows count upwards.
    edges : list of pairs of names
        ``("z", "a")``: a is computed from z.
    values : dict, optional
        A dict from names to the numbers above their nodes, the values of the forward pass.
    derivatives : dict, optional
        A dict from names to the numbers below their nodes, after "∂": the derivatives of the last
        node with respect to these, from the backward pass.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    positions = {name: np.array([COLUMN * x, ROW * y]) for name, (x, y) in nodes.items()}
    xs, ys = np.array(list(positions.values())).T
    ax = axes_or_new(ax, figsize=(1.0 + 0.8 * np.ptp(xs), 1.3 + 0.8 * np.ptp(ys)))
    for start, end in edges:
        tail, head = positions[start] + [WIDTH / 2, 0], positions[end] - [WIDTH / 2, 0]
        ax.annotate("", head, tail, arrowprops={"arrowstyle": "-|>", "color": "0.35", "lw": 1.3})
    for name, position in positions.items():
        corner = position - [WIDTH / 2, HEIGHT / 2]
        patch = FancyBboxPatch(
            corner, WIDTH, HEIGHT, boxstyle="round,pad=0,rounding_size=0.1",
            facecolor="#E8F1F8", edgecolor="#0072B2", lw=1.6, zorder=2,
        )  # fmt: skip
        ax.add_patch(patch)
        x, y = position
        ax.text(x, y, name, ha="center", va="center", fontsize=10, zorder=3)
        if values and name in values:
            text = f"{values[name]:.4g}"
            ax.text(x, y + 0.25, text, ha="center", va="bottom", fontsize=9)
        if derivatives and name in derivatives:
            text = f"∂ {derivatives[name]:.4g}"
            style = {"color": "#A84900", "fontsize": 9, "ha": "center", "va": "top"}
            ax.text(x, y - 0.25, text, **style)
    ax.set(xlim=(xs.min() - 0.6, xs.max() + 0.6), ylim=(ys.min() - 0.6, ys.max() + 0.6))
    ax.set_aspect("equal")
    ax.set_axis_off()
    return ax
