"""Now `course_lib.checks`."""

from course_lib.checks import *  # noqa: F403
