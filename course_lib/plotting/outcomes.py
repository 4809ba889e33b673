"""The results of a class: a stacked bar of outcomes for each exercise."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from course_lib.plotting.figures import axes_or_new, numbers_along

__all__ = ["plot_outcomes"]

# Colours and hatches, in the order of outcomes; hatches are legible without colours.
STYLES = [("#009E73", ""), ("#D55E00", "//"), ("#CC79A7", "xx"), ("#E69F00", ".."), ("#FFFFFF", "")]


def plot_outcomes(names, counts, *, ax=None):
    """Draw a horizontal bar for each of `names`, stacked from the outcomes in `counts`.

    Parameters
    ----------
    names : list of str
        The exercises, from top to bottom.
    counts : dict
        A dict from at most five outcomes to lists of numbers of students, one for each name.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        If a list does not have one number for each name, or for more than five outcomes.
    """
    table = numbers_along(
        "plot_outcomes",
        "counts",
        list(counts.values()),
        ("outcomes", "exercises"),
        "Try {'correct': [3, 1], 'not yet': [0, 2]} for two exercises.",
    )
    if table.shape[1] != len(names) or len(table) > len(STYLES):
        raise ValueError(
            f"plot_outcomes: {len(table)} outcomes of {table.shape[1]} exercises, expected at "
            f"most {len(STYLES)} outcomes, and a number for each of the {len(names)} names."
        )
    ax = axes_or_new(ax, figsize=(7, 1.1 + 0.34 * len(names)))
    rows = np.arange(len(names))
    left = np.zeros(len(names))
    for outcome, numbers, (colour, hatch) in zip(counts, table, STYLES, strict=False):
        if not numbers.any():
            continue
        ax.barh(
            rows, numbers, left=left, height=0.7, label=outcome,
            color=colour, hatch=hatch, edgecolor="black", linewidth=0.8,
        )  # fmt: skip
        for row, start, number in zip(rows, left, numbers, strict=True):
            if number:
                ax.text(
                    start + number / 2, row, f"{number:g}", ha="center", va="center",
                    bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "linewidth": 0},
                )  # fmt: skip
        left += numbers
    ax.set_yticks(rows, names)
    ax.invert_yaxis()
    ax.set_xlim(0, max(left.max(), 1))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("students")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(STYLES), fontsize=9)
    return ax
