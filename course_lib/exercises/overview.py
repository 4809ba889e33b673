"""The table of solved exercises."""

import html
from dataclasses import dataclass

from course_lib.exercises.contents import CHAPTERS, exercises_of
from course_lib.exercises.engine import record
from course_lib.exercises.engine.cards import Card

__all__ = ["Progress", "Row", "progress"]

WIDTH = 12


@dataclass(frozen=True)
class Row:
    """One row of the table: a label, numbers of solved and of all exercises, and a remark."""

    label: str
    solved: int
    total: int
    remark: str

    @property
    def bar(self):
        """A progress bar of twelve characters."""
        filled = round(WIDTH * self.solved / self.total)
        return "█" * filled + "░" * (WIDTH - filled)


@dataclass(frozen=True)
class Progress:
    """The table, displayed as HTML or as text."""

    rows: tuple[Row, ...]

    def __repr__(self):
        width = max(len(row.label) for row in self.rows)
        return "\n".join(f"{row.label:<{width}}  {row.bar}  {row.remark}" for row in self.rows)

    def _repr_html_(self):
        cells = "".join(
            f'<tr><td style="text-align:left">{html.escape(row.label)}</td>'
            f'<td style="font-family:monospace" aria-hidden="true">{row.bar}</td>'
            f'<td style="text-align:left">{html.escape(row.remark)}</td></tr>'
            for row in self.rows
        )
        return (
            '<table><thead><tr><th style="text-align:left">Exercises</th><td></td>'
            f'<th style="text-align:left">Solved</th></tr></thead><tbody>{cells}</tbody></table>'
        )


def progress(*chapters):
    """The table of progress: a row for each notebook, or for each exercise of `chapters`."""
    if not set(map(id, chapters)) <= set(map(id, CHAPTERS.values())):
        return Card("?", "progress() shows all notebooks, progress(ch01) those of one.")
    known = record.load()
    if not chapters:
        return Progress(tuple(_chapter_row(chapter, known) for chapter in CHAPTERS.values()))
    rows = []
    for chapter in chapters:
        rows += [_exercise_row(exercise, known) for exercise in exercises_of(chapter)]
        rows.append(_chapter_row(chapter, known))
    return Progress(tuple(rows))


def _chapter_row(chapter, known):
    exercises = exercises_of(chapter)
    solved = sum(known.get(exercise.key, {}).get("solved", False) for exercise in exercises)
    return Row(chapter.TITLE, solved, len(exercises), f"{solved} of {len(exercises)}")


def _exercise_row(exercise, known):
    entry = known.get(exercise.key, {"tries": 0, "solved": False})
    tries = f", {entry['tries']} {'try' if entry['tries'] == 1 else 'tries'}"
    remark = "✓ solved" if entry["solved"] else "○ open"
    label = f"{exercise.name} {'★' * exercise.stars}"
    return Row(label, int(entry["solved"]), 1, remark + (tries if entry["tries"] else ""))
