"""An exercise: its cases, judge and solution, hints, and the mistakes that it can name."""

import ast
import functools
import inspect
import os
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from course_lib.exercises.engine import record
from course_lib.exercises.engine.answers import describe_call, plain, run_answer, run_cases, same
from course_lib.exercises.engine.blanks import has_blank
from course_lib.exercises.engine.cards import Card
from course_lib.exercises.engine.errors import advice_on
from course_lib.exercises.engine.judging import CORRECT, CaseOnly, NotYet, Outcome
from course_lib.exercises.engine.remarks import sentence_about

__all__ = ["CheckCard", "Exercise", "Mistake", "NotCorrect", "Verdict", "exercise"]

MARKS = {Outcome.CORRECT: "✓", Outcome.NOT_STARTED: "○", Outcome.NOT_YET: "✗"}

# Exceptions of course_lib that teach by themselves.
OF_THE_LIBRARY = ("ShapeError",)
OVERFLOW = "On the way a number overflowed: exp of more than about 700 is infinite."
NOT_A_FUNCTION = (
    "check() takes the function itself, by its name and without brackets: check(f), not "
    "check(f(x))."
)


class NotCorrect(AssertionError):
    """Raised by a check that is not correct when COURSE_GRADING=1, so that it earns nothing."""


@dataclass(frozen=True)
class Mistake:
    """A typical wrong answer, as a function, and the sentence that names what is wrong with it."""

    sentence: str
    code: Callable


@dataclass(frozen=True)
class Verdict:
    """The outcome of a check, and a sentence about it; `named` if it says what is wrong, and
    does not only show where."""

    outcome: Outcome
    sentence: str
    named: bool = True

    @property
    def correct(self):
        """True if the answer is right."""
        return self.outcome is Outcome.CORRECT


@dataclass(frozen=True)
class CheckCard(Card):
    """The card that `check` returns, with its `verdict`."""

    verdict: Verdict = field(kw_only=True)

    __repr__ = Card.__repr__

    @property
    def correct(self):
        """True if the answer is right."""
        return self.verdict.correct


class Exercise:
    """One exercise, made from its solution by the decorator `exercise`.

    Parameters
    ----------
    cases : callable
        ``cases(rng)`` returns a list of tuples of arguments, some fixed, some random at each
        check, so that an answer cannot be fitted to the visible ones. ``[()]`` asks for a value.
    judge : callable
        ``judge(cases, values)`` returns `CORRECT` or a sentence, or raises `NotYet`. It gets
        plain values and never the solution: see `judging`.
    solution : callable
        The right answer, as real code: what `.solution()` shows is what the tests run.
    hints : sequence of str
        Each is more specific than the one before.
    stars : int
        1 to 3; also its points in a graded class.
    lesson : str
        A sentence that is shown when the answer is correct.
    seen_as : callable
        Maps a value to what identifies a mistake; by default the value itself. For a gate, where
        many weights make the same mistake, its truth table.
    unused : tuple of str
        Arguments that a right answer need not look at.
    """

    def __init__(
        self, *, cases, judge, solution, hints, stars, lesson="", seen_as=plain, unused=()
    ):
        self.cases = cases
        self.judge = judge
        self.answer = solution
        self.mistakes = []
        self.hints = tuple(hints)
        self.stars = stars
        self.lesson = lesson
        self.seen_as = seen_as
        self.unused = unused

    def __repr__(self):
        return f"{self.key} {'★' * self.stars}: .check({self.name}), .hint(), .solution()"

    @property
    def name(self):
        """The name of the function that a student writes."""
        return self.answer.__name__

    @property
    def key(self):
        """The exercise's name in the progress file, such as "ch01.half_adder"."""
        return f"{self.answer.__module__.rpartition('.')[2]}.{self.name}"

    @property
    def arguments(self):
        """The names of the arguments of the function that a student writes."""
        return tuple(inspect.signature(self.answer).parameters)

    def mistake(self, sentence, code=None):
        """Add a `Mistake`: what a check says of the values that `code` returns.

        Without `code`, a decorator for it.
        """
        if code is None:
            return lambda code: self.mistake(sentence, code)
        self.mistakes.append(Mistake(sentence, code))
        return code

    def check(self, *answer):
        """Judge an answer: a card that says correct, not started, or what is wrong.

        Never raises for what a student wrote. With COURSE_GRADING=1, raises `NotCorrect`
        unless the answer is correct.
        """
        if not answer:
            verdict = Verdict(
                Outcome.NOT_STARTED, f"Name it in the brackets: `check({self.name})`."
            )
        else:
            verdict = self.verdict(answer[0] if len(answer) == 1 else answer)
        started = verdict.outcome is not Outcome.NOT_STARTED
        card = self._card(verdict, record.note_try(self.key, verdict.correct) if started else "")
        if os.environ.get("COURSE_GRADING") == "1" and not verdict.correct:
            raise NotCorrect(repr(card))
        return card

    def verdict(self, answer, seed=None):
        """Run `answer` on new cases, and judge its values."""
        cases = self.draw(seed)
        with np.errstate(all="ignore"):  # exp(1000) is for the sentence to explain
            runs = run_answer(answer, cases)
        return self.judge_runs(cases, runs)

    def draw(self, seed=None):
        """The cases of one check; the first is repeated, to detect functions with state."""
        cases = list(self.cases(np.random.default_rng(seed)))
        return [*cases, cases[0]]

    def judge_runs(self, cases, runs):
        """Judge the runs: a pure function, for this process or another one.

        Never raises for a value: one on which the judge itself fails is not correct yet.
        Raises TypeError for a judge that returns neither CORRECT nor text.
        """
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what huge numbers do is for the sentence to say
            return self._judged(cases, runs)

    def _judged(self, cases, runs):
        complaint = self._complaint(cases, runs)
        if complaint is CORRECT:
            return Verdict(Outcome.CORRECT, self.lesson)
        if any(run.blank for run in runs):
            return Verdict(
                Outcome.NOT_STARTED,
                "There is still a blank, `...`, in it, or it holds no code.",
            )
        seen = [_read(self.seen_as, run.value) for run in runs]
        for mistake in () if all(run.error for run in runs) else self.mistakes:
            if self._is_answer_of(mistake.code, cases, runs, seen):
                return Verdict(Outcome.NOT_YET, mistake.sentence)
        named = type(complaint) is not CaseOnly
        remark = sentence_about(runs[0].remarks, runs[0].value, self.unused, named)
        if remark and not any(run.error for run in runs):
            return Verdict(Outcome.NOT_YET, remark)
        if any("overflow" in r.remarks for r in runs) and "overflow" not in complaint:
            complaint = type(complaint)(f"{complaint} {OVERFLOW}")
        return Verdict(Outcome.NOT_YET, str(complaint), named)

    def hint(self, number=1):
        """Hint `number`, from 1; each is more specific than the one before."""
        count = len(self.hints)
        if number not in range(1, count + 1):
            return Card("?", f"There are {count} hints: .hint(1) to .hint({count}).")
        next_hint = (f"For the next one: `.hint({number + 1})`.",) if number < count else ()
        return Card("?", f"Hint {number} of {count}", (self.hints[number - 1], *next_hint))

    def solution(self):
        """A card with one right answer; there may be others. A class's edition has none."""
        if has_blank(self.answer):
            return Card(
                "?",
                "Your class's edition has no solutions",
                (f"`.hint()` has {len(self.hints)} hints, and every check says what is wrong.",),
            )
        return Card("?", f"One way to write {self.name}", code=self.source())

    def source(self, code=None):
        """The source of the solution, or of other code, under the exercise's name."""
        code = code or self.answer
        text = inspect.getsource(inspect.getmodule(code))
        node = next(node for node in _definitions(text) if _defines(node, code))
        if isinstance(node, ast.Lambda):
            return (
                f"def {self.name}({ast.unparse(node.args)}):\n    return {ast.unparse(node.body)}"
            )
        source = ast.get_source_segment(text, node)
        return source.replace(f"def {code.__name__}(", f"def {self.name}(", 1)

    def _complaint(self, cases, runs):
        for case, run in zip(cases, runs, strict=True):
            if run.error == "NotAFunction":
                return NOT_A_FUNCTION
            if run.error:
                return self._stopped(case, run)
            if run.changed is not None:
                [name] = self.arguments[run.changed :][:1] or ["?"]  # no answer counts that far
                return (
                    f"Your function changes its argument `{name}`, which "
                    f"belongs to the caller. `w = w + d` makes a new array; `w += d` changes the "
                    f"old one, and so do methods such as `w.sort()`."
                )
        nothing = [i for i, run in enumerate(runs) if run.value is None]
        if nothing and len(nothing) < len(runs):
            return (
                f"For {describe_call(cases[nothing[0]], self.arguments)} your function returns "
                f"nothing, for others it does: does a `return` stand inside an `if` or a loop?"
            )
        complaint = _read(self.judge, cases, [run.value for run in runs])
        if complaint is not CORRECT and type(complaint) not in (str, CaseOnly):
            raise TypeError(f"{self.key}: the judge returned {complaint!r}, not CORRECT or text")
        return complaint

    def _stopped(self, case, run):
        call = f" for {describe_call(case, self.arguments)}" if case and run.called else ""
        text = f"Your code stopped with {run.error}{call}: {run.message}".rstrip(".")
        if any(remark.startswith("reads ") for remark in run.remarks):
            return f"{text}. {sentence_about(run.remarks, run.value, self.unused)}"
        if advice := advice_on(run.message, self.name, self.key.partition(".")[0]):
            return f"{text}. {advice}"
        return text if run.error in OF_THE_LIBRARY else CaseOnly(text)

    def _is_answer_of(self, code, cases, runs, seen):
        """Would `code` have given these runs, whose values are `seen`?

        Most code would not in the first case, so the others are run only where it would.
        """
        parts = (slice(1), slice(1, None))
        return all(self._alike(runs[part], seen[part], run_cases(code, cases[part]))
                   for part in parts)  # fmt: skip

    def _alike(self, runs, seen, others):
        """True if values are equal where both ran, and errors are equal elsewhere."""
        return all(
            run.error == other.error
            and run.changed == other.changed
            and (bool(run.error) or same(value, _read(self.seen_as, other.value)))
            for run, value, other in zip(runs, seen, others, strict=True)
        )

    def _card(self, verdict, note):
        heading = f"{verdict.outcome.capitalize()}: {self.name}"
        sentences = [verdict.sentence] if verdict.sentence else []
        chapter = self.key.partition(".")[0]
        if verdict.outcome is Outcome.NOT_STARTED:
            sentences.append("Write your answer in its place, run that cell, then this one again.")
        if verdict.outcome is Outcome.NOT_YET:
            sentences.append(f"Stuck? `{chapter}.{self.name}.hint()`")
        if note:
            sentences.append(note)
        return CheckCard(MARKS[verdict.outcome], heading, tuple(sentences), verdict=verdict)


@functools.cache
def _definitions(text):
    """The functions, named or not, in the source of a module."""
    kinds = ast.FunctionDef | ast.Lambda
    return [node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds)]


def _defines(node, code):
    """Is this node of a module's tree the definition of the function `code`?"""
    if isinstance(node, ast.Lambda):
        return code.__name__ == "<lambda>" and node.lineno == code.__code__.co_firstlineno
    return node.name == code.__name__


def _read(reader, *arguments):
    """What a judge or `seen_as` makes of values; a sentence where it cannot read them."""
    try:
        return reader(*arguments)
    except NotYet as not_yet:
        return not_yet.sentence
    except Exception as error:  # a value that nobody thought of
        return _unjudged(error)


def _unjudged(error):
    """What is said where a judge fails; the tests of the exercises raise the error instead."""
    return (
        f"What came back could not be judged ({type(error).__name__}). Compare its form with what "
        f"the exercise asks for, or show it to your instructor."
    )


def exercise(**definition):
    """Turn the decorated solution into an `Exercise` of the same name."""
    return lambda solution: Exercise(solution=solution, **definition)
