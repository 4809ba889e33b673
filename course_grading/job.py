"""What is to be run, on its way to the process that runs it."""

from dataclasses import dataclass

__all__ = ["Answer", "Job", "Limits"]


@dataclass(frozen=True)
class Limits:
    """What one answer may take.

    seconds : time, from the start of its process to its reply
    memory : bytes of each of its processes
    processes : how many of them
    file : bytes of a file that it writes
    reply : bytes of what it returns, written as text
    """

    seconds: float = 10.0
    memory: int = 1 << 30
    processes: int = 8
    file: int = 1 << 20
    reply: int = 4 << 20


@dataclass(frozen=True)
class Answer:
    """One answer to run: the cells above it, its own cell, the name it defines, its cases."""

    above: tuple[str, ...]
    source: str
    name: str
    cases: list


@dataclass(frozen=True)
class Job:
    """The answers of one submission, their limits, and the number of another user, or None."""

    answers: list[Answer]
    limits: Limits
    user: int | None

    @property
    def most_bytes(self):
        """The longest that all replies together can be; JSON may take six letters for one."""
        return len(self.answers) * (6 * self.limits.reply + 1000)
