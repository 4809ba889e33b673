"""Write docs/exercises.md, every exercise with its typical wrong answers, from the definitions.

python tools/exercise_tables.py        writes the page; a test sees that it is up to date
"""

import inspect
from pathlib import Path

from course_lib.exercises.overview import CHAPTERS, exercises_of

PAGE = Path(__file__).resolve().parents[1] / "docs" / "exercises.md"
HEAD = """# Exercises, and the wrong answers that they know

For instructors. This page is made from the definitions in `course_lib/exercises/` by
`make guide`, and a test keeps it true. Stars are points. Under each exercise stand the sentences
that typical wrong answers draw; what a check does not recognise gets a general sentence with the
first case that disagrees."""


def entry(exercise):
    """One exercise: name, stars, what it asks for, and the sentences of its misconceptions."""
    asks = " ".join(inspect.getdoc(exercise.answer).split("\n\n")[0].split())
    sentences = dict.fromkeys(wrong.sentence for wrong in exercise.misconceptions)
    lines = [f"### {exercise.name} {'★' * exercise.stars}", "", asks, ""]
    return "\n".join([*lines, *(f"- {sentence}" for sentence in sentences)])


def chapter(module):
    """All exercises of one notebook under its title, with the points that they make."""
    number, exercises = module.__name__[-2:], exercises_of(module)
    points = sum(exercise.stars for exercise in exercises)
    title = f"## Notebook {number}: {inspect.getdoc(module).splitlines()[0].rstrip('.')}"
    return "\n\n".join([title, f"Points: {points}.", *map(entry, exercises)])


def page():
    """The whole page as text."""
    title, about = HEAD.split("\n\n")
    return "\n\n".join([title, " ".join(about.split()), *map(chapter, CHAPTERS)]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.name}: {sum(len(exercises_of(module)) for module in CHAPTERS)} exercises.")
