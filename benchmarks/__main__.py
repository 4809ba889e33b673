"""Print tables: `make bench` all of them, `python -m benchmarks [quick] [TABLE …]` some."""

import platform
import sys
from importlib.metadata import version

from threadpoolctl import threadpool_limits

from benchmarks import accuracy, dense, diamond, pictures
from benchmarks.contestants import torch

TABLES = {
    "one_step": (dense.one_step, 60),
    "whole_training": (dense.whole_training, 7),
    "growth": (dense.growth, 15),
    "diamond": (diamond.full_batch, 9),
    "networks": (pictures.networks, 9),
    "single_layers": (pictures.single_layers, 7),
    "pools": (pictures.pools, 15),
    "loops": (pictures.loops, 9),
    "choice": (accuracy.choice, 5),
    "digits": (accuracy.digits, 5),
}


def main(*arguments):
    quick = "quick" in arguments
    chosen = [name for name in arguments if name != "quick"] or list(TABLES)
    print(f"Python {platform.python_version()}, one thread; ", end="")
    print(", ".join(f"{name} {version(name)}" for name in ("numpy", "scikit-learn")), end="")
    print(f", torch {version('torch')}" if torch is not None else ", without PyTorch")
    print("A ratio is that of the least times; in brackets, its 10th and 90th percentile.")
    for name in chosen:
        make, rounds = TABLES[name]
        print(f"\n{make.__doc__}\n\n{make(2 if quick else rounds)}", flush=True)


if __name__ == "__main__":
    if torch is not None:
        torch.set_num_threads(1)
    with threadpool_limits(1):
        main(*sys.argv[1:])
