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

# nbgrader's own list without ClearSolutions, which would replace every answer cell with a stub
# of its own: ours are blank already, and say which function is asked for.
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
    """nbclient plays a front end for sliders, and now and then waits for ever (its issue 312)."""

    def on_comm_open_jupyter_widget(self, msg):
        return None


# nbgrader's own list, with this one in place of Execute.
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
