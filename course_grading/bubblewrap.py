"""The call of bubblewrap, and the files that it shows to the process inside.

These are Python, its packages and course_lib without exercises, judges and solutions, all
read-only, and one small empty folder; no other process, no network, no other file.
"""

import os
import sys
from pathlib import Path

__all__ = ["FOLDER_BYTES", "PACKAGES", "command", "environment", "is_root", "user_namespace"]

# The folder that holds course_lib and course_grading.
PACKAGES = Path(__file__).resolve().parents[1]
# The only files of these two folders that a sandbox contains: those that run an answer.
VISIBLE_FILES = {
    "course_lib/exercises": (
        "engine/answers.py", "engine/blanks.py", "engine/errors.py", "engine/gradients.py",
        "engine/remarks.py",
    ),
    "course_grading": (
        "cells.py", "job.py", "runner.py", "seccomp.py", "serialization.py", "slicing.py",
        "texts.py",
    ),
}  # fmt: skip
SYSTEM_PATHS = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc/ld.so.cache", "/nix/store")
ISOLATION = ("--unshare-pid", "--as-pid-1", "--unshare-net", "--unshare-ipc", "--unshare-uts",
             "--new-session", "--die-with-parent", "--clearenv")  # fmt: skip
# Root keeps these inside: to switch to another user, to kill its processes, to delete its files.
CAPABILITIES = ("CAP_SETUID", "CAP_SETGID", "CAP_KILL", "CAP_DAC_OVERRIDE")
FOLDER_BYTES = 64 << 20


def command(program):
    """The arguments of bubblewrap, up to the command that runs inside.

    The packages are in /packages there, and the empty folder is /sandbox.
    """
    capabilities = CAPABILITIES if is_root() else ()
    variables = environment("/sandbox/answer").items()
    return [
        program,
        *ISOLATION,
        *user_namespace(),
        *(part for capability in capabilities for part in ("--cap-add", capability)),
        *_mount_python(),
        *_mount_packages(),
        *("--dev", "/dev", "--remount-ro", "/dev"),
        *("--size", str(FOLDER_BYTES), "--tmpfs", "/sandbox", "--chdir", "/sandbox"),
        *("--remount-ro", "/"),
        *(part for variable in variables for part in ("--setenv", *variable)),
    ]


def environment(home):
    """The environment variables of an answer, and no others; `home` is its folder."""
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


def user_namespace():
    """The options for a user namespace in which no further one can be created.

    For root there are none: such a namespace maps a single user, and root runs answers as another.
    The kernel then lets an answer create user namespaces.
    """
    return () if is_root() else ("--unshare-user", "--disable-userns")


def is_root():
    """True if this process belongs to root, which can start processes of other users."""
    return os.geteuid() == 0


def _mount_python():
    """Mount Python and its libraries at their own paths; hide the course if it is below them."""
    visible = [*SYSTEM_PATHS, sys.base_prefix]
    hidden = []
    for path in visible:
        yield from _mount(path)
    if (PACKAGES / "pyproject.toml").exists() and _is_below(PACKAGES, visible):
        hidden.append(str(PACKAGES))
        yield from ("--tmpfs", str(PACKAGES))
    yield from _mount(sys.prefix)
    for name in ("course_lib", "course_grading"):
        if _is_below(PACKAGES / name, [*visible, sys.prefix]):
            hidden.append(str(PACKAGES / name))
            yield from ("--tmpfs", str(PACKAGES / name))
    for path in hidden:
        yield from ("--remount-ro", path)


def _is_below(path, folders):
    return any(path.is_relative_to(Path(folder).resolve()) for folder in folders)


def _mount(path):
    for folder in reversed(Path(path).parents[:-1]):
        yield from ("--perms", "0755", "--dir", str(folder))
    if os.path.islink(path):
        yield from ("--symlink", os.readlink(path), path)
    elif os.path.exists(path):
        yield from ("--ro-bind", path, path)


def _mount_packages():
    library = str(PACKAGES / "course_lib")
    yield from ("--perms", "0755", "--dir", "/packages")
    yield from ("--ro-bind", library, "/packages/course_lib")
    for folder, names in VISIBLE_FILES.items():
        yield from ("--perms", "0755", "--tmpfs", f"/packages/{folder}")
        for name in names:
            path = f"{folder}/{name}"
            yield from ("--ro-bind", str(PACKAGES / path), f"/packages/{path}")
        yield from ("--remount-ro", f"/packages/{folder}")
    yield from ("--ro-bind-try", str(PACKAGES / "data"), "/packages/data")
