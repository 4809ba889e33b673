"""Run, judge and display exercises."""
