# ruff: noqa: F821
"""nbgrader's settings for a class that takes the course, one assignment for each notebook."""

import os

from nbgrader.preprocessors import Execute

# A check that is not correct raises, so that its cell earns nothing.
os.environ["COURSE_GRADING"] = "1"
os.environ["COURSE_PROGRESS"] = "off"
os.environ["TQDM_DISABLE"] = "1"

c = get_config()
c.CourseDirectory.course_id = "neural_networks_from_scratch"
c.Execute.timeout = 120

# nbgrader's default list without ClearSolutions, which would replace the course's answer cells by
# its stub: they are blank already, and name the function to write.
c.GenerateAssignment.preprocessors = [
    f"nbgrader.preprocessors.{name}"
    for name in (
        "IncludeHeaderFooter",
        "LockCells",
        "ClearOutput",
        "CheckCellMetadata",
        "ComputeChecksums",
        "SaveCells",
        "ComputeChecksums",
        "CheckCellMetadata",
    )
]


class ExecuteWithoutWidgets(Execute):
    """Execute without nbclient's handling of widgets, which sometimes deadlocks (its issue 312)."""

    def on_comm_open_jupyter_widget(self, msg):
        return None


# nbgrader's default list, with this class in place of Execute.
c.Autograde.autograde_preprocessors = [
    ExecuteWithoutWidgets,
    *(
        f"nbgrader.preprocessors.{name}"
        for name in (
            "IgnorePattern",
            "LimitOutput",
            "SaveAutoGrades",
            "AssignLatePenalties",
            "CheckCellMetadata",
        )
    ),
]
