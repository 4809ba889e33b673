"""A place in which a student's code can do no harm: a box made by bubblewrap.

In it there are Python, its packages and the library without the exercises, all read-only,
and one small empty folder; no other process, no network, no other file. What this protects
against, and what it does not, is told in docs/grading.md.
"""

import functools
import json
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from course_lib.grading.job import Answer, Job, Limits

__all__ = ["Box", "NoProtection", "Reply", "open_box"]

LIBRARY = Path(__file__).resolve().parents[1]
# Of these two packages the box has no more than what runs an answer.
INSIDE = {
    "exercises": ("answers.py", "blanks.py", "gradients.py"),
    "grading": ("job.py", "runner.py", "wire.py"),
}
START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from course_lib.grading.runner import main; main()"
)
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/etc/ld.so.cache", "/nix/store")
ALONE = ("--unshare-pid", "--as-pid-1", "--unshare-net", "--unshare-ipc", "--unshare-uts",
         "--new-session", "--die-with-parent", "--clearenv")  # fmt: skip
# What root keeps in the box: to become another user, to end what that one runs, to clear up.
RIGHTS = ("CAP_SETUID", "CAP_SETGID", "CAP_KILL", "CAP_DAC_OVERRIDE")
FOLDER_BYTES = 64 << 20
FIRST_USER = 1_000_000  # far above the numbers that are given to people
TO_START = 30  # seconds, for Python and its packages
TO_END = 5  # seconds, for whatever an answer left running


class NoProtection(RuntimeError):
    """This machine cannot keep a submission from doing harm."""


@dataclass(frozen=True)
class Reply:
    """How an answer ended ("replied" if all went well), what it replied, and after how long."""

    ended: str
    text: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Box:
    """Runs answers; `bubblewrap` is the path of its program, or None to do without."""

    bubblewrap: str | None

    def run(self, answers, limits):
        """A `Reply` for each `Answer`, in their order; nothing that they do stops this."""
        replies = []
        while len(replies) < len(answers):
            rest = answers[len(replies) :]
            replies += self._replies(rest, limits) or [Reply("lost")]
        return replies

    def _replies(self, answers, limits):
        """The replies of one process, which may be fewer than there are answers."""
        user = FIRST_USER + threading.get_native_id() if _is_root() else None
        job = Job(list(answers), limits, user)
        patience = TO_START + len(answers) * (limits.seconds + TO_END)
        with (
            tempfile.TemporaryFile() as wanted,
            tempfile.TemporaryFile() as came,
            tempfile.TemporaryDirectory(prefix="answers-") as folder,
        ):
            pickle.dump(job, wanted)
            wanted.seek(0)
            running = subprocess.Popen(
                self._command(),
                stdin=wanted,
                stdout=came,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=_environment(folder),
                start_new_session=True,
            )
            try:
                running.wait(patience)
            except subprocess.TimeoutExpired:
                pass
            finally:
                running.kill()
                running.wait()
            came.seek(0)
            lines = came.read(job.most_bytes).splitlines()[: len(answers)]
        return list(_read(lines))

    def _command(self):
        library = LIBRARY.parent if self.bubblewrap is None else "/library"
        # The last word is for whoever looks at a list of processes: who started this one.
        python = [sys.executable, "-I", "-B", "-c", START, str(library), f"for-{os.getpid()}"]
        if self.bubblewrap is None:
            return python
        rights = RIGHTS if _is_root() else ()
        return [
            self.bubblewrap,
            *ALONE,
            *([] if _is_root() else ["--unshare-user"]),
            *(part for right in rights for part in ("--cap-add", right)),
            *_places(),
            *_library(),
            *("--dev", "/dev", "--remount-ro", "/dev"),
            *("--size", str(FOLDER_BYTES), "--tmpfs", "/box", "--chdir", "/box"),
            *("--remount-ro", "/"),
            *(
                part
                for entry in _environment("/box/answer").items()
                for part in ("--setenv", *entry)
            ),
            *("--", *python),
        ]


def open_box(unprotected=False):
    """A `Box` that was seen to work here, protected by bubblewrap unless `unprotected`.

    Raises `NoProtection` with a sentence that says what is missing.
    """
    if os.name != "posix":
        raise NoProtection(
            "Answers are run under limits that Windows does not have. Grade on Linux, or in WSL."
        )
    program = None if unprotected else shutil.which("bwrap")
    if program is None and not unprotected:
        raise NoProtection(
            "bubblewrap was not found, and without it a submission could read and delete your "
            "files. On Debian and Ubuntu: sudo apt install bubblewrap. For a class that you "
            "trust there is --unprotected."
        )
    return _tried(program)


@functools.cache
def _tried(program):
    box = Box(program)
    [reply] = box.run([Answer((), "def ready(): return 1", "ready", [()])], Limits())
    if reply.ended == "replied":
        return box
    if program is None:
        raise NoProtection("Python could not be started as a process of its own.")
    said = subprocess.run(
        [program, "--unshare-user", "--unshare-pid", "--as-pid-1", "--unshare-net",
         "--ro-bind", "/", "/", "--size", "4096", "--tmpfs", "/tmp", "/bin/true"],
        capture_output=True, text=True, check=False,
    ).stderr.strip()  # fmt: skip
    raise NoProtection(
        f"bubblewrap does not work here{f' ({said})' if said else ''}: it needs version 0.7 or "
        f"newer, and user namespaces. For a class that you trust there is --unprotected."
    )


def _places():
    """Python and what it needs, where it is outside."""
    for place in [*SYSTEM, sys.base_prefix, sys.prefix]:
        for folder in reversed(Path(place).parents[:-1]):
            yield from ("--perms", "0755", "--dir", str(folder))
        if os.path.islink(place):
            yield from ("--symlink", os.readlink(place), place)
        elif os.path.exists(place):
            yield from ("--ro-bind", place, place)


def _library():
    """The library, without exercises, judges and solutions."""
    inside = f"/library/{LIBRARY.name}"
    yield from ("--perms", "0755", "--dir", "/library", "--ro-bind", str(LIBRARY), inside)
    for package, names in INSIDE.items():
        yield from ("--tmpfs", f"{inside}/{package}")
        for name in names:
            place = f"{package}/{name}"
            yield from ("--ro-bind", str(LIBRARY / place), f"{inside}/{place}")
        yield from ("--remount-ro", f"{inside}/{package}")


def _environment(home):
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


def _is_root():
    return os.geteuid() == 0


def _read(lines):
    for line in lines:
        try:
            entry = json.loads(line)
            ended, text, seconds = str(entry["ended"]), str(entry["reply"]), entry["seconds"]
            yield Reply(ended[:40], text, float(seconds))
        except (ValueError, TypeError, KeyError, RecursionError):
            return
