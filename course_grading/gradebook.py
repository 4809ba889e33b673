"""nbgrader's gradebook of a class: the roster, due dates, penalties, points and comments by hand.

What this course's grading finds is written beside what people gave, never over it. The gradebook,
and the notebooks that nbgrader's Formgrader shows, are made when they are first needed.
"""

import os
import shutil
import sys
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from course_grading.submission import grade_id, raw_cells, read_notebook
from course_lib.exercises.contents import CHAPTERS, EXERCISES, NOTEBOOKS, exercises_of
from course_lib.storage import whole_file

__all__ = ["ClassBook", "Grade", "GradebookError", "Student", "graded_notebook", "open_book"]


class GradebookError(RuntimeError):
    """nbgrader's gradebook cannot be used."""


@dataclass(frozen=True)
class Student:
    """A student on the roster; all but `id` may be empty."""

    id: str
    first_name: str = ""
    last_name: str = ""
    lms_user_id: str = ""

    @property
    def name(self):
        """Last name, first name; without them the id."""
        return ", ".join(part for part in (self.last_name, self.first_name) if part) or self.id


@dataclass(frozen=True)
class Grade:
    """What the gradebook says of a submission.

    points : the points that count, by the name of the cell that is graded
    by_hand : those of them that a person gave
    comments : the comments that a person wrote, by the name of the cell
    penalty : the points taken off because it was late
    total : all points, less the penalty
    """

    points: dict[str, float]
    by_hand: dict[str, float] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    penalty: float = 0.0
    total: float = 0.0


@contextmanager
def open_book(folder):
    """The `ClassBook` of the class in `folder`.

    Raises `GradebookError` if nbgrader is not installed.
    """
    try:
        from nbgrader.api import Gradebook
        from nbgrader.coursedir import CourseDirectory
    except ImportError:
        raise GradebookError(
            "Grades are kept in nbgrader's gradebook, and nbgrader is not installed here: `make "
            "grade` installs it, as does pip install -e '.[classroom]'."
        ) from None
    with warnings.catch_warnings(), _environment():
        warnings.simplefilter("ignore")  # of nbgrader and its database
        config = _configuration(folder)
        directory = CourseDirectory(config=config)
        with Gradebook(directory.db_url, directory.course_id) as gradebook:
            yield ClassBook(gradebook, directory, config)


@contextmanager
def _environment():
    """The environment of this process, which a class's settings may change, for a while.

    nbgrader calls `alembic`, which is installed beside this Python.
    """
    before = dict(os.environ)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before.get('PATH', '')}"
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _configuration(folder):
    """nbgrader's settings for the class."""
    from traitlets.config import Config
    from traitlets.config.loader import PyFileConfigLoader

    config = Config()
    if (folder / "nbgrader_config.py").is_file():
        config = PyFileConfigLoader("nbgrader_config.py", str(folder)).load_config()
    config.CourseDirectory.root = str(folder.resolve())
    return config


class ClassBook:
    """The gradebook of a class, open. `directory` and `config` are nbgrader's."""

    def __init__(self, gradebook, directory, config):
        self.gradebook, self.directory, self.config = gradebook, directory, config

    def roster(self):
        """The students, in the order of their ids."""
        return [
            Student(s.id, s.first_name or "", s.last_name or "", s.lms_user_id or "")
            for s in sorted(self.gradebook.students, key=lambda s: s.id)
        ]

    def prepare(self, assignments):
        """Make the assignments that the gradebook does not know, as `nbgrader` itself does.

        Raises `GradebookError` if it cannot.
        """
        from nbgrader.converters import GenerateAssignment, NbGraderException

        known = {a.name for a in self.gradebook.assignments if _is_whole(a)}
        for name in sorted(set(assignments) - known):
            _provide_source(self.directory, name)
            self.directory.assignment_id = name
            made = GenerateAssignment(self.directory, config=self.config)
            made.create_assignment = made.force = True
            made.log.setLevel("ERROR")
            try:
                made.start()
            except NbGraderException as error:
                raise GradebookError(
                    f"nbgrader cannot make the assignment {name}: {error}"
                ) from None
            self.gradebook.db.expire_all()

    def has_due_date(self, assignment):
        """Is there a date after which a submission of this assignment is late?"""
        return self.gradebook.find_assignment(assignment).duedate is not None

    def record(self, result, content):
        """Write a result, and the notebook that Formgrader shows; then the penalty, if it is late.

        Points and comments that were given by hand stay. A file that cannot be read leaves no
        trace, unless somebody graded an earlier one by hand.
        """
        book, names = self.gradebook, (result.assignment, result.student)
        book.update_or_create_student(result.student)
        if result.remarks:
            if (earlier := self._submission(*names)) and not _was_graded_by_hand(earlier):
                book.remove_submission(*names)
            return
        handed_in = self._folder(self.directory.submitted_directory, result)
        timestamp = self.directory.get_existing_timestamp(handed_in)
        submission = book.update_or_create_submission(*names, timestamp=timestamp)
        for mark in result.marks:
            self._write(mark, result)
        book.db.commit()
        notebook = graded_notebook(result, content)
        self._save(notebook, result, handed_in)
        if submission.total_seconds_late or submission.late_submission_penalty:
            self._assign_penalty(notebook, result)

    def grades(self):
        """A `Grade` for each submission in the gradebook, by student and assignment."""
        self.gradebook.db.expire_all()
        return {
            (submission.student.id, assignment.name): _grade(submission)
            for assignment in self.gradebook.assignments
            for submission in self.gradebook.assignment_submissions(assignment.name)
        }

    def _submission(self, assignment, student):
        from nbgrader.api import MissingEntry

        try:
            return self.gradebook.find_submission(assignment, student)
        except MissingEntry:
            return None

    def _write(self, mark, result):
        place = result.assignment, result.assignment, result.student
        name = grade_id(EXERCISES[mark.exercise])
        grade = self.gradebook.find_grade(f"{name}-check", *place)
        is_new = grade.auto_score != mark.points
        grade.auto_score = mark.points
        if grade.manual_score is None:
            grade.needs_manual_grade = False
        elif is_new:
            grade.needs_manual_grade = True  # given for another answer: to be looked at again
        comment = self.gradebook.find_comment(name, *place)
        comment.auto_comment = None if mark.outcome == "correct" else mark.diagnosis

    def _folder(self, kind, result):
        return self.directory.format_path(kind, result.student, result.assignment)

    def _save(self, notebook, result, handed_in):
        folder = self._folder(self.directory.autograded_directory, result)
        os.makedirs(folder, exist_ok=True)
        with whole_file(os.path.join(folder, f"{result.assignment}.ipynb")) as file:
            file.write(nbformat.writes(notebook).encode("utf-8", "replace"))
        timestamp = os.path.join(folder, "timestamp.txt")
        if os.path.isfile(os.path.join(handed_in, "timestamp.txt")):
            shutil.copyfile(os.path.join(handed_in, "timestamp.txt"), timestamp)
        elif os.path.exists(timestamp):
            os.remove(timestamp)

    def _assign_penalty(self, notebook, result):
        """Let nbgrader's plugin, which the class's settings choose, take points off."""
        from nbgrader.preprocessors import AssignLatePenalties

        names = {
            "student": result.student,
            "assignment": result.assignment,
            "notebook": result.assignment,
            "db_url": self.directory.db_url,
        }
        penalties = AssignLatePenalties(config=self.config)
        penalties.log.setLevel("ERROR")
        penalties.preprocess(notebook, {"nbgrader": names})
        self.gradebook.db.expire_all()


def graded_notebook(result, content):
    """The submission as a notebook for Formgrader: sources, and what each check was told.

    Nothing of its outputs is kept, since Formgrader would show them as they are. The cells of an
    exercise get the metadata of the course, whatever became of them on the way.
    """
    course = _course_cells(result.assignment)
    submission = read_notebook(content)
    marks = {mark.exercise: mark for mark in result.marks}
    placed = {}  # from the place of a cell in the submission to that of the course
    for exercise in exercises_of(CHAPTERS[result.assignment]):
        own = submission.find(exercise).own
        checks = [c for c in submission.cells if c.is_check and c.exercise == exercise.key]
        answer = grade_id(exercise)
        for name, cells in (
            (answer, [c for c in own if not c.is_check]),
            (f"{answer}-check", checks),
        ):
            if cells:
                placed[cells[0].index] = course.pop(name)
    notebook = nbformat.v4.new_notebook()
    for index, raw in enumerate(raw_cells(content)):
        if index in placed or isinstance(raw, dict):
            notebook.cells.append(_cell(placed.get(index), raw, marks))
    for cell in course.values():
        notebook.cells.append(_cell(cell, cell, marks))
    return notebook


def _cell(of_course, raw, marks):
    kind = raw.get("cell_type")
    make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    source = raw.get("source")
    source = "".join(map(str, source)) if isinstance(source, list) else str(source or "")
    cell = make(source)
    if of_course is not None:
        cell.metadata = nbformat.from_dict(of_course["metadata"])
        mark = marks.get(cell.metadata.get("exercise"))
        if kind == "code" and cell.metadata.get("nbgrader", {}).get("grade") and mark:
            text = f"{mark.outcome}: {mark.diagnosis}" if mark.diagnosis else mark.outcome
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
    return cell


def _course_cells(assignment):
    """The cells of the course's notebook that nbgrader knows, by their names there."""
    path = next(path for path in NOTEBOOKS if path.stem == assignment)
    cells = nbformat.read(path, as_version=4).cells
    return {c.metadata.nbgrader.grade_id: c for c in cells if "nbgrader" in c.metadata}


def _provide_source(directory, name):
    """Copy the course's notebook to where nbgrader makes an assignment of it, if none is there."""
    folder = directory.format_path(directory.source_directory, ".", name)
    if not os.path.isdir(folder):
        os.makedirs(folder)
        shutil.copy(next(path for path in NOTEBOOKS if path.stem == name), folder)


def _is_whole(assignment):
    """Does the gradebook's assignment have a cell for each exercise of its notebook?"""
    if assignment.name not in CHAPTERS:
        return False
    cells = {cell.name for notebook in assignment.notebooks for cell in notebook.grade_cells}
    return {f"{grade_id(e)}-check" for e in exercises_of(CHAPTERS[assignment.name])} <= cells


def _was_graded_by_hand(submission):
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    comments = [comment for notebook in submission.notebooks for comment in notebook.comments]
    return any(g.manual_score is not None for g in grades) or any(
        c.manual_comment for c in comments
    )


def _grade(submission):
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    comments = [comment for notebook in submission.notebooks for comment in notebook.comments]
    penalty = submission.late_submission_penalty or 0.0
    return Grade(
        {grade.cell.name: _number(grade.score) for grade in grades},
        {g.cell.name: _number(g.score) for g in grades if g.manual_score is not None},
        {c.cell.name: c.manual_comment for c in comments if c.manual_comment},
        _number(penalty),
        _number(max(0.0, submission.score - penalty)),
    )


def _number(value):
    """A number of points, whole if it is."""
    return int(value) if value == int(value) else round(float(value), 2)
