"""Now `course_lib.experiments`."""

from course_lib.experiments import *  # noqa: F403
