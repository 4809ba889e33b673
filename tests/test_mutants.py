"""The mutants of `make mutate` apply to the present source."""

import mutate
import pytest

from course_lib import ROOT

MUTANTS = mutate.mutants()


def test_there_are_enough_and_each_once():
    assert len(MUTANTS) >= 26 and len(set(MUTANTS)) == len(MUTANTS)
    listed = (ROOT / "tests" / "mutants.txt").read_text("utf-8")
    assert listed.count("\n- ") == listed.count("\n+ ") == len(MUTANTS)


@pytest.mark.parametrize(("module", "right", "wrong", "description"), MUTANTS)
def test_each_can_be_applied(module, right, wrong, description):
    text = (ROOT / "course_lib" / f"{module}.py").read_text("utf-8")
    changed = mutate.mutated(text, right, wrong)
    assert changed != text, f"{right!r} is not a line of {module}.py"
    compile(changed, module, "exec")
    for name in mutate.TESTS[module]:
        assert (ROOT / "tests" / f"test_{name}.py").exists()
