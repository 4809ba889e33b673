"""`make check-room` passes where the tests run, and each failure has a remedy."""

import os
import subprocess
import sys

import check_room
import pytest

from course_lib import ROOT

WRITABLE = os.access(ROOT / "notebooks", os.W_OK)


@pytest.mark.slow
def test_this_machine_is_ready():
    text, good = check_room.table(check_room.CHECKS)
    assert good == WRITABLE, text
    assert text.count("ready ") >= len(check_room.CHECKS) - (not WRITABLE)
    assert ("FAILED  Write access" in text) == (not WRITABLE)


@pytest.mark.parametrize("check", check_room.CHECKS, ids=lambda c: c.__name__)
def test_each_check_says_what_it_looks_at_and_what_to_do(check):
    assert check.title and check.purpose and len(check.remedy) > 30


def failing():
    raise check_room.NotReady("it is grey")


failing.title, failing.purpose, failing.remedy = "Sky", "is it blue", "Wait for better weather."


def test_a_failure_is_shown_with_its_remedy_and_the_others_go_on():
    text, good = check_room.table([failing, check_room.python])
    assert not good
    assert "FAILED  Sky" in text and "it is grey" in text
    assert "what to do: Wait for better weather." in text
    assert "ready   Python" in text and "Not ready yet" in text


def test_missing_packages_and_places_are_noticed(monkeypatch, tmp_path):
    monkeypatch.setattr(check_room, "requires", lambda name: ["numpy>=99", "nothing-at-all>=1"])
    with pytest.raises(check_room.NotReady, match=r"numpy 2.*nothing-at-all missing"):
        check_room.packages()
    monkeypatch.setattr(check_room, "ROOT", tmp_path)
    with pytest.raises(OSError):
        check_room.writing()
    monkeypatch.setattr(check_room, "_run", lambda source: [])
    for check in (check_room.kernel, check_room.figure, check_room.widget):
        with pytest.raises(check_room.NotReady):
            check()


def test_a_console_of_few_letters_gets_the_table_too():
    code = (
        "import check_room as c; c.fonts.title = 'δ☃'; c.CHECKS[:] = [c.fonts, c.python]; "
        "c.sys.exit(c.main())"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT / "tools")}
    done = subprocess.run(
        [sys.executable, "-OO", "-c", code], cwd=ROOT, env=environment, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "ready   ??" in done.stdout
