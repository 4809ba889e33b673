"""Diagrams of networks: units are circles, weights are arrows."""

import numpy as np
from matplotlib.patches import Circle

from course_lib.plotting.figures import axes_or_new

__all__ = ["plot_network"]

RADIUS = 0.28
COLUMN, ROW = 2.6, 1.1


def plot_network(layers, *, weights=None, biases=None, ax=None):
    """Draw a network layer by layer, from left to right.

    Parameters
    ----------
    layers : list of lists of str
        The labels of the units: ``[["$x_1$", "$x_2$"], ["OR", "NAND"], ["AND"]]``.
    weights : list of arrays, optional
        ``weights[l][i][j]``, a number or text, labels the arrow from unit i of layer l to unit j
        of the next, as in W (n_in, n_out).
    biases : list of arrays, optional
        ``biases[l][j]``, a number or text, labels unit j of layer l + 1.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    tallest = max(len(layer) for layer in layers)
    size = (2.2 * len(layers), 0.5 + 0.85 * tallest)
    ax = axes_or_new(ax, figsize=size)
    places = [_column(number, len(layer)) for number, layer in enumerate(layers)]
    for number in range(len(layers) - 1):
        for i, start in enumerate(places[number]):
            for j, end in enumerate(places[number + 1]):
                text = "" if weights is None else weights[number][i][j]
                _arrow(ax, start, end, text)
    for number, layer in enumerate(layers):
        for j, label in enumerate(layer):
            _unit(ax, places[number][j], label)
            if biases is not None and number > 0:
                x, y = places[number][j]
                bias = biases[number - 1][j]
                text = bias if isinstance(bias, str) else f"b = {bias}"
                ax.text(x, y - RADIUS - 0.06, text, ha="center", va="top", fontsize=9)
    ax.set(aspect="equal", xlim=(-0.6, COLUMN * (len(layers) - 1) + 0.6))
    ax.set_ylim(-ROW * (tallest - 1) / 2 - 0.75, ROW * (tallest - 1) / 2 + 0.45)
    ax.set_axis_off()
    return ax


def _column(number, units):
    heights = ROW * ((units - 1) / 2 - np.arange(units))
    return [np.array([COLUMN * number, height]) for height in heights]


def _unit(ax, place, label):
    ax.add_patch(Circle(place, RADIUS, facecolor="#E8F1F8", edgecolor="#0072B2", lw=1.8, zorder=2))
    ax.text(*place, label, ha="center", va="center", fontsize=10, zorder=3)


def _arrow(ax, start, end, text):
    direction = (end - start) / np.hypot(*(end - start))
    tail, head = start + RADIUS * direction, end - RADIUS * direction
    ax.annotate("", head, tail, arrowprops={"arrowstyle": "-|>", "color": "0.35", "lw": 1.3})
    if text != "":
        x, y = start + 0.30 * (end - start)
        background = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
        ax.text(x, y, str(text), ha="center", va="center", fontsize=9, bbox=background)
