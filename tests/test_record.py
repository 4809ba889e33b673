"""Progress is saved in a small file, and never lost."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel

from course_lib import ROOT
from course_lib.exercises import ch01, progress
from course_lib.exercises.engine import record
from course_lib.exercises.engine.exercise import NotCorrect

RIGHT, WRONG = ([20, 20, 20], -30), ([20, 20, 20], -10)


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "_this_session", {})
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    return tmp_path / "progress.json"


def entry(place):
    return json.loads(place.read_text("utf-8"))["exercises"]["ch01.majority"]


def test_tries_are_counted_and_a_success_stays(place):
    ch01.majority.check(WRONG)
    assert entry(place) == {"tries": 1, "solved": False}
    ch01.majority.check(RIGHT)
    ch01.majority.check(WRONG)
    assert entry(place) == {"tries": 3, "solved": True}


def test_a_blank_leaves_no_trace(place):
    ch01.majority.check(...)
    assert not place.exists()


def test_a_refused_answer_counts_in_grading_mode_too(place, monkeypatch):
    monkeypatch.setenv("COURSE_GRADING", "1")
    with pytest.raises(NotCorrect):
        ch01.majority.check(WRONG)
    assert entry(place)["tries"] == 1


def test_off_means_off(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", "off")
    monkeypatch.chdir(tmp_path)
    before = record.load()
    ch01.majority.check(RIGHT)
    assert record.load() == before == {}


def test_the_table_shows_it(place):
    empty = repr(progress())
    ch01.majority.check(RIGHT)
    assert "0 of 7" in empty and "1 of 7" in repr(progress())
    assert "majority ★★" in repr(progress(ch01))
    assert "✓ solved, 1 try" in repr(progress(ch01))
    ch01.majority.check(RIGHT)
    assert "✓ solved, 2 tries" in progress(ch01)._repr_html_()


DAMAGE = {
    "empty": b"",
    "text": b"hello",
    "binary": b"\xff\xfe\x00\x81",
    "list": b"[1, 2]",
    "number": b"3",
    "null": b"null",
    "cut": b'{"format": 1, "exercises": {"ch01.ma',
    "other format": b'{"format": 99, "exercises": {}}',
    "wrong entry": b'{"format": 1, "exercises": {"a": 3}}',
    "wrong tries": b'{"format": 1, "exercises": {"a": {"tries": "x", "solved": true}}}',
    "infinite tries": b'{"format": 1, "exercises": {"a": {"tries": Infinity, "solved": true}}}',
    "endless tries": b'{"format": 1, "exercises": {"a": {"tries": ' + b"9" * 5000 + b"}}}",
    "no exercises": b'{"format": 1}',
    "deep": b"[" * 100_000,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_file_is_set_aside_whole(place, damage):
    place.write_bytes(damage)
    assert record.load() == {}
    text = repr(ch01.majority.check(RIGHT))
    assert "it was kept as progress.damaged-1.json" in text
    assert (place.parent / "progress.damaged-1.json").read_bytes() == damage
    assert entry(place) == {"tries": 1, "solved": True}


def test_what_is_sound_in_a_damaged_file_is_kept(place):
    place.write_text('{"format": 1, "exercises": {"a": 3, "b": {"tries": 2, "solved": true}}}')
    ch01.majority.check(RIGHT)
    assert json.loads(place.read_text())["exercises"]["b"] == {"tries": 2, "solved": True}


def test_a_mark_that_an_editor_puts_first_is_no_damage(place):
    content = '{"format": 1, "exercises": {"ch01.majority": {"tries": 2, "solved": true}}}'
    place.write_bytes(b"\xef\xbb\xbf" + content.encode())
    assert "damaged" not in repr(ch01.majority.check(WRONG))
    assert entry(place) == {"tries": 3, "solved": True}


def test_a_file_that_cannot_be_read_is_left_alone(place, monkeypatch):
    ch01.majority.check(RIGHT)
    whole = place.read_bytes()

    def refuse(*arguments, **options):
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", refuse)
        assert "could not be saved" in repr(ch01.not_gate.check((-20, 10)))
        assert progress(ch01)
    assert place.read_bytes() == whole
    assert progress(ch01)
    ch01.not_gate.check((-20, 10))
    solved = json.loads(place.read_text())["exercises"]
    assert solved["ch01.not_gate"] == {"tries": 2, "solved": True}, "the session's try is joined"
    assert solved["ch01.majority"]["solved"]


@pytest.mark.skipif(os.name == "nt", reason="no devices there")
def test_a_device_is_no_file(monkeypatch):
    monkeypatch.setattr(record, "_this_session", {})
    for device in ("/dev/null", "/dev/full"):
        monkeypatch.setenv("COURSE_PROGRESS", device)
        assert "could not be saved" in repr(ch01.majority.check(RIGHT))
        assert stat.S_ISCHR(os.stat(device).st_mode)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_stays_a_link(place, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    place.symlink_to(tmp_path / "elsewhere" / "progress.json")
    ch01.majority.check(RIGHT)
    assert place.is_symlink() and entry(place)["solved"]


@pytest.mark.parametrize("path", [".", "/", " off ", "~no-such-user-here/p.json"])
def test_odd_settings_cost_nothing(path, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(record, "_this_session", {})
    monkeypatch.setenv("COURSE_PROGRESS", path)
    assert ch01.majority.check(RIGHT).correct
    assert repr(progress(ch01))


def test_a_second_damaged_file_does_not_replace_the_first(place):
    for damage in (b"one", b"two"):
        place.write_bytes(damage)
        ch01.majority.check(RIGHT)
    assert (place.parent / "progress.damaged-1.json").read_bytes() == b"one"
    assert (place.parent / "progress.damaged-2.json").read_bytes() == b"two"


def test_a_file_that_cannot_be_written_costs_nothing(place, monkeypatch):
    def refuse(*arguments):
        raise PermissionError

    monkeypatch.setattr(os, "replace", refuse)
    text = repr(ch01.majority.check(RIGHT))
    assert "✓ Correct" in text and "could not be saved" in text
    assert "✓ solved" in repr(progress(ch01))
    assert not [p for p in place.parent.iterdir() if not p.name.endswith(".lock")]


def test_a_read_only_folder_falls_back_to_the_users_data(tmp_path, monkeypatch):
    data = tmp_path / "data"
    monkeypatch.setattr(record, "_this_session", {})
    monkeypatch.delenv("COURSE_PROGRESS")
    monkeypatch.setattr(record, "user_data_path", lambda name: data)
    blocked = tmp_path / "a file where a folder should be"
    blocked.write_text("")
    monkeypatch.setattr(record, "_notebook_folder", lambda: blocked)
    assert "could not" not in repr(ch01.majority.check(RIGHT))
    assert entry(data / record.FILE_NAME)["solved"]
    assert "✓ solved" in repr(progress(ch01))


@pytest.mark.skipif(
    getattr(os, "geteuid", lambda: 0)() == 0 or os.name == "nt",
    reason="needs a user whom file modes can stop",
)
def test_a_read_only_file_and_folder_for_real(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "_this_session", {})
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    ch01.majority.check(WRONG)
    (tmp_path / "progress.json").chmod(stat.S_IREAD)
    tmp_path.chmod(stat.S_IREAD | stat.S_IEXEC)
    try:
        assert "could not be saved" in repr(ch01.majority.check(RIGHT))
        assert record.load()["ch01.majority"] == {"tries": 2, "solved": True}
    finally:
        tmp_path.chmod(stat.S_IRWXU)


def test_a_folder_in_place_of_the_file_costs_nothing(place):
    place.mkdir()
    assert "could not be saved" in repr(ch01.majority.check(RIGHT))
    assert record.load()["ch01.majority"]["solved"]


def test_the_file_is_made_in_new_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "a" / "b" / "p.json"))
    ch01.majority.check(RIGHT)
    assert entry(tmp_path / "a" / "b" / "p.json")["solved"]


def test_two_kernels_at_once_lose_nothing(place):
    code = (
        "from course_lib.exercises.engine import record\n"
        "for i in range(25): assert record.note_try('ch01.majority', False) == ''"
    )
    environment = {**os.environ, "COURSE_PROGRESS": str(place)}
    kernels = [subprocess.Popen([sys.executable, "-c", code], env=environment) for _ in range(3)]
    assert [kernel.wait() for kernel in kernels] == [0, 0, 0]
    assert entry(place)["tries"] == 75


def test_by_default_it_stands_beside_the_notebooks(monkeypatch):
    monkeypatch.delenv("COURSE_PROGRESS")
    notebooks = Path(__file__).resolve().parents[1] / "notebooks"
    assert record._paths()[0] == notebooks / "course_progress.json"


def test_a_kernel_killed_while_it_notes_a_try_loses_nothing(place):
    manager, client = start_new_kernel(cwd=str(ROOT / "notebooks"))
    client.execute(
        "from course_lib.exercises.engine.record import note_try\n"
        "while True: note_try('ch01.majority', True)"
    )
    deadline = time.monotonic() + 60
    while not place.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(0.5)
    os.kill(manager.provisioner.process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    before = entry(place)
    assert before["solved"] and before["tries"] > 1
    start = time.monotonic()
    assert record.note_try("ch01.majority", False) == ""
    assert time.monotonic() - start < 1  # no lock was left behind
    assert entry(place) == {"tries": before["tries"] + 1, "solved": True}


def test_without_a_home_and_a_name_a_check_and_the_table_still_answer(tmp_path):
    """As in a container that runs as an unknown user, with a course that cannot be written."""
    code = (
        "import os, pathlib\n"
        "def lost(*a, **k): raise RuntimeError('Could not determine home directory.')\n"
        "pathlib.Path.home = lost; os.path.expanduser = lost\n"
        "from course_lib.exercises.engine import record\n"
        "record.user_data_path = lost\n"
        "record.ROOT = pathlib.Path('/nowhere')\n"
        "from course_lib.exercises import ch01\n"
        "from course_lib.exercises.overview import progress\n"
        "print(ch01.majority.check(ch01.majority.answer).correct)\n"
        "print(repr(progress()).splitlines()[1][:13])\n"
    )
    environment = {k: v for k, v in os.environ.items() if k not in ("HOME", "COURSE_PROGRESS")}
    done = subprocess.run(
        [sys.executable, "-OO", "-c", code], cwd=ROOT, env=environment, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.stdout == "True\nGates and XOR\n", done.stderr
