"""Write points into nbgrader's gradebook, through its Python interface."""

import warnings

__all__ = ["GradebookError", "write_to_gradebook"]


class GradebookError(RuntimeError):
    """The points cannot be written into nbgrader's gradebook."""


def write_to_gradebook(results, path):
    """Write the points of all results into the database at `path`; return the number of results.

    Points that the instructor gave by hand are stored beside the automatic ones, and still
    replace them. Raises `GradebookError` if nbgrader is not installed, or if the gradebook lacks
    an assignment.
    """
    try:
        from nbgrader.api import Gradebook, MissingEntry
    except ImportError:
        raise GradebookError(
            "nbgrader is not installed here: pip install -e '.[classroom]', or leave out "
            "--gradebook."
        ) from None
    if not path.is_file():
        raise GradebookError(
            f"There is no gradebook {path.name}: `nbgrader generate_assignment` makes it."
        )
    with warnings.catch_warnings(), Gradebook(f"sqlite:///{path.resolve()}") as gradebook:
        warnings.filterwarnings("ignore", "Object of type")  # from nbgrader's own models
        for result in results:
            try:
                _write_result(result, gradebook)
            except MissingEntry:
                raise GradebookError(
                    f"The gradebook does not know {result.assignment} with all its exercises. Run "
                    f"`nbgrader generate_assignment {result.assignment} --force` first."
                ) from None
    return len(results)


def _write_result(result, gradebook):
    gradebook.find_assignment(result.assignment)
    gradebook.update_or_create_student(result.student)
    gradebook.update_or_create_submission(result.assignment, result.student)
    for mark in result.marks:
        name = f"{mark.exercise.replace('.', '-').replace('_', '-')}-check"
        grade = gradebook.find_grade(name, result.assignment, result.assignment, result.student)
        grade.auto_score = mark.points
        grade.needs_manual_grade = False
    gradebook.db.commit()
