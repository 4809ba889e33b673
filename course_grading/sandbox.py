"""Run answers in a separate process that is isolated from this machine, and read its replies.

docs/grading.md lists what this protects against, and what it does not.
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
from dataclasses import dataclass, replace
from pathlib import Path

from course_grading.bubblewrap import PACKAGES, command, environment, is_root, user_namespace
from course_grading.job import Answer, Job, Limits

__all__ = ["UNPROTECTED", "NoProtection", "Reply", "Sandbox", "open_sandbox"]

BOOTSTRAP = (
    "import sys; sys.path.insert(0, sys.argv[1]); from course_grading.runner import main; main()"
)
FIRST_USER = 1_000_000  # far above the numbers that are given to people
START_SECONDS = 30  # for Python and its packages
CLEANUP_SECONDS = 5  # for the processes that an answer left running
UNPROTECTED = (
    "WITHOUT PROTECTION: these answers run with access to your files and the network. Stop now "
    "(Ctrl+C) unless you trust everybody in this class. Every result is marked."
)
APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")


class NoProtection(RuntimeError):
    """This machine cannot isolate a submission."""


@dataclass(frozen=True)
class Reply:
    """How an answer ended ("replied" if all went well), its reply, and the seconds it took."""

    ended: str
    text: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Sandbox:
    """Runs answers; `bubblewrap` is the path of its program, or None to do without it."""

    bubblewrap: str | None

    def run(self, answers, limits):
        """Run a list of `Answer`; return a `Reply` for each, in their order.

        An answer that takes the process down with it gets the reply "lost"; those after it run
        in a new process.
        """
        replies, limits = [], _on_this_machine(limits)
        while len(replies) < len(answers):
            remaining = answers[len(replies) :]
            replies += self._replies(remaining, limits) or [Reply("lost")]
        return replies

    def _replies(self, answers, limits):
        """The replies of one process, which may be fewer than there are answers."""
        user = FIRST_USER + threading.get_native_id() if is_root() else None
        job = Job(list(answers), limits, user)
        timeout = START_SECONDS + len(answers) * (limits.seconds + CLEANUP_SECONDS)
        with (
            tempfile.TemporaryFile() as job_file,
            tempfile.TemporaryFile() as reply_file,
            self._working_directory() as folder,
        ):
            pickle.dump(job, job_file)
            job_file.seek(0)
            process = subprocess.Popen(
                self._command(),
                stdin=job_file,
                stdout=reply_file,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                env=environment(folder),
                start_new_session=True,
            )
            try:
                process.wait(timeout)
            except subprocess.TimeoutExpired:
                pass
            finally:
                process.kill()
                process.wait()
            reply_file.seek(0)
            lines = reply_file.read(job.max_bytes).splitlines()[: len(answers)]
        return list(_parse_replies(lines))

    @contextmanager
    def _working_directory(self):
        """The folder in which the process starts: a temporary one without bubblewrap."""
        if self.bubblewrap is not None:
            yield "/"
            return
        folder = tempfile.mkdtemp(prefix="answers-")
        try:
            yield folder
        finally:
            with suppress(RecursionError):  # a student can nest folders deeper than rmtree can go
                shutil.rmtree(folder, ignore_errors=True)

    def _command(self):
        packages = PACKAGES if self.bubblewrap is None else "/packages"
        # The last argument is not read: it shows in a list of processes which one started this.
        python = [sys.executable, "-I", "-B", "-c", BOOTSTRAP, str(packages), f"for-{os.getpid()}"]
        return python if self.bubblewrap is None else [*command(self.bubblewrap), "--", *python]


def _on_this_machine(limits):
    """The limits, with more seconds where more processes want a core than there are."""
    waiting = os.getloadavg()[0] / (os.cpu_count() or 1)
    return replace(limits, seconds=limits.seconds * max(1.0, waiting))


def open_sandbox(unprotected=False):
    """A `Sandbox` that has run a first answer here, with bubblewrap unless `unprotected`.

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
    return _tested_sandbox(program)


PROBE = """
def ready():
    import sys
    try:
        import matplotlib.figure, numpy, scipy.special, sklearn.linear_model
        import course_lib.conv, course_lib.datasets, course_lib.estimator, course_lib.plotting
    except Exception as error:
        return f"{type(error).__name__}: {error}"
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
def _tested_sandbox(program):
    sandbox = Sandbox(program)
    [reply] = sandbox.run([Answer.alone(PROBE, "ready", [()])], Limits(seconds=120))
    if reply.ended != "replied":
        raise NoProtection(_why_it_failed(program))
    found = json.loads(reply.text)[0]["value"]
    if program is not None and found == "solutions":
        raise NoProtection(
            "The course's exercises, with their solutions, can be read in the sandbox: another "
            "copy of them is installed in this environment. Use one built by make."
        )
    if found not in ("ready", "solutions"):
        raise NoProtection(
            f"Answers cannot use NumPy and the course here ({found}): each runs as a user of its "
            f"own, who cannot read {sys.prefix}. Put the course and its Python where every user "
            f"may read, such as /opt, or grade without root."
        )
    return sandbox


def _why_it_failed(program):
    if program is None:
        return (
            f"Python could not be started in a separate process: can every user read {sys.prefix} "
            f"and {sys.base_prefix}? Answers run as a user of their own."
        )
    message = subprocess.run(
        [program, *user_namespace(), "--unshare-pid", "--as-pid-1", "--unshare-net",
         "--ro-bind", "/", "/", "--size", "4096", "--tmpfs", "/tmp", "/bin/true"],
        capture_output=True, text=True, check=False,
    ).stderr.strip()  # fmt: skip
    message = f" ({message})" if message else ""
    if not is_root() and _read(APPARMOR) == "1":
        return (
            f"bubblewrap does not work here{message}: this system (Ubuntu 23.10 or newer) lets "
            f"AppArmor forbid it user namespaces. Give it a profile: `sudo apt install "
            f"apparmor-profiles`, `sudo ln -s "
            f"/usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/`, `sudo "
            f"systemctl reload apparmor`; docs/grading.md has a shorter one. Only for a class that "
            f"you trust there is --unprotected."
        )
    return (
        f"bubblewrap does not work here{message}: it needs version 0.8 or newer, and user "
        f"namespaces. For a class that you trust there is --unprotected."
    )


def _read(path):
    try:
        return path.read_text().strip()
    except OSError:
        return ""


ENDINGS = re.compile(r"replied|left|too late|too much|signal \d{1,3}")


def _parse_replies(lines):
    """Yield a `Reply` for each line of JSON, up to the first that the runner does not write."""
    for line in lines:
        try:
            entry = json.loads(line)
            ended, text, seconds = entry["ended"], entry["reply"], entry["seconds"]
            if not ENDINGS.fullmatch(ended) or type(text) is not str or type(seconds) is not float:
                return
        except (ValueError, TypeError, KeyError, RecursionError):
            return
        yield Reply(ended, text, seconds)
