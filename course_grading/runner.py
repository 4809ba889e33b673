"""The process in which answers run: it reads a job, and forks a process for each answer.

    python -I -c "…; main()" < job > replies

It is started by `box`, in a folder and with a library of its own. Each answer runs in a
fork: as another user where that is allowed, within limits, in an empty folder, its output
thrown away. What comes back is text, one line of JSON an answer: how it ended, and its reply.
"""

import __future__

import ast
import json
import linecache
import os
import pickle
import select
import shutil
import signal
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from course_grading.seccomp import build_fence, hide
from course_grading.serialization import write_runs
from course_grading.slicing import NO_PYTHON, needed, parsed
from course_lib.exercises.engine.answers import Run, run_answer

__all__ = ["main"]

CELL = "your answer"
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def main():
    """Read a `Job` from standard input, and write a line for each answer."""
    job = pickle.load(sys.stdin.buffer)  # ours: what comes in is trusted, what goes out is not
    _at_most("FSIZE", job.most_bytes)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    hide()
    build_fence()
    for answer in job.answers:
        started = time.monotonic()
        ended, reply = _in_a_fork(answer, job)
        line = {"ended": ended, "reply": reply, "seconds": round(time.monotonic() - started, 3)}
        print(json.dumps(line), flush=True)


def _in_a_fork(answer, job):
    """How the answer ended, and what it replied."""
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
            _limit(job.limits)
            if job.user is not None:
                _become(job.user)
            data = write_runs(_runs(answer)).encode()
            os.write(writer, f"{len(data)}\n".encode())
            while data:
                data = data[os.write(writer, data) :]
        finally:
            os._exit(0)
    os.close(writer)
    ended, reply = _received(reader, job.limits, time.monotonic() + job.limits.seconds)
    os.close(reader)
    status = _end(pid, job.user)
    with suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    if ended == "left" and os.WIFSIGNALED(status):
        ended = f"signal {os.WTERMSIG(status)}"
    return ended, reply


def _received(reader, limits, deadline):
    """How it ended, and the reply: its length, a new line, and as many bytes."""
    data, wanted = b"", None
    while (left := deadline - time.monotonic()) > 0:
        if not select.select([reader], [], [], left)[0]:
            break
        piece = os.read(reader, 1 << 16)
        data += piece
        if wanted is None and b"\n" in data[:20]:
            head, _, data = data.partition(b"\n")
            wanted = int(head) if head.isdigit() else 0
        if max(len(data), wanted or 0) > limits.reply:
            return "too much", ""
        if wanted is not None and len(data) >= wanted:
            return "replied", data[:wanted].decode("utf-8", "ignore")
        if not piece:
            return "left", ""
    return "too late", ""


def _end(pid, user):
    """End the answer's process and all that it started; return how it itself ended."""
    done, status = os.waitpid(pid, os.WNOHANG)
    for _ in range(100):
        _kill(pid, user)
        try:
            while not done or os.getpid() == 1:  # as number 1 it inherits what is left
                one, how = os.waitpid(-1, 0)
                done, status = (one, how) if one == pid else (done, status)
        except ChildProcessError:
            return status
        if done:
            return status
    return status


def _kill(pid, user):
    if os.getpid() == 1:
        _send_kill(os.kill, -1)  # everybody else in this namespace
    elif user is None:
        _send_kill(os.killpg, pid)
    else:
        helper = os.fork()
        if helper == 0:
            try:
                _become(user)
                os.kill(-1, signal.SIGKILL)  # everybody of that user
            finally:
                os._exit(0)
        os.waitpid(helper, 0)


def _send_kill(kill, target):
    with suppress(ProcessLookupError, PermissionError):
        kill(target, signal.SIGKILL)


def _limit(limits):
    """Take from this process its input, its output, and what is over the limits."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.close(nothing)
    _at_most("CPU", int(limits.seconds) + 1)
    _at_most("AS", limits.memory)
    _at_most("FSIZE", limits.file)
    _at_most("CORE", 0)
    _at_most("NOFILE", 64)
    _at_most("NPROC", limits.processes)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file too long is an error, not an end


def _at_most(what, most):
    import resource  # not on Windows, where this module can be read but not run

    with suppress(ValueError, OSError):  # a limit that this system does not have
        resource.setrlimit(getattr(resource, f"RLIMIT_{what}"), (most, most))


def _become(user):
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def _runs(answer):
    """What the answer does with its cases: a `Run` for each."""
    try:
        tree = parsed(answer.source, CELL)
    except NO_PYTHON as error:
        line = getattr(error, "text", None) or ""
        place = f", in the line `{line.strip()}`" if line.strip() else ""
        return _all(answer, type(error).__name__, f"{getattr(error, 'msg', error)}{place}")
    lines = answer.source.splitlines(keepends=True)
    linecache.cache[CELL] = (len(answer.source), None, lines, CELL)
    namespace = {"__name__": "__main__", "display": print}
    above = needed(answer.above, tree, answer.name)
    flags = _from_the_future([*above, *tree.body])
    for statement in above:
        _executed(statement, namespace, "above", flags)
    troubles = [_executed(statement, namespace, CELL, flags) for statement in tree.body]
    trouble = next(filter(None, troubles), None)
    if answer.name not in namespace:
        if trouble is not None:
            return _all(answer, type(trouble).__name__, str(trouble))
        if not any(isinstance(statement, FUNCTIONS) for statement in tree.body):
            return [Run(blank=True) for _ in answer.cases]
        return _all(answer, "NameError", f"the cell defines no `{answer.name}`")
    with np.errstate(all="ignore"):
        runs = run_answer(namespace[answer.name], answer.cases)
    return [_with_cause(run, trouble) for run in runs] if trouble else runs


def _with_cause(run, trouble):
    """A name that is not defined may be so because a line of the cell had stopped before."""
    if run.error != "NameError":
        return run
    cause = f"an earlier line stopped with {type(trouble).__name__}: {str(trouble)[:400]}"
    return replace(run, message=f"{run.message}; {cause}")


def _all(answer, error, message):
    return [Run(error=error, message=message[:400]) for _ in answer.cases]


def _executed(statement, namespace, filename, flags=0):
    """Execute one statement; return the exception that it ended with, if any."""
    try:
        exec(compile(ast.Module([statement], []), filename, "exec", flags), namespace)
    except BaseException as error:
        return error
    return None


def _from_the_future(statements):
    """The flags of `from __future__ import …`, which holds for more than its own line."""
    flags = 0
    for statement in statements:
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            for name in (alias.name for alias in statement.names):
                flags |= getattr(getattr(__future__, name, None), "compiler_flag", 0)
    return flags
