"""Times that can be compared: taken in turns, in one process, and given as ratios.

A machine is now faster, now slower; contestants that take turns share its moods, so that
their ratio is steadier than either time.
"""

import time
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Times:
    """Seconds per call, a row per round and a column per contestant."""

    names: list
    seconds: np.ndarray

    def best(self, name):
        """The least time per call of one contestant, in microseconds."""
        return 1e6 * self._of(name).min()

    def ratio(self, one, other):
        """The least time of `one` by the least of `other`, and how it was spread.

        The spread is from the 10th to the 90th percentile of the ratios of each round.
        """
        each = self._of(one) / self._of(other)
        low, high = np.quantile(each, [0.1, 0.9])
        return f"{self._of(one).min() / self._of(other).min():.2f} ({low:.2f}–{high:.2f})"

    def _of(self, name):
        return self.seconds[:, self.names.index(name)]


def in_turns(contestants, *, rounds, seconds=0.01):
    """Time the callables of the dict `contestants` in turns, each for about `seconds` a round."""
    calls = {name: _calls_within(seconds, run) for name, run in contestants.items()}
    rows = [
        [_per_call(run, calls[name]) for name, run in contestants.items()] for _ in range(rounds)
    ]
    return Times(list(contestants), np.array(rows))


def _per_call(run, calls):
    start = time.perf_counter()
    for _ in range(calls):
        run()
    return (time.perf_counter() - start) / calls


def _calls_within(seconds, run):
    run()
    return max(1, int(seconds / _per_call(run, 3)))


def table(head, rows):
    """Rows of text under a head, in columns, as Markdown."""
    widths = [max(len(str(row[i])) for row in [head, *rows]) for i in range(len(head))]

    def line(row):
        cells = (f"{cell!s:<{width}}" for cell, width in zip(row, widths, strict=True))
        return f"| {' | '.join(cells)} |"

    return "\n".join([line(head), line(["-" * width for width in widths]), *map(line, rows)])
