"""Start here.

The warm-up of notebook 00: it shows how an exercise works.
"""

import numpy as np

from course_lib.exercises.engine.exercise import exercise
from course_lib.exercises.engine.judging import CORRECT, agrees_with, numbers

TITLE = "Start here"


def _pairs(rng):
    return [
        (2.0, 6.0),
        (0.0, 1.0),
        (6.0, -20.0),
        *(tuple(rng.uniform(-9, 9, 2).tolist()) for _ in range(5)),
    ]


_is_the_mean = agrees_with(
    lambda a, b: a + (b - a) / 2, "That is not the number half-way between the two."
)


def _judge(cases, values):
    verdict = _is_the_mean(cases, values)
    if verdict is not CORRECT and len({repr(value) for value in values}) == 1:
        return f"Your function returns {values[0]!r} whatever a and b are. Use them."
    if verdict is not CORRECT and all(float(numbers(v, (), "It")).is_integer() for v in values):
        return ONLY_WHOLE
    return verdict


ONLY_WHOLE = (
    "You return whole numbers only, but the midpoint of 0 and 1 is 0.5. `//`, `int` and `round` "
    "all lose the half: divide with `/`, and keep the decimals."
)
MULTIPLIED = (
    "You multiplied a and b. The number half-way between them is their mean, and a mean begins "
    "with their sum."
)
AWAY = (
    "You go half the distance, but not from a towards b, so you end outside of the two. Which way "
    "is it from a to b?"
)


@exercise(
    stars=1,
    cases=_pairs,
    judge=_judge,
    hints=[
        "The midpoint is the mean of the two numbers.",
        "Add them first, then divide the sum by 2. Brackets decide what is done first.",
    ],
    lesson="You took the mean of two numbers; in notebook 02 you will take means of many.",
)
def midpoint(a, b):
    """The number half-way between a and b."""
    return (a + b) / 2


midpoint.mistake(
    "Python divides before it adds, so you halved b alone. Put the sum in brackets.",
    lambda a, b: a + b / 2,
)
midpoint.mistake(
    "Python divides before it adds, so you halved a alone. Put a + b in brackets.",
    lambda a, b: a / 2 + b,
)
midpoint.mistake(
    "That is half the distance between a and b. The midpoint lies that far from a: start at a, "
    "and go there.",
    lambda a, b: (b - a) / 2,
)
midpoint.mistake(
    "That is half of a - b, a distance. For the mean of two numbers add them; do not subtract.",
    lambda a, b: (a - b) / 2,
)
midpoint.mistake(
    "That is half the distance between a and b, without its sign. The midpoint is the place in "
    "the middle, not a distance.",
    lambda a, b: abs(b - a) / 2,
)
midpoint.mistake(
    "That is the distance from a to b; for 2 and 6 it happens to be 4 as well. Half-way between 0 "
    "and 1 lies 0.5, and your function returns 1.",
    lambda a, b: b - a,
)
midpoint.mistake(
    "That is the distance between a and b, without its sign; for 2 and 6 it happens to be 4 as "
    "well. Half-way between 0 and 1 lies 0.5, and your function returns 1.",
    lambda a, b: abs(b - a),
)
midpoint.mistake(
    "That is the sum. The midpoint lies between a and b: divide by 2.", lambda a, b: a + b
)
midpoint.mistake(
    "You always go upwards from a, and that is right only if b is the larger number. Leave out "
    "`abs`: then the sign of b - a says which way to go.",
    lambda a, b: a + abs(b - a) / 2,
)
midpoint.mistake(AWAY, lambda a, b: a - (b - a) / 2)
midpoint.mistake(AWAY, lambda a, b: b + (b - a) / 2)
midpoint.mistake(MULTIPLIED, lambda a, b: (a * b) ** 0.5)
midpoint.mistake(MULTIPLIED, lambda a, b: np.sqrt(a * b))
midpoint.mistake(MULTIPLIED, lambda a, b: a * b / 2)
midpoint.mistake(MULTIPLIED, lambda a, b: a * b)
midpoint.mistake(ONLY_WHOLE, lambda a, b: round((a + b) / 2))
