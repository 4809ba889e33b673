"""Many trainings at once: the same experiment with many seeds and settings, on all cores."""

import os
from collections.abc import Iterable

import joblib
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

__all__ = [
    "progress_bar",
    "run_all",
]


def progress_bar(iterable=None, *, disable=False, **options):
    """A tqdm bar over `iterable`, or one to be updated by hand, that leaves nothing behind.

    With TQDM_DISABLE=1 in the environment there is none; tqdm's own bar for notebooks does
    not heed that. `options` are tqdm's: total, desc, unit.
    """
    silent = disable or os.environ.get("TQDM_DISABLE", "") not in ("", "0")
    return tqdm(iterable, leave=False, disable=silent, **options)


def run_all(experiment, settings, *, progress=True):
    """[experiment(*setting) for setting in settings], on all cores, with a progress bar.

    Parameters
    ----------
    experiment : callable
        For example one training, which returns its test accuracy. It may be defined in a
        notebook. Everything random must come from its arguments, a seed above all: then the
        results do not depend on where and in which order the experiments ran. Large arrays
        may arrive read-only.
    settings : iterable of tuples
        The arguments of each run.
    progress : bool
        Show a bar while they run.

    Returns
    -------
    list
        The results, in the order of `settings`.

    The work is done by joblib, which `joblib.parallel_config` directs: to other processes (the
    default), to threads, or to a Dask cluster. The environment variable LOKY_MAX_CPU_COUNT
    caps the number of processes; with 1, everything happens in this one. Each experiment has
    one thread for its matrix products, so that their last digits are the same everywhere.

    Raises TypeError if `experiment` is not callable or a setting is not a tuple, and whatever an
    experiment raises. Source: notebook 06.
    """
    if not callable(experiment) or not isinstance(settings, Iterable):
        raise TypeError(
            f"run_all: {experiment!r} and {settings!r} came, expected a function and a list of its "
            f"arguments, a tuple for each run. Try run_all(train, [(0,), (1,)])."
        )
    settings = list(settings)
    for setting in settings:
        if not isinstance(setting, tuple):
            remedy = f"tuple({setting})" if isinstance(setting, list) else f"({setting!r},)"
            raise TypeError(
                f"run_all: the setting {setting!r} came, expected a tuple of the experiment's "
                f"arguments. Try {remedy}."
            )
    pool = joblib.Parallel(n_jobs=-1, return_as="generator")
    runs = pool(joblib.delayed(_on_one_thread)(experiment, setting) for setting in settings)
    return list(progress_bar(runs, total=len(settings), desc="run_all", disable=not progress))


def _on_one_thread(experiment, setting):
    with threadpool_limits(1):
        return experiment(*setting)
