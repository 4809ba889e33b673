"""Grade one submission: run its answers in a sandbox, judge the returned values, count points."""

import json
import secrets
from dataclasses import asdict, dataclass, replace

from course_grading.job import Answer, Limits
from course_grading.serialization import ReplyError, read_runs
from course_grading.submission import UnreadableError, fingerprint, read_notebook
from course_grading.texts import printable
from course_lib.exercises.contents import CHAPTERS, exercises_of
from course_lib.exercises.engine.exercise import Verdict
from course_lib.exercises.engine.judging import Outcome

__all__ = [
    "NOT_GRADED",
    "OUTCOMES",
    "STOPPED",
    "Mark",
    "Result",
    "exercises_in",
    "mark",
    "marks_of",
    "unreadable",
]

# In addition to the outcomes of a check: the answer ran without a reply; no answer was run.
STOPPED, NOT_GRADED = "stopped", "not graded"
OUTCOMES = (
    str(Outcome.CORRECT),
    str(Outcome.NOT_YET),
    STOPPED,
    NOT_GRADED,
    str(Outcome.NOT_STARTED),
)
MAX_ANSWER = 20_000  # characters of an answer that are kept in its result
SCOPE_NOTE = (
    "An answer can use the cells above its check, but nothing from below it or from another "
    "notebook."
)


@dataclass(frozen=True)
class Mark:
    """One exercise of a submission.

    exercise : its key, such as "ch01.majority"
    stars : the points that it is worth
    points : the points that the answer earned, all of them or none
    outcome : "correct", "not started", "not yet", "stopped" or "not graded"
    diagnosis : a sentence for the student
    answer : the sources of the answer's cells
    note : how these cells were found, if it is not by the course's mark
    named : False if the diagnosis only shows a wrong value, and does not name the mistake
    """

    exercise: str
    stars: int
    points: int
    outcome: str
    diagnosis: str
    answer: str = ""
    note: str = ""
    named: bool = True


@dataclass(frozen=True)
class Result:
    """A submission with its marks.

    student, assignment : names of the student and of the notebook
    fingerprint : SHA-256 of the file; the same file is not graded twice
    seed : the seed of its random cases, which repeats the grading exactly
    protected : False if its answers ran outside of a sandbox
    remarks : sentences about the submission as a whole
    """

    student: str
    assignment: str
    fingerprint: str
    seed: int
    marks: tuple[Mark, ...]
    remarks: tuple[str, ...] = ()
    protected: bool = True

    @property
    def points(self):
        """The points of all exercises together."""
        return sum(mark.points for mark in self.marks)

    @property
    def max_points(self):
        """The points of a submission with all exercises correct."""
        return sum(mark.stars for mark in self.marks)

    def as_data(self):
        """Plain data, to be written as JSON."""
        return {"format": 3, **asdict(self), "points": self.points, "of": self.max_points}

    @classmethod
    def from_data(cls, data):
        """Make a `Result` from the data that `as_data` returned.

        Raises ValueError, KeyError or TypeError for other data, or if the exercises have changed.
        """
        marks = tuple(Mark(**mark) for mark in data["marks"])
        names = ("student", "assignment", "fingerprint", "seed")
        result = cls(
            *(data[name] for name in names), marks, tuple(data["remarks"]), data["protected"]
        )
        exercises = [(e.key, e.stars) for e in exercises_in(result.assignment)]
        is_complete = [(mark.exercise, mark.stars) for mark in marks] == exercises
        is_consistent = all(
            mark.outcome in OUTCOMES
            and mark.points == (mark.stars if mark.outcome == OUTCOMES[0] else 0)
            for mark in marks
        )
        if not (is_complete and is_consistent and json.loads(json.dumps(result.as_data())) == data):
            raise ValueError("this is not the result of a submission")
        return result


def exercises_in(assignment):
    """The exercises of the notebook `assignment`, such as "01_gates_and_xor".

    Raises KeyError for any other name.
    """
    return exercises_of(CHAPTERS[assignment])


def mark(student, assignment, content, *, sandbox, limits=None, seed=None, only=None):
    """Grade a submission, given the bytes of its file; return its `Result`.

    `sandbox` is a `Sandbox`, `limits` are `Limits`, and `seed` is an int, by default a random one.
    `only` is a collection of keys of exercises, if the marks of the others are not wanted. A file
    that cannot be read gets a `Result` with a remark and no points.
    """
    seed = secrets.randbits(32) if seed is None else seed
    try:
        submission = read_notebook(content)
    except UnreadableError as error:
        return unreadable(student, assignment, str(error), fingerprint(content))
    exercises = [e for e in exercises_in(assignment) if only is None or e.key in only]
    found = [(exercise, submission.find(exercise)) for exercise in exercises]
    marks = marks_of(found, sandbox, limits or Limits(), seed)
    protected = sandbox.bubblewrap is not None
    names = student, assignment, fingerprint(content), seed
    return Result(*names, tuple(marks), protected=protected)


def unreadable(student, assignment, reason, sha256=""):
    """The `Result` of a submission that was not graded; `sha256` is that of its file, if known."""
    marks = tuple(_not_graded(exercise, reason) for exercise in exercises_in(assignment))
    return Result(student, assignment, sha256, 0, marks, (reason,))


def marks_of(found, sandbox, limits, seed):
    """Grade answers, pairs of an exercise and the `Found` cells of its answer; a `Mark` for each.

    Answers to the same exercise get the same cases.
    """
    cases = {exercise.key: exercise.draw(seed) for exercise, cells in found if cells.own}
    answers = [_answer(exercise, cells, cases[exercise.key]) for exercise, cells in found
               if cells.own]  # fmt: skip
    replies = iter(sandbox.run(answers, limits))
    return [
        _mark(exercise, cells, cases[exercise.key], next(replies), limits)
        if cells.own
        else _not_graded(exercise, _missing_reason(exercise))
        for exercise, cells in found
    ]


def _mark(exercise, cells, cases, reply, limits):
    if reply.ended == "replied":
        verdict = _verdict(exercise, cases, reply.text)
        outcome, diagnosis, named = str(verdict.outcome), verdict.sentence, verdict.named
    else:
        outcome, diagnosis, named = STOPPED, _no_reply_reason(reply.ended, limits), True
    points = exercise.stars if outcome == OUTCOMES[0] else 0
    source = printable("\n\n".join(cell.source for cell in cells.own))[:MAX_ANSWER]
    return Mark(exercise.key, exercise.stars, points, outcome, diagnosis, source, cells.note, named)


def _answer(exercise, found, cases):
    def numbered(cells):
        return tuple((cell.index, cell.source) for cell in cells)

    own = tuple(cell.index for cell in found.own)
    return Answer(exercise.name, cases, numbered(found.above), own, numbered(found.below))


def _not_graded(exercise, reason):
    return Mark(exercise.key, exercise.stars, 0, NOT_GRADED, reason)


def _missing_reason(exercise):
    return (
        f"There is no answer cell for {exercise.name}, and no cell defines it. Copy the cell from "
        f"a fresh notebook: its metadata has the exercise's name, by which it is found."
    )


def _verdict(exercise, cases, reply):
    try:
        runs = read_runs(reply, len(cases))
    except ReplyError:
        return Verdict(
            Outcome.NOT_YET,
            "The reply of its process is not in the expected format, and was not read.",
        )
    verdict = exercise.judge_runs(cases, runs)
    if any(run.error == "NameError" and run.called for run in runs) and not verdict.correct:
        return replace(verdict, sentence=f"{verdict.sentence} {SCOPE_NOTE}")
    return verdict


def _no_reply_reason(ended, limits):
    if ended == "too late":
        return (
            f"It did not finish within {limits.seconds:g} seconds: does a loop in it never end, or "
            f"does it wait for something?"
        )
    if ended == "too much":
        return f"It returned more than {limits.reply >> 20} MB, which no answer needs."
    if ended.startswith("signal"):
        return f"Its process was ended by the system ({ended}): too much memory, or a crash."
    return "Its process ended before it had answered: does it call exit, or end processes?"
