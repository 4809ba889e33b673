"""Named arrays in a file: written whole or not at all, and checked before they are used.

The format is NumPy's own .npz, which is a zip archive of arrays, read without pickle: a
file can hold wrong numbers, but never code.
"""

import os
import secrets
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from course_lib.checks import expect_finite

__all__ = ["read_arrays", "whole_file", "write_arrays"]

FORMAT = "course_lib network, format 1"


@contextmanager
def whole_file(path):
    """A new binary file that takes the name `path` when the block ends without an exception.

    Until then it has a temporary name in the same folder, so that an interruption cannot damage
    an existing file. Raises OSError as `open` does.
    """
    path = Path(path)
    draft = path.with_name(f".{secrets.token_hex(8)}.draft")  # short, for a name may be long
    try:
        with open(draft, "xb") as file:
            yield file
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def write_arrays(path, layers, arrays):
    """Write `arrays` (name: array) and the texts `layers` to the file `path`.

    Raises FileNotFoundError for a folder that is missing, ValueError for numbers that are not
    finite or a path that is a folder, OSError for one that cannot be written.
    """
    path = Path(os.path.realpath(path))  # a symbolic link stays, its target is replaced
    folder = path.parent
    if path.is_dir():
        raise ValueError(f"save: {str(path)!r} is a folder; expected a file. Add its name.")
    for name, array in arrays.items():
        expect_finite("save", name, array, "The network has diverged: no use in keeping it.")
    if not folder.is_dir():
        raise FileNotFoundError(
            f"save: the folder {str(folder)!r} does not exist. Make it first, or save elsewhere."
        )
    with whole_file(path) as file:
        np.savez(file, format=FORMAT, layers=layers, **arrays)


def read_arrays(path, layers, like):
    """The arrays that `write_arrays` put into `path`, by name, if they suit.

    The file must have the same `layers`, and arrays of the names and shapes in `like` (name:
    array), whose dtypes the result has. Raises FileNotFoundError, or ValueError for any other file.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(
            f"load: there is no file {str(path)!r}. Was it saved, and in this folder?"
        )
    found = _everything_in(path)
    if str(found.pop("format", None)) != FORMAT:
        raise ValueError(
            f"load: {str(path)!r} was not written by Network.save; expected one that was. "
            f"To use arrays of your own, assign them: net.parameters[0].value = …"
        )
    written = [str(layer) for layer in np.atleast_1d(found.pop("layers", ()))]
    if written != layers:
        raise ValueError(
            f"load: {str(path)!r} holds a network of the layers {_row(written)}; expected the "
            f"layers of this one, {_row(layers)}. Build the network as it was when it was saved."
        )
    if found.keys() != like.keys():
        raise ValueError(f"load: {str(path)!r} holds {_row(found)}; expected {_row(like)}.")
    return {name: _suited(name, found[name], like[name]) for name in like}


def _everything_in(path):
    with open(path, "rb") as file:
        try:
            with np.load(file, allow_pickle=False) as archive:
                return {name: archive[name] for name in archive.files}
        except Exception as error:  # a damaged archive can fail in any way
            raise ValueError(
                f"load: {str(path)!r} cannot be read, it is damaged or no file of arrays; "
                f"expected one written by Network.save. Save the network again, or take an "
                f"older copy."
            ) from error


def _suited(name, array, like):
    if array.dtype.kind != "f" or array.shape != like.shape:
        raise ValueError(
            f"load: {name} has shape {array.shape} and dtype {array.dtype}; expected "
            f"{like.shape} and floating-point numbers."
        )
    with np.errstate(over="ignore"):
        array = array.astype(like.dtype)
    expect_finite("load", name, array, f"It was saved so, or is too large for {like.dtype}.")
    return array


def _row(names):
    return ", ".join(names) or "nothing"
