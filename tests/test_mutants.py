"""The list behind `make mutate` stays true: what it would replace is there."""

import mutate
import pytest

from course_lib import ROOT

MUTANTS = mutate.mutants()


def test_there_are_enough_and_each_once():
    assert len(MUTANTS) >= 26 and len(set(MUTANTS)) == len(MUTANTS)
    listed = (ROOT / "tests" / "mutants.txt").read_text("utf-8")
    assert listed.count("\n- ") == listed.count("\n+ ") == len(MUTANTS)


@pytest.mark.parametrize(("module", "right", "wrong", "what"), MUTANTS)
def test_each_can_be_planted(module, right, wrong, what):
    text = (ROOT / "course_lib" / f"{module}.py").read_text("utf-8")
    changed = mutate.planted(text, right, wrong)
    assert changed != text, f"{right!r} is not a line of {module}.py"
    compile(changed, module, "exec")
    for name in mutate.TESTS[module]:
        assert (ROOT / "tests" / f"test_{name}.py").exists()
