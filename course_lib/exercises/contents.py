"""The table of contents: the notebooks, their modules of exercises, and all exercises."""

from course_lib import ROOT
from course_lib.exercises import ch00, ch01, ch02, ch03, ch04, ch05, ch06, ch07, ch08
from course_lib.exercises.engine.exercise import Exercise

__all__ = ["CHAPTERS", "EXERCISES", "NOTEBOOKS", "exercises_of"]

#: A dict from the name of a notebook to the module with its exercises.
CHAPTERS = {
    "00_start_here": ch00,
    "01_gates_and_xor": ch01,
    "02_least_squares_and_gradient_descent": ch02,
    "03_logistic_and_softmax_regression": ch03,
    "04_forward_pass": ch04,
    "05_back_propagation": ch05,
    "06_the_diamond_classifier": ch06,
    "07_activations_compared": ch07,
    "08_convolutional_networks": ch08,
}
#: The paths of the notebooks, in their order.
NOTEBOOKS = tuple(ROOT / "notebooks" / f"{name}.ipynb" for name in CHAPTERS)


def exercises_of(chapter):
    """The exercises of a chapter's module, in their order."""
    return [value for value in vars(chapter).values() if isinstance(value, Exercise)]


#: A dict from the key of an exercise, such as "ch01.half_adder", to the exercise.
EXERCISES = {e.key: e for chapter in CHAPTERS.values() for e in exercises_of(chapter)}
