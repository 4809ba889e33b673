"""Now `course_lib.network`."""

from course_lib.network import *  # noqa: F403
