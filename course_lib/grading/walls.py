"""The walls of a box: how bubblewrap is called, and what is inside.

Inside are Python, its packages and the library without exercises, judges and solutions, all
read-only, and one small empty folder; no other process, no network, no other file.
"""

import os
import sys
from pathlib import Path

__all__ = ["FOLDER_BYTES", "INSIDE", "LIBRARY", "environment", "is_root", "walls"]

LIBRARY = Path(__file__).resolve().parents[1]
# Of these two packages a box has no more than what runs an answer.
INSIDE = {
    "exercises": ("answers.py", "blanks.py", "gradients.py"),
    "grading": ("fence.py", "job.py", "runner.py", "slicing.py", "texts.py", "wire.py"),
}
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc/ld.so.cache", "/nix/store")
ALONE = ("--unshare-pid", "--as-pid-1", "--unshare-net", "--unshare-ipc", "--unshare-uts",
         "--new-session", "--die-with-parent", "--clearenv")  # fmt: skip
# What root keeps inside: to become another user, to end what that one runs, to clear up.
RIGHTS = ("CAP_SETUID", "CAP_SETGID", "CAP_KILL", "CAP_DAC_OVERRIDE")
FOLDER_BYTES = 64 << 20


def walls(bubblewrap):
    """The command, up to what runs inside, that starts it there; the library is /library."""
    rights = RIGHTS if is_root() else ()
    settings = environment("/box/answer").items()
    return [
        bubblewrap,
        *ALONE,
        *([] if is_root() else ["--unshare-user"]),
        *(part for right in rights for part in ("--cap-add", right)),
        *_python(),
        *_library(),
        *("--dev", "/dev", "--remount-ro", "/dev"),
        *("--size", str(FOLDER_BYTES), "--tmpfs", "/box", "--chdir", "/box"),
        *("--remount-ro", "/"),
        *(part for setting in settings for part in ("--setenv", *setting)),
    ]


def environment(home):
    """All environment variables that an answer has; `home` is its folder."""
    return {
        "HOME": str(home),
        "TMPDIR": str(home),
        "MPLCONFIGDIR": str(home),
        "MPLBACKEND": "agg",
        "LANG": "C.UTF-8",
        "PATH": "/usr/bin:/bin",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def is_root():
    """Is this process root's, which can make others of another user?"""
    return os.geteuid() == 0


def _python():
    """Python and what it needs, where it is outside, less the course if that lies among it."""
    outer = [*SYSTEM, sys.base_prefix]
    hidden = []
    for place in outer:
        yield from _bound(place)
    checkout = LIBRARY.parent
    if (checkout / "pyproject.toml").exists() and _is_below(checkout, outer):
        hidden.append(str(checkout))
        yield from ("--tmpfs", str(checkout))
    yield from _bound(sys.prefix)
    if _is_below(LIBRARY, [*outer, sys.prefix]):
        hidden.append(str(LIBRARY))
        yield from ("--tmpfs", str(LIBRARY))
    for place in hidden:
        yield from ("--remount-ro", place)


def _is_below(path, places):
    return any(path.is_relative_to(Path(place).resolve()) for place in places)


def _bound(place):
    for folder in reversed(Path(place).parents[:-1]):
        yield from ("--perms", "0755", "--dir", str(folder))
    if os.path.islink(place):
        yield from ("--symlink", os.readlink(place), place)
    elif os.path.exists(place):
        yield from ("--ro-bind", place, place)


def _library():
    inside = f"/library/{LIBRARY.name}"
    yield from ("--perms", "0755", "--dir", "/library", "--ro-bind", str(LIBRARY), inside)
    for package, names in INSIDE.items():
        yield from ("--tmpfs", f"{inside}/{package}")
        for name in names:
            place = f"{package}/{name}"
            yield from ("--ro-bind", str(LIBRARY / place), f"{inside}/{place}")
        yield from ("--remount-ro", f"{inside}/{package}")
    yield from ("--ro-bind-try", str(LIBRARY.parent / "data"), "/library/data")
