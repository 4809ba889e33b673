"""Now `course_lib.training`."""

from course_lib.training import *  # noqa: F403
