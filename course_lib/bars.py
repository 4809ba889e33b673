"""Progress bars that vanish when they are done, and that tests can switch off."""

import os

from tqdm.auto import tqdm

__all__ = ["progress_bar"]


def progress_bar(iterable=None, *, disable=False, **options):
    """A tqdm bar over `iterable`, or one to be updated by hand, that leaves nothing behind.

    With TQDM_DISABLE=1 in the environment there is none; tqdm's own bar for notebooks does
    not heed that. `options` are tqdm's: total, desc, unit.
    """
    silent = disable or os.environ.get("TQDM_DISABLE", "") not in ("", "0")
    return tqdm(iterable, leave=False, disable=silent, **options)
