"""Histograms side by side: the distributions of activations, layer by layer."""

import numpy as np

from course_lib.plotting.figures import axes_or_new

__all__ = ["plot_histograms"]

WIDTH = 0.85
BINS = 50


def plot_histograms(samples, *, ax=None):
    """Draw a vertical histogram of each sample, numbered from 1, on a common axis of values.

    Parameters
    ----------
    samples : list of arrays
        Of any shapes; an empty one has no histogram. All histograms have the same width at their
        highest counts.
    ax : Axes, optional

    Returns
    -------
    Axes
    """
    ax = axes_or_new(ax)
    samples = [np.asarray(sample, dtype=float).ravel() for sample in samples]
    values = np.concatenate(samples)
    low, high = (values.min(), values.max()) if values.size else (0, 1)
    if low == high:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, BINS + 1)
    for number, sample in enumerate(samples, start=1):
        counts, _ = np.histogram(sample, edges)
        left = number - WIDTH / 2
        outline = left + WIDTH * np.repeat(counts / max(1, counts.max()), 2)
        ax.fill_betweenx(np.repeat(edges, 2)[1:-1], left, outline, color="#0072B2", linewidth=0)
    ax.set(xlabel="layer", xlim=(0.4, len(samples) + 0.6), xticks=np.arange(1, len(samples) + 1))
    return ax
