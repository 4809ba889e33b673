"""Hand the course out to a class: `make classroom`.

    python tools/make_classroom.py FOLDER

FOLDER becomes a course of nbgrader, with one assignment for each notebook, and gets the
student edition as a folder and as a zip. What a class has handed in is never touched: written
are source/, student/, student.zip, and nbgrader_config.py where there is none.
"""

import argparse
import shutil
from pathlib import Path

from student_edition import HERE, write_student_edition

NOTEBOOKS = sorted((HERE / "notebooks").glob("[0-9][0-9]_*.ipynb"))
NEXT = """Written into {folder}:
  student.zip   for the students: the course with its checks, without its solutions
  source/       the {count} notebooks as assignments of nbgrader, a point for each star
What comes back belongs into submitted/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb; then: make grade
docs/grading.md goes through all of it, with nbgrader and without."""


def write_nbgrader_course(folder):
    """Write the assignments, and the settings unless there are some."""
    for notebook in NOTEBOOKS:
        assignment = folder / "source" / notebook.stem
        assignment.mkdir(parents=True, exist_ok=True)
        shutil.copy(notebook, assignment / notebook.name)
    settings = folder / "nbgrader_config.py"
    if not settings.exists():
        shutil.copy(HERE / "docs" / "classroom" / settings.name, settings)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="the folder of the class")
    folder = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    write_nbgrader_course(folder)
    write_student_edition(folder / "student")
    shutil.make_archive(str(folder / "student"), "zip", folder / "student")
    print(NEXT.format(folder=folder, count=len(NOTEBOOKS)))


if __name__ == "__main__":
    main()
