"""The data that the runner receives: answers, their limits, and a user."""

from dataclasses import dataclass

__all__ = ["Answer", "Job", "Limits"]


@dataclass(frozen=True)
class Limits:
    """Limits of one answer.

    seconds : time, from the start of its process to its reply
    memory : bytes of each of its processes
    processes : number of its processes
    file : bytes of each file that it writes
    reply : bytes of its values, encoded as JSON
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
    """The answers of one submission, their limits, and the user id to run them as.

    `user` is None where the user stays the same.
    """

    answers: list[Answer]
    limits: Limits
    user: int | None

    @property
    def max_bytes(self):
        """The largest size of all replies together; JSON may escape a character as six."""
        return len(self.answers) * (6 * self.limits.reply + 1000)
