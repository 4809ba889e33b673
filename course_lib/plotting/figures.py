"""Putting a figure on the page: one home for size, format and alt text."""

import base64
import io

import matplotlib.pyplot as plt
import numpy as np

__all__ = ["axes_or_new", "numbers_along", "over_grid", "show"]

SHORTEST_ALT = 20


def show(figure, *, alt):
    """Display `figure` as a PNG whose alt text is `alt`, and close it.

    The alt text says in a sentence what the figure shows, for readers who cannot see it. It
    stands in the output's metadata, where the web site and the slides read it, and is the
    output's text where no picture can be shown. Also takes an Axes.

    Raises ValueError for an alt text that is missing or too short to say anything.
    """
    from IPython.display import display

    if not isinstance(alt, str) or len(alt) < SHORTEST_ALT:
        raise ValueError(
            f"show: alt is {alt!r}, expected a sentence that says what the figure shows, for a "
            f"reader who cannot see it."
        )
    figure = figure if isinstance(figure, plt.Figure) else figure.figure
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    plt.close(figure)
    picture = base64.b64encode(buffer.getvalue()).decode()
    display(
        {"image/png": picture, "text/plain": alt}, raw=True, metadata={"image/png": {"alt": alt}}
    )


def axes_or_new(ax, **size):
    """`ax`, or the Axes of a new figure."""
    return plt.subplots(**size)[1] if ax is None else ax


def numbers_along(who, name, array, axes, remedy):
    """`array` as floats with an axis for each name in `axes`; ValueError with a remedy if not."""
    array = np.asarray(array, dtype=float)
    fits = array.ndim == len(axes) and array.size > 0
    if fits and np.isfinite(array).all():
        return array
    came = "NaN or infinity in it" if fits else f"shape {array.shape}"
    raise ValueError(
        f"{who}: {name} has {came}, expected finite numbers, ({', '.join(axes)}). {remedy}"
    )


def over_grid(f, xlim, ylim, points):
    """Both coordinates and the values of `f` on a grid, each of shape (points, points).

    `f` takes an array of points (n, 2) and returns n values.
    """
    first, second = np.meshgrid(np.linspace(*xlim, points), np.linspace(*ylim, points))
    values = np.asarray(f(np.column_stack([first.ravel(), second.ravel()])), dtype=float)
    return first, second, values.reshape(first.shape)
