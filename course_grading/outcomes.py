"""What a class did, counted: for each exercise how many were right, and what the others heard."""

import re
from collections import Counter
from dataclasses import dataclass

from course_grading.marking import OUTCOMES, exercises_in

__all__ = ["Row", "count_outcomes", "rows_of"]


@dataclass(frozen=True)
class Row:
    """So many students had this outcome, with this diagnosis, in this exercise."""

    assignment: str
    exercise: str
    stars: int
    outcome: str
    diagnosis: str
    students: int


def rows_of(results):
    """The rows of all results: in the order of notebooks and exercises, frequent ones first."""
    counts = Counter()
    for result in results:
        known = {e.key: e for e in exercises_in(result.assignment)}
        order = list(known)
        for mark in result.marks:
            said = _kind(known[mark.exercise], mark)
            place = order.index(mark.exercise)
            counts[result.assignment, place, mark.exercise, mark.stars, mark.outcome, said] += 1

    def as_read(entry):
        (assignment, place, _, _, outcome, said), students = entry
        return assignment, place, OUTCOMES.index(outcome), -students, said

    return [
        Row(assignment, exercise, stars, outcome, said, students)
        for (assignment, _, exercise, stars, outcome, said), students in sorted(
            counts.items(), key=as_read
        )
    ]


def count_outcomes(rows, exercises):
    """Outcome → how many students had it, for each of `exercises`, of the rows given."""
    counts = {outcome: [0] * len(exercises) for outcome in OUTCOMES}
    for row in rows:
        counts[row.outcome][exercises.index(row.exercise)] += row.students
    return counts


def _kind(exercise, mark):
    """A diagnosis without what differs from student to student: numbers drawn, values returned."""
    if mark.outcome == "correct":
        return ""
    if mark.outcome != "not yet" or mark.diagnosis in {
        misconception.sentence for misconception in exercise.misconceptions
    }:
        return mark.diagnosis
    stopped = re.match(r"Your code stopped with \w+", mark.diagnosis)
    return f"{stopped[0]}." if stopped else re.split(r"(?<=[.?:]) ", mark.diagnosis)[0]
