"""Images, kernels and feature maps, side by side in one figure."""

import numpy as np

from course_lib.plotting.figures import axes_or_new, numbers_along

__all__ = ["plot_feature_maps", "plot_filters", "plot_pictures"]

GAP = 0.12


def plot_pictures(pictures, titles=None, *, columns=8, signed=False, ax=None):
    """Draw pictures in rows, each with a title above it.

    Parameters
    ----------
    pictures : array (number, height, width) or (number, height, width, channels)
        One channel is drawn in grey, dark for large; three are red, green and blue.
    titles : list of str, optional
    columns : int
        The number of pictures in a row.
    signed : bool
        For weights. One channel is drawn in orange with a minus sign below zero, white at zero
        and purple above, on a common scale; of three channels, grey is zero.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    pictures = np.asarray(pictures, dtype=float)
    number, height, width = pictures.shape[:3]
    columns = min(columns, number)
    rows = -(-number // columns)
    step = 1 + GAP + (0.28 if titles is not None else 0)
    ax = axes_or_new(ax, figsize=(1.05 * columns + 0.2, 1.05 * rows * step + 0.2))
    largest = np.abs(pictures).max() or 1
    for i, picture in enumerate(pictures):
        left, top = (i % columns) * (1 + GAP), -(i // columns) * step
        _draw(ax, picture, (left, left + 1, top - height / width, top), largest, signed)
        if titles is not None:
            ax.text(left + 0.5, top + 0.03, titles[i], ha="center", va="bottom", fontsize=8)
    ax.set(
        xlim=(-0.05, columns * (1 + GAP)), ylim=(-(rows - 1) * step - height / width - 0.05, 0.3)
    )
    ax.set_aspect("equal")
    ax.set_axis_off()
    return ax


def plot_filters(W, *, columns=8, ax=None):
    """Draw kernels (size, size, c_in, c_out): orange with a minus sign below zero, purple above.

    With one input channel each kernel is a picture, with three a picture in colour, where grey is
    zero; otherwise each column is a kernel, and each row one of its input channels. All have a
    common scale. `columns` is used for one and for three channels. Returns the Axes. Raises
    ValueError for another shape, NaN or infinity.
    """
    remedy = "For one kernel of one channel, try W[:, :, None, None]."
    W = numbers_along("plot_filters", "W", W, ("size", "size", "c_in", "c_out"), remedy)
    c_in, c_out = W.shape[2:]
    if c_in == 3:
        return plot_pictures(W.transpose(3, 0, 1, 2), columns=columns, signed=True, ax=ax)
    pictures = W.transpose(2, 3, 0, 1).reshape(c_in * c_out, *W.shape[:2])
    return plot_pictures(pictures, columns=columns if c_in == 1 else c_out, signed=True, ax=ax)


def plot_feature_maps(A, *, columns=8, ax=None):
    """Draw the output of a layer for one example, A (height, width, channels), by channels.

    Large values are dark, on a common scale; negative ones are drawn as by `plot_filters`.
    Returns the Axes. Raises ValueError for another shape, NaN or infinity.
    """
    remedy = "For the first example of a batch, try A[0]."
    A = numbers_along("plot_feature_maps", "A", A, ("height", "width", "channels"), remedy)
    largest = np.abs(A).max() or 1
    pictures = A.transpose(2, 0, 1) / largest
    return plot_pictures(pictures, columns=columns, signed=bool((A < 0).any()), ax=ax)


def _draw(ax, picture, extent, largest, signed):
    colour = {"cmap": "Greys", "vmin": 0, "vmax": max(largest, 1)}
    if signed and picture.ndim == 3 and picture.shape[-1] == 3:
        picture = 0.5 + picture / (2 * largest)
    elif signed:
        colour = {"cmap": "PuOr", "vmin": -largest, "vmax": largest}
    if picture.ndim == 3 and picture.shape[-1] == 1:
        picture = picture[..., 0]
    ax.imshow(picture, extent=extent, interpolation="nearest", **colour)
    if signed and picture.ndim == 2:
        _mark_negatives(ax, picture, extent, largest)


def _mark_negatives(ax, picture, extent, largest):
    """Draw a minus sign in each pixel that is clearly negative, legible without colour."""
    left, right, bottom, top = extent
    width, height = (right - left) / picture.shape[1], (top - bottom) / picture.shape[0]
    row, column = np.nonzero(picture < -0.1 * largest)
    x, y = left + (column + 0.5) * width, top - (row + 0.5) * height
    ink = np.where(picture[row, column] < -0.6 * largest, "white", "black")
    ax.hlines(y, x - 0.22 * width, x + 0.22 * width, color=ink, linewidth=1)
