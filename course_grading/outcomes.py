"""Count the outcomes and diagnoses of a class, exercise by exercise."""

import ast
import re
from collections import Counter
from dataclasses import dataclass

from course_grading.marking import OUTCOMES, exercises_in

__all__ = ["Row", "Unnamed", "count_outcomes", "rows_of", "told", "unnamed"]


@dataclass(frozen=True)
class Row:
    """The number of students with this outcome and diagnosis in this exercise."""

    assignment: str
    exercise: str
    stars: int
    outcome: str
    diagnosis: str
    students: int


@dataclass(frozen=True)
class Unnamed:
    """A wrong answer whose diagnosis only shows a value, and the number of students with it."""

    assignment: str
    exercise: str
    answer: str
    diagnosis: str
    students: int


def told(results):
    """How many answers were not right, and how many of their diagnoses name what is wrong."""
    wrong = _wrong_marks(results)
    return len(wrong), sum(mark.named for _, mark in wrong)


def unnamed(results):
    """A list of `Unnamed`, the most frequent first; comments and spaces make no difference."""
    groups = {}
    for assignment, mark in _wrong_marks(results):
        if not mark.named and mark.answer:
            key = assignment, mark.exercise, _without_comments(mark.answer)
            groups.setdefault(key, []).append(mark)
    found = [
        Unnamed(assignment, exercise, marks[0].answer, marks[0].diagnosis, len(marks))
        for (assignment, exercise, _), marks in groups.items()
    ]
    return sorted(found, key=lambda one: (-one.students, one.exercise, one.answer))


def _wrong_marks(results):
    readable = [result for result in results if not result.remarks]
    return [
        (r.assignment, mark) for r in readable for mark in r.marks if mark.outcome == OUTCOMES[1]
    ]


def _without_comments(answer):
    try:
        return ast.unparse(ast.parse(answer))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return answer


def rows_of(results):
    """A list of `Row`, in the order of notebooks and exercises, the most frequent first.

    A file that could not be read has no part in it: its remark says why, once.
    """
    counts = Counter()
    for result in results:
        if result.remarks:
            continue
        known = {e.key: e for e in exercises_in(result.assignment)}
        order = list(known)
        for mark in result.marks:
            index = order.index(mark.exercise)
            diagnosis = _generic_diagnosis(known[mark.exercise], mark)
            entry = (result.assignment, index, mark.exercise, mark.stars, mark.outcome, diagnosis)
            counts[entry] += 1

    def sort_key(item):
        (assignment, index, _, _, outcome, diagnosis), students = item
        return assignment, index, OUTCOMES.index(outcome), -students, diagnosis

    return [
        Row(assignment, exercise, stars, outcome, diagnosis, students)
        for (assignment, _, exercise, stars, outcome, diagnosis), students in sorted(
            counts.items(), key=sort_key
        )
    ]


def count_outcomes(rows, exercises):
    """A dict from each outcome to a list of numbers of students, one for each of `exercises`."""
    counts = {outcome: [0] * len(exercises) for outcome in OUTCOMES}
    for row in rows:
        counts[row.outcome][exercises.index(row.exercise)] += row.students
    return counts


def _generic_diagnosis(exercise, mark):
    """The diagnosis without the numbers of one student: random cases and returned values."""
    if mark.outcome == "correct":
        return ""
    if mark.outcome != "not yet" or mark.diagnosis in {
        mistake.sentence for mistake in exercise.mistakes
    }:
        return mark.diagnosis
    stopped = re.match(r"Your code stopped with \w+", mark.diagnosis)
    return f"{stopped[0]}." if stopped else re.split(r"(?<=[.?:]) ", mark.diagnosis)[0]
