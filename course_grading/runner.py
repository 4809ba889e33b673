"""The process in which answers run: it reads a job, and forks a process for each answer.

    python -I -c "…; main()" < job > replies

`sandbox` starts it, without the course's solutions. Each answer runs in a fork: within limits,
in an empty folder, its output discarded, and as another user if this one is root. Standard output
gets one line of JSON for each answer: how it ended, its reply, and the seconds it took.
"""

import __future__

import ast
import json
import linecache
import os
import pickle
import re
import select
import shutil
import signal
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from course_grading.cells import (
    NoMagics,
    describe,
    filename_of,
    import_transformer,
    program_of,
)
from course_grading.seccomp import forbid_tracing, refuse_system_calls
from course_grading.serialization import write_runs
from course_lib.exercises.engine.answers import Run, run_answer
from course_lib.exercises.engine.errors import MAX_MESSAGE

__all__ = ["main"]


def main():
    """Read a `Job` from standard input, and write a line for each answer."""
    job = pickle.load(sys.stdin.buffer)  # written by `sandbox`, so it is safe to unpickle
    _set_limit("FSIZE", job.max_bytes)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    forbid_tracing()
    refuse_system_calls()
    import_transformer(source for answer in job.answers for source in answer.sources)
    for answer in job.answers:
        started = time.monotonic()
        ended, reply = _run_in_fork(answer, job)
        line = {"ended": ended, "reply": reply, "seconds": round(time.monotonic() - started, 3)}
        print(json.dumps(line), flush=True)


def _run_in_fork(answer, job):
    """Run the answer in a child process; return how it ended, and its reply."""
    folder = Path("answer").absolute()
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reader)
            os.setsid()
            os.chdir(folder)
            _apply_limits(job.limits)
            if job.user is not None:
                _switch_user(job.user)
            data = write_runs(_run_cases(answer)).encode()
            os.write(writer, f"{len(data)}\n".encode())
            while data:
                data = data[os.write(writer, data) :]
        finally:
            os._exit(0)
    os.close(writer)
    ended, reply = _receive(reader, job.limits, time.monotonic() + job.limits.seconds)
    os.close(reader)
    status = _kill_all(pid, job.user)
    with suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    if ended == "left" and os.WIFSIGNALED(status):
        ended = f"signal {os.WTERMSIG(status)}"
    return ended, reply


def _receive(reader, limits, deadline):
    """How the answer ended, and its reply, which is sent as its length, a new line, its bytes."""
    data, length = b"", None
    while (remaining := deadline - time.monotonic()) > 0:
        if not select.select([reader], [], [], remaining)[0]:
            break
        chunk = os.read(reader, 1 << 16)
        data += chunk
        if length is None and b"\n" in data[:20]:
            head, _, data = data.partition(b"\n")
            length = int(head) if head.isdigit() else 0
        if max(len(data), length or 0) > limits.reply:
            return "too much", ""
        if length is not None and len(data) >= length:
            return "replied", data[:length].decode("utf-8", "ignore")
        if not chunk:
            return "left", ""
    return "too late", ""


def _kill_all(pid, user):
    """Kill the answer's process and all that it started; return the exit status of the first."""
    done, status = os.waitpid(pid, os.WNOHANG)
    for _ in range(100):
        _kill(pid, user)
        try:
            while not done or os.getpid() == 1:  # process 1 is the parent of all orphans
                child, child_status = os.waitpid(-1, 0)
                done, status = (child, child_status) if child == pid else (done, status)
        except ChildProcessError:
            return status
        if done:
            return status
    return status


def _kill(pid, user):
    if os.getpid() == 1:
        _send_kill(os.kill, -1)  # all other processes of this namespace
    elif user is None:
        _send_kill(os.killpg, pid)
    else:
        helper = os.fork()
        if helper == 0:
            try:
                _switch_user(user)
                os.kill(-1, signal.SIGKILL)  # all processes of that user
            finally:
                os._exit(0)
        os.waitpid(helper, 0)


def _send_kill(kill, target):
    with suppress(ProcessLookupError, PermissionError):
        kill(target, signal.SIGKILL)


def _apply_limits(limits):
    """Set the limits of this process, and connect its standard streams to the null device."""
    devnull = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(devnull, stream)
    os.close(devnull)
    _set_limit("CPU", int(limits.seconds) + 1)
    _set_limit("AS", limits.memory)
    _set_limit("FSIZE", limits.file)
    _set_limit("CORE", 0)
    _set_limit("NOFILE", 64)
    _set_limit("NPROC", limits.processes)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file over its limit raises OSError


def _set_limit(name, value):
    import resource  # not on Windows, where this module can be read but not run

    with suppress(ValueError, OSError):  # this system has no such limit
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))


def _switch_user(user):
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def _run_cases(answer):
    """Execute what the answer needs, and call its function on each case; return a list of `Run`."""
    program = program_of(answer)
    for number, source in (*answer.cells, *answer.below):
        name, lines = filename_of(number), source.splitlines(keepends=True)
        linecache.cache[name] = (len(source), None, lines, name)
    namespace = {"__name__": "__main__", "display": print, "get_ipython": NoMagics}
    flags = _future_flags(statement.tree for statement in program.statements)
    errors, failed = [], {}  # and from a name to the error of the statement that should bind it
    for statement in program.statements:
        error = _execute(statement, namespace, flags)
        if error is not None:
            errors.append(error)
            failed.update(dict.fromkeys(statement.bound, error))
    if answer.name not in namespace:
        error = failed.get(answer.name, program.error) or next(iter(errors), None)
        run = _without_value(answer, program, error)
        return [_with_cause(run, failed, program.problems)] * len(answer.cases)
    with np.errstate(all="ignore"):
        runs = run_answer(namespace[answer.name], answer.cases)
    return [_with_cause(run, failed, program.problems) for run in runs]


def _without_value(answer, program, error):
    """The `Run` of an answer whose name got no value: nothing was called."""
    kind, message = "NameError", f"no cell defines `{answer.name}`"
    if error is not None:
        kind, _, message = describe(error).partition(": ")
    elif program.magic:
        message += f"; what stands below `{program.magic}` is not kept by the notebook"
    elif not program.defines_others:
        return Run(blank=True)
    return Run(error=kind, message=message[:MAX_MESSAGE], called=False)


def _with_cause(run, failed, problems):
    """The run; for a NameError also the reason why the name has no value, if it is known."""
    missing = re.match(r"(?:cannot access )?(?:free variable|name) '(\w+)'", run.message)
    if run.error != "NameError" or not missing:
        return run
    if missing[1] in failed:
        cause = f"the line that defines it stopped with {describe(failed[missing[1]])}"
    elif problems:
        cause = f"a cell above could not be read: {problems[0]}"
    else:
        return run
    return replace(run, message=f"{run.message}; {cause}"[: 2 * MAX_MESSAGE])


def _execute(statement, namespace, flags):
    """Execute one statement; return the exception that it raised, or None."""
    try:
        module = ast.Module([statement.tree], [])
        exec(compile(module, filename_of(statement.cell), "exec", flags), namespace)
    except BaseException as error:
        return error
    return None


def _future_flags(statements):
    """The compiler flags of `from __future__ import …`, which hold for every statement."""
    flags = 0
    for statement in statements:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            for name in (alias.name for alias in statement.names):
                flags |= getattr(getattr(__future__, name, None), "compiler_flag", 0)
    return flags
