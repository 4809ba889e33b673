"""Start here.

The warm-up of notebook 00: it shows how an exercise works.
"""

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
    "You return whole numbers only, and the midpoint of 0 and 1 is 0.5: `//`, `int` and `round` "
    "all lose the half."
)


@exercise(
    stars=1,
    cases=_pairs,
    judge=_judge,
    hints=[
        "The midpoint is the mean of the two numbers.",
        "Add them first, then divide the sum by 2: brackets decide what is done first.",
    ],
    lesson="The mean of two numbers; in notebook 02 you will take means of many.",
)
def midpoint(a, b):
    """The number half-way between a and b."""
    return (a + b) / 2


midpoint.mistake(
    "Python divides before it adds: you halved b alone. Put the sum in brackets.",
    lambda a, b: a + b / 2,
)
midpoint.mistake(
    "You halved a alone. Put the sum in brackets, then divide it.", lambda a, b: a / 2 + b
)
midpoint.mistake(
    "That is half the distance from a to b. How far along the line is the point itself?",
    lambda a, b: (b - a) / 2,
)
midpoint.mistake(
    "That is the sum. The midpoint lies between a and b: divide by 2.", lambda a, b: a + b
)
midpoint.mistake(ONLY_WHOLE, lambda a, b: round((a + b) / 2))
