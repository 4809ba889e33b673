"""How a class did: a bar for each exercise, cut into the outcomes of its students."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from course_lib.plotting.figures import axes_or_new, numbers_along

__all__ = ["plot_outcomes"]

# From what is done to what was never begun; a pattern for each, for readers without colours.
LOOKS = [("#009E73", ""), ("#D55E00", "//"), ("#CC79A7", "xx"), ("#E69F00", ".."), ("#FFFFFF", "")]


def plot_outcomes(names, counts, *, ax=None):
    """Draw a bar for each of `names`, cut into as many parts as `counts` has entries.

    Parameters
    ----------
    names : list of str
        The exercises, the first one on top.
    counts : dict
        Outcome → the numbers of students who had it, one for each name; at most five outcomes.
    ax : Axes, optional

    Returns
    -------
    Axes

    Raises
    ------
    ValueError
        For numbers that are not as many as there are names, or for more than five outcomes.
    """
    table = numbers_along(
        "plot_outcomes",
        "counts",
        list(counts.values()),
        ("outcomes", "exercises"),
        "Try {'correct': [3, 1], 'not yet': [0, 2]} for two exercises.",
    )
    if table.shape[1] != len(names) or len(table) > len(LOOKS):
        raise ValueError(
            f"plot_outcomes: {len(table)} outcomes of {table.shape[1]} exercises came, expected at "
            f"most {len(LOOKS)} outcomes, and a number for each of the {len(names)} names."
        )
    ax = axes_or_new(ax, figsize=(7, 1.1 + 0.34 * len(names)))
    rows = np.arange(len(names))
    left = np.zeros(len(names))
    for outcome, numbers, (colour, pattern) in zip(counts, table, LOOKS, strict=False):
        if not numbers.any():
            continue
        ax.barh(
            rows, numbers, left=left, height=0.7, label=outcome,
            color=colour, hatch=pattern, edgecolor="black", linewidth=0.8,
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
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(LOOKS), fontsize=9)
    return ax
