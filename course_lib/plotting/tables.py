"""Tables of numbers under a window: the steps of a convolution, and the maxima of pooling."""

import numpy as np
from matplotlib.patches import Circle, Rectangle
from matplotlib.patheffects import withStroke

from course_lib.plotting.figures import axes_or_new, numbers_along

__all__ = ["plot_convolution", "plot_pooling"]

GAP = 1.2
WINDOW, RESULT = "#D55E00", "#0072B2"
HALO = [withStroke(linewidth=4, foreground="white")]


def plot_convolution(X, W, Z, place, *, stride=1, ax=None):
    """Draw one step of a convolution: the window on X, the kernel, and Z up to this step.

    Parameters
    ----------
    X, W, Z : arrays (height, width), (size, size), (rows, columns)
        The padded picture, the kernel, and the output, whose entries are shown up to `place` in
        row order.
    place : (r, s)
        The row and the column of the entry of Z that is computed in this step.
    stride : int
        The distance between neighbouring windows.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If X, W or Z is not a table of finite numbers, or if the window is outside of X.
    """
    remedy = "For one channel of one picture, try X[0, :, :, 0]."
    X, W, Z = (
        numbers_along("plot_convolution", name, table, ("rows", "columns"), remedy)
        for name, table in (("X", X), ("W", W), ("Z", Z))
    )
    r, s = place
    last = r * stride + len(W), s * stride + W.shape[1]
    if not (
        0 <= r < len(Z) and 0 <= s < Z.shape[1] and last[0] <= len(X) and last[1] <= X.shape[1]
    ):
        raise ValueError(
            f"plot_convolution: place is {place} with stride {stride}, expected a place in Z whose "
            f"window lies on X; Z has shape {Z.shape} and X {X.shape}. Try place=(0, 0)."
        )
    ax = axes_or_new(ax, figsize=(0.5 * (X.shape[1] + W.shape[1] + Z.shape[1] + 4), 0.5 * len(X)))
    known = np.arange(Z.size).reshape(Z.shape) <= r * Z.shape[1] + s
    left, middle = 0, len(X) / 2
    for table, shown, sign in [(X, True, "⋆"), (W, True, "="), (Z, known, "")]:
        top = middle - len(table) / 2
        _table(ax, table, left, top, np.broadcast_to(shown, table.shape))
        if table is X:
            _frame(ax, left + s * stride, top + r * stride, W.shape, WINDOW)
        if table is W:
            _frame(ax, left, top, W.shape, WINDOW)
        if table is Z:
            _frame(ax, left + s, top + r, (1, 1), RESULT)
        left += table.shape[1]
        ax.text(left + GAP / 2, middle, sign, ha="center", va="center", fontsize=16)
        left += GAP
    return _finished(ax, left - GAP, len(X))


def plot_pooling(X, size, *, stride=None, ax=None):
    """Draw the windows of max pooling on X, with a ring around the maximum of each.

    Parameters
    ----------
    X : array (height, width)
        The picture; its numbers are written into their pixels, large ones are dark.
    size, stride : int
        The width of a window, and the distance between neighbouring ones (None: `size`). Of equal
        maxima the first in row order is chosen.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If X is not a table of finite numbers, or if a window does not fit on it.
    """
    remedy = "For one channel of one picture, try X[0, :, :, 0]."
    X = numbers_along("plot_pooling", "X", X, ("height", "width"), remedy)
    stride = size if stride is None else stride
    if not 1 <= size <= min(X.shape) or stride < 1:
        raise ValueError(
            f"plot_pooling: size is {size} and stride {stride}, expected a window from 1 to "
            f"{min(X.shape)} pixels wide, the shorter side of X, and a stride of at least 1."
        )
    ax = axes_or_new(ax, figsize=(0.5 * X.shape[1], 0.5 * len(X)))
    _table(ax, X, 0, 0, np.ones(X.shape, dtype=bool))
    for r in range(0, len(X) - size + 1, stride):
        for s in range(0, X.shape[1] - size + 1, stride):
            u, v = divmod(X[r : r + size, s : s + size].argmax(), size)
            _frame(ax, s, r, (size, size), WINDOW)
            centre = s + v + 0.5, r + u + 0.5
            ring = Circle(centre, 0.4, fill=False, color=RESULT, lw=2, path_effects=HALO, zorder=4)
            ax.add_patch(ring)
    return _finished(ax, X.shape[1], len(X))


def _table(ax, table, left, top, shown):
    """Draw each number in a cell; cells with large numbers are dark."""
    low, spread = table.min(), np.ptp(table) or 1
    for (r, s), number in np.ndenumerate(table):
        grey = 1 - 0.4 * (number - low) / spread if shown[r, s] else 1
        corner = left + s, top + r
        ax.add_patch(Rectangle(corner, 1, 1, facecolor=str(grey), edgecolor="0.6", lw=0.6))
        if shown[r, s]:
            text = f"{number + 0:.3g}"
            ax.text(corner[0] + 0.5, corner[1] + 0.5, text, ha="center", va="center", fontsize=9)


def _frame(ax, left, top, shape, colour):
    look = {"fill": False, "edgecolor": colour, "lw": 2.5, "zorder": 3, "path_effects": HALO}
    ax.add_patch(Rectangle((left, top), *shape[::-1], **look))


def _finished(ax, width, height):
    ax.set(xlim=(-0.1, width + 0.1), ylim=(height + 0.1, -0.1), aspect="equal")
    ax.set_axis_off()
    return ax
