"""Grading a class: answers run in a process of their own, and are judged in this one."""
