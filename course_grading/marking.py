"""One submission: its answers run in a box, its values judged here, its points counted here."""

import json
import secrets
from dataclasses import asdict, dataclass

from course_grading.job import Answer, Limits
from course_grading.serialization import ReplyError, read_runs
from course_grading.submission import UnreadableError, fingerprint, read_notebook
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
    "unreadable",
]

# Beside the outcomes of a check: it was run, and no reply came; there was nothing to run.
STOPPED, NOT_GRADED = "stopped", "not graded"
OUTCOMES = (
    str(Outcome.CORRECT),
    str(Outcome.NOT_YET),
    STOPPED,
    NOT_GRADED,
    str(Outcome.NOT_STARTED),
)
LONGEST_ANSWER = 20_000
ALONE = (
    "An answer is graded with what it uses of the cells above its check, and with nothing from "
    "below or from another notebook."
)


@dataclass(frozen=True)
class Mark:
    """One exercise of a submission.

    exercise : its key, such as "ch01.majority"
    stars : the points that it is worth
    points : the points that it got, all of them or none
    outcome : "correct", "not started", "not yet", "stopped" or "not graded"
    diagnosis : what was said about it
    answer : the source of the answer cell
    """

    exercise: str
    stars: int
    points: int
    outcome: str
    diagnosis: str
    answer: str = ""


@dataclass(frozen=True)
class Result:
    """A submission with its marks.

    student, assignment : whose, and of which notebook
    fingerprint : SHA-256 of the file; the same file is not graded twice
    seed : what its cases were drawn with: with it, grading repeats to the last digit
    remarks : what happened to the submission as a whole, a sentence each
    """

    student: str
    assignment: str
    fingerprint: str
    seed: int
    marks: tuple[Mark, ...]
    remarks: tuple[str, ...] = ()

    @property
    def points(self):
        """The points of all exercises together."""
        return sum(mark.points for mark in self.marks)

    @property
    def of(self):
        """The points that could be had."""
        return sum(mark.stars for mark in self.marks)

    def as_data(self):
        """Plain data, to be written as JSON."""
        return {"format": 1, **asdict(self), "points": self.points, "of": self.of}

    @classmethod
    def from_data(cls, data):
        """The `Result` of which `as_data` made `data`.

        Raises ValueError, KeyError or TypeError for what is none, or none of today's exercises.
        """
        marks = tuple(Mark(**mark) for mark in data["marks"])
        names = ("student", "assignment", "fingerprint", "seed")
        result = cls(*(data[name] for name in names), marks, tuple(data["remarks"]))
        exercises = [(e.key, e.stars) for e in exercises_in(result.assignment)]
        is_whole = [(mark.exercise, mark.stars) for mark in marks] == exercises
        is_fair = all(
            mark.outcome in OUTCOMES
            and mark.points == (mark.stars if mark.outcome == OUTCOMES[0] else 0)
            for mark in marks
        )
        if not (is_whole and is_fair and json.loads(json.dumps(result.as_data())) == data):
            raise ValueError("this is not the result of a submission")
        return result


def exercises_in(assignment):
    """The exercises of the notebook `assignment`, such as "01_gates_and_xor".

    Raises KeyError for what is no name of one.
    """
    return exercises_of(CHAPTERS[assignment])


def mark(student, assignment, content, *, box, limits=None, seed=None):
    """The `Result` of a submission, given the bytes of its file.

    Never raises for what it holds. `box` is what `open_box` returned, `limits` are `Limits`;
    without a `seed` one is drawn.
    """
    seed = secrets.randbits(32) if seed is None else seed
    try:
        submission = read_notebook(content)
    except UnreadableError as error:
        return unreadable(student, assignment, str(error), fingerprint(content))
    marks = _marks(exercises_in(assignment), submission, box, limits or Limits(), seed)
    return Result(student, assignment, fingerprint(content), seed, tuple(marks))


def unreadable(student, assignment, why, of=""):
    """The `Result` of a submission that could not be read; `of` is its fingerprint, if any."""
    marks = tuple(_unmarked(exercise, why) for exercise in exercises_in(assignment))
    return Result(student, assignment, of, 0, marks, (why,))


def _marks(exercises, submission, box, limits, seed):
    cells, cases = {}, {}
    for exercise in exercises:
        found = submission.answers.get(exercise.key, [])
        if len(found) == 1:
            [cells[exercise.key]] = found
            cases[exercise.key] = exercise.draw(seed)
    answers = [
        Answer(submission.above(e.key), cells[e.key][1], e.name, cases[e.key])
        for e in exercises
        if e.key in cells
    ]
    replies = dict(zip(cells, box.run(answers, limits), strict=True))
    marks = []
    for exercise in exercises:
        if exercise.key not in cells:
            count = len(submission.answers.get(exercise.key, []))
            marks.append(_unmarked(exercise, _not_one(exercise, count)))
            continue
        source = cells[exercise.key][1][:LONGEST_ANSWER]
        reply = replies[exercise.key]
        if reply.ended != "replied":
            why = _why_no_reply(reply.ended, limits)
            marks.append(Mark(exercise.key, exercise.stars, 0, STOPPED, why, source))
            continue
        verdict = _verdict(exercise, cases[exercise.key], reply.text)
        points = exercise.stars if verdict.correct else 0
        outcome, diagnosis = str(verdict.outcome), verdict.sentence
        marks.append(Mark(exercise.key, exercise.stars, points, outcome, diagnosis, source))
    return marks


def _unmarked(exercise, why):
    return Mark(exercise.key, exercise.stars, 0, NOT_GRADED, why)


def _not_one(exercise, count):
    if count == 0:
        return (
            f"The answer cell of {exercise.name} is missing. Copy it from a fresh notebook, for "
            f"the cell carries the exercise's name where it is not seen."
        )
    return (
        f"There are {count} answer cells for {exercise.name}, and it would be a guess which one "
        f"counts. Delete the others."
    )


def _verdict(exercise, cases, reply):
    try:
        runs = read_runs(reply, len(cases))
    except ReplyError:
        return Verdict(
            Outcome.NOT_YET, "What came back was not what a function returns, and was not read."
        )
    verdict = exercise.judge_runs(cases, runs)
    if any(run.error == "NameError" for run in runs) and not verdict.correct:
        return Verdict(verdict.outcome, f"{verdict.sentence.rstrip('.')}. {ALONE}")
    return verdict


def _why_no_reply(ended, limits):
    if ended == "too late":
        return (
            f"It did not finish within {limits.seconds:g} seconds: does a loop in it never end, or "
            f"does it wait for something?"
        )
    if ended == "too much":
        return f"It returned more than {limits.reply >> 20} MB, which no answer needs."
    if ended.startswith("signal"):
        return f"Its process was ended by the system ({ended}): too much memory, or a crash."
    return "Its process ended before it had answered: does it call exit, or meddle with processes?"
