"""Display of figures, and checks of what is drawn in them."""

import base64
import io

import matplotlib.pyplot as plt
import numpy as np

__all__ = ["axes_or_new", "numbers_along", "over_grid", "show"]

MIN_ALT = 20


def show(figure, *, alt):
    """Display `figure` as a PNG whose alt text is `alt`, and close it.

    `figure` is a Figure or an Axes. The alt text describes it in a sentence for readers who
    cannot see it. The output has it as metadata, which the web site and the slides read, and as
    text, where no picture can be shown. Raises ValueError if it is shorter than 20 characters.
    """
    from IPython.display import display

    if not isinstance(alt, str) or len(alt) < MIN_ALT:
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
    """Convert `array` to finite floats with one axis for each name in `axes`.

    Raises ValueError otherwise: the message begins with `who`, the function that was called, and
    `name`, its argument, and ends with `remedy`.
    """
    array = np.asarray(array, dtype=float)
    fits = array.ndim == len(axes) and array.size > 0
    if fits and np.isfinite(array).all():
        return array
    problem = "NaN or infinity in it" if fits else f"shape {array.shape}"
    raise ValueError(
        f"{who}: {name} has {problem}, expected finite numbers, ({', '.join(axes)}). {remedy}"
    )


def over_grid(f, xlim, ylim, points):
    """Evaluate `f` on a grid; return x, y and the values, each of shape (points, points).

    `f` takes an array of points (n, 2) and returns n values.
    """
    first, second = np.meshgrid(np.linspace(*xlim, points), np.linspace(*ylim, points))
    values = np.asarray(f(np.column_stack([first.ravel(), second.ravel()])), dtype=float)
    return first, second, values.reshape(first.shape)
