"""The exercises of the course: one module a notebook, `ch00` for notebook 00 and so on."""

from course_lib.exercises.overview import progress

__all__ = ["progress"]
