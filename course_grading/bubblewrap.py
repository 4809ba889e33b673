"""How bubblewrap is called, and what a sandbox holds.

Inside are Python, its packages and course_lib without exercises, judges and solutions, all
read-only, and one small empty folder; no other process, no network, no other file.
"""

import os
import sys
from pathlib import Path

__all__ = ["FOLDER_BYTES", "INSIDE", "PACKAGES", "command", "environment", "is_root"]

# The folder that holds course_lib and course_grading.
PACKAGES = Path(__file__).resolve().parents[1]
# Of these two folders a sandbox has only what runs an answer.
INSIDE = {
    "course_lib/exercises": ("engine/answers.py", "engine/blanks.py", "engine/gradients.py"),
    "course_grading": (
        "job.py", "runner.py", "seccomp.py", "serialization.py", "slicing.py", "texts.py"
    ),
}  # fmt: skip
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc/ld.so.cache", "/nix/store")
ALONE = ("--unshare-pid", "--as-pid-1", "--unshare-net", "--unshare-ipc", "--unshare-uts",
         "--new-session", "--die-with-parent", "--clearenv")  # fmt: skip
# What root keeps inside: to become another user, to end what that one runs, to clear up.
RIGHTS = ("CAP_SETUID", "CAP_SETGID", "CAP_KILL", "CAP_DAC_OVERRIDE")
FOLDER_BYTES = 64 << 20


def command(program):
    """The call of bubblewrap, up to what runs inside; the packages are in /packages there."""
    rights = RIGHTS if is_root() else ()
    settings = environment("/box/answer").items()
    return [
        program,
        *ALONE,
        *([] if is_root() else ["--unshare-user"]),
        *(part for right in rights for part in ("--cap-add", right)),
        *_python(),
        *_packages(),
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
    if (PACKAGES / "pyproject.toml").exists() and _is_below(PACKAGES, outer):
        hidden.append(str(PACKAGES))
        yield from ("--tmpfs", str(PACKAGES))
    yield from _bound(sys.prefix)
    for name in ("course_lib", "course_grading"):
        if _is_below(PACKAGES / name, [*outer, sys.prefix]):
            hidden.append(str(PACKAGES / name))
            yield from ("--tmpfs", str(PACKAGES / name))
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


def _packages():
    library = str(PACKAGES / "course_lib")
    yield from ("--perms", "0755", "--dir", "/packages")
    yield from ("--ro-bind", library, "/packages/course_lib")
    for folder, names in INSIDE.items():
        yield from ("--perms", "0755", "--tmpfs", f"/packages/{folder}")
        for name in names:
            place = f"{folder}/{name}"
            yield from ("--ro-bind", str(PACKAGES / place), f"/packages/{place}")
        yield from ("--remount-ro", f"/packages/{folder}")
    yield from ("--ro-bind-try", str(PACKAGES / "data"), "/packages/data")
