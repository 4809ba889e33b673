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
    """One answer to run, from the code cells of its notebook, pairs of a number and a source.

    name : the name that the answer defines
    cases : lists of arguments to call it with
    cells : the cells up to its check, in their order
    own : the numbers of its own cells
    below : the cells after its check
    """

    name: str
    cases: list
    cells: tuple[tuple[int, str], ...]
    own: tuple[int, ...]
    below: tuple[tuple[int, str], ...] = ()

    @classmethod
    def alone(cls, source, name, cases):
        """An answer of a single cell."""
        return cls(name, cases, ((0, source),), (0,))

    @property
    def sources(self):
        """The sources of all its cells."""
        return [source for _, source in (*self.cells, *self.below)]


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
