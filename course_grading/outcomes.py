"""Count the outcomes and diagnoses of a class, exercise by exercise."""

import re
from collections import Counter
from dataclasses import dataclass

from course_grading.marking import OUTCOMES, exercises_in

__all__ = ["Row", "count_outcomes", "rows_of"]


@dataclass(frozen=True)
class Row:
    """The number of students with this outcome and diagnosis in this exercise."""

    assignment: str
    exercise: str
    stars: int
    outcome: str
    diagnosis: str
    students: int


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
