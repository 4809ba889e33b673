"""A place in which a student's code can do no harm: a process between walls, and its replies.

What this protects against, and what it does not, is told in docs/grading.md.
"""

import functools
import json
import os
import pickle
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from course_grading.bubblewrap import PACKAGES, command, environment, is_root
from course_grading.job import Answer, Job, Limits

__all__ = ["Box", "NoProtection", "Reply", "open_box"]

START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from course_grading.runner import main; main()"
)
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
        user = FIRST_USER + threading.get_native_id() if is_root() else None
        job = Job(list(answers), limits, user)
        patience = TO_START + len(answers) * (limits.seconds + TO_END)
        with (
            tempfile.TemporaryFile() as wanted,
            tempfile.TemporaryFile() as came,
            self._folder() as folder,
        ):
            pickle.dump(job, wanted)
            wanted.seek(0)
            running = subprocess.Popen(
                self._command(),
                stdin=wanted,
                stdout=came,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=environment(folder),
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

    @contextmanager
    def _folder(self):
        """Where the process starts: a folder of its own, unless the box has one inside."""
        if self.bubblewrap is not None:
            yield "/"
            return
        folder = tempfile.mkdtemp(prefix="answers-")
        try:
            yield folder
        finally:
            with suppress(RecursionError):  # a student can nest folders deeper than this can go
                shutil.rmtree(folder, ignore_errors=True)

    def _command(self):
        packages = PACKAGES if self.bubblewrap is None else "/packages"
        # The last word is for whoever looks at a list of processes: who started this one.
        python = [sys.executable, "-I", "-B", "-c", START, str(packages), f"for-{os.getpid()}"]
        return python if self.bubblewrap is None else [*command(self.bubblewrap), "--", *python]


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


PROBE = """
def ready():
    import sys
    sys.path = [place for place in sys.path if place != "/packages"]
    for name in [name for name in sys.modules if name.startswith("course_")]:
        del sys.modules[name]
    try:
        from course_lib.exercises import overview
        return "solutions"
    except ImportError:
        return "ready"
"""


@functools.cache
def _tried(program):
    box = Box(program)
    [reply] = box.run([Answer((), PROBE, "ready", [()])], Limits())
    if reply.ended != "replied":
        raise NoProtection(_why_not(program))
    if program is not None and '"solutions"' in reply.text:
        raise NoProtection(
            "The course's exercises, with their solutions, can be read in the box: another copy of "
            "them is installed in this environment. Use one built by make."
        )
    return box


def _why_not(program):
    if program is None:
        return "Python could not be started as a process of its own."
    said = subprocess.run(
        [program, "--unshare-user", "--unshare-pid", "--as-pid-1", "--unshare-net",
         "--ro-bind", "/", "/", "--size", "4096", "--tmpfs", "/tmp", "/bin/true"],
        capture_output=True, text=True, check=False,
    ).stderr.strip()  # fmt: skip
    return (
        f"bubblewrap does not work here{f' ({said})' if said else ''}: it needs version 0.7 or "
        f"newer, and user namespaces. For a class that you trust there is --unprotected."
    )


ENDS = re.compile(r"replied|left|too late|too much|signal \d{1,3}")


def _read(lines):
    """The replies in lines of JSON, as far as they are what the runner writes."""
    for line in lines:
        try:
            entry = json.loads(line)
            ended, text, seconds = entry["ended"], entry["reply"], entry["seconds"]
            if not ENDS.fullmatch(ended) or type(text) is not str or type(seconds) is not float:
                return
        except (ValueError, TypeError, KeyError, RecursionError):
            return
        yield Reply(ended, text, seconds)
