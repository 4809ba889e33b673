"""Now `course_lib.datasets`."""

from course_lib.datasets import *  # noqa: F403
