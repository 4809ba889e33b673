"""Grading of one submission: read as data, run in a sandbox, judged outside of it."""

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from handed_in import EXERCISES, NAMES, answer_cells, as_bytes, notebook, right, wrong
from hypothesis import given
from hypothesis import strategies as st

from course_grading import bubblewrap
from course_grading import sandbox as sandbox_module
from course_grading.job import Answer, Limits
from course_grading.marking import NOT_GRADED, STOPPED, Result, exercises_in, mark
from course_grading.sandbox import NoProtection, Reply, Sandbox, open_sandbox
from course_grading.serialization import ReplyError, read_runs, write_runs
from course_grading.submission import MAX_BYTES, UnreadableError, read_file, read_notebook
from course_lib import ROOT
from course_lib.exercises.engine.answers import Run, Unreadable, plain, same

pytestmark = pytest.mark.slow

GATES = "01_gates_and_xor"
# A loaded machine starts slowly: only where time is up, what stands in for it is short.
SHORT = 4


@pytest.fixture(params=["bubblewrap", "unprotected"])
def either(request):
    """A sandbox, with bubblewrap or without; the latter also where Python is in root's home."""
    if request.param == "unprotected" and os.name == "posix":
        return Sandbox(None)
    try:
        return open_sandbox()
    except NoProtection as error:
        pytest.skip(str(error))


def grade(name, content, sandbox, limits=None):
    content = content if isinstance(content, bytes) else as_bytes(content)
    return mark("somebody", name, content, sandbox=sandbox, limits=limits)


def graded(sandbox, limits=None, **answers):
    """The marks of notebook 01 by exercise, with the given answers and right ones elsewhere."""
    result = grade(GATES, notebook(GATES, right, answers), sandbox, limits)
    return {mark.exercise.partition(".")[2]: mark for mark in result.marks}


# ------------------------------------------------------------------ exactly the points earned


@pytest.mark.parametrize("name", NAMES)
def test_right_wrong_blank_and_crashing(name, either):
    everything = sum(exercise.stars for exercise in exercises_in(name))
    assert grade(name, notebook(name, right), either).points == everything
    all_wrong = grade(name, notebook(name, wrong), either)
    assert all_wrong.points == 0
    for found in all_wrong.marks:
        assert found.outcome == "not yet"
        assert found.diagnosis == EXERCISES[found.exercise].mistakes[0].sentence
    blank = grade(name, notebook(name), either)
    assert blank.points == 0 and {found.outcome for found in blank.marks} == {"not started"}
    crash = "raise RuntimeError('no idea')"
    crashing = grade(name, notebook(name, lambda _: crash), either)
    assert crashing.points == 0 and crashing.max_points == everything
    assert all("RuntimeError" in found.diagnosis for found in crashing.marks)


def test_the_same_seed_repeats_a_grading(sandbox):
    content = as_bytes(notebook(GATES, wrong))
    first = mark("a", GATES, content, sandbox=sandbox, seed=7)
    assert first == mark("a", GATES, content, sandbox=sandbox, seed=7)
    assert Result.from_data(json.loads(json.dumps(first.as_data()))) == first


ABOVE = [
    "import math\nLARGE = 20\ndef one(n):\n    return LARGE * math.copysign(1, n)",
    "%matplotlib inline\nLARGE = 20\n!echo hi\ndef one(n): return LARGE\none?",
    "one = lambda n: 20",
    "LARGE: int = 2 * 10\nA, B = LARGE, 1\none = lambda n: A * B",
    "from math import *\nfrom functools import partial\none = partial(pow, 20)",
    "if True:\n    def one(n):\n        return 20",
    "try:\n    import no_such_thing as xp\nexcept ImportError:\n    import numpy as xp\n"
    "def one(n): return float(xp.sqrt(400))",
    "large = []\nfor k in range(3):\n    large.append(20)\ndef one(n): return large[2]",
    "table = {}\ntable['one'] = 20\ntable.update(two=2)\none = lambda n: table['one']",
    "one = np.ones(9)[0] * 20\none = (lambda one: lambda n: one)(one)",
    "with np.errstate(all='ignore'):\n    LARGE = 20\nclass K:\n    one = LARGE\n"
    "one = lambda n: K.one",
    "many = 1\nmany = many + 19\ndef one(n, kept=many): return kept",
    "large = {}\ndef fill(p): p['one'] = 20\nfill(large)\none = lambda n: large['one']",
    "large = [20, 5]\ndel large[1]\none = lambda n: sum(large)",
    "import random\nlarge = [20, 20]\nrandom.shuffle(large)\nrows = [[0], [0]]\n"
    "for row in rows:\n    row[0] = 20\none = lambda n: rows[1][0]",
    "H = np.zeros(1)\nnp.add(10, 10, out=H)\none = lambda n: H[0]",
    "from __future__ import annotations\ndef one(n: nothing) -> nowhere:\n    return 20",
    "raise ValueError\n{[1]: 2}",
]  # fmt: skip


@pytest.mark.parametrize("above", ABOVE[:-1])
def test_an_answer_has_what_it_uses_of_the_cells_above(sandbox, above):
    content = notebook(GATES, right, {"majority": "def majority():\n    return [one(1)] * 3, -30"})
    for source in (above, "import time\nw = b = time.sleep(60)\nshow(one)", ABOVE[-1]):
        place = 3 if source is above else 4  # below the set-up cell
        content["cells"].insert(place, {"cell_type": "code", "metadata": {}, "source": source})
    marks = {found.exercise: found for found in grade(GATES, content, sandbox).marks}
    assert marks["ch01.majority"].outcome == "correct", marks["ch01.majority"].diagnosis


def test_a_helper_between_an_answer_and_its_check_counts(sandbox):
    content = notebook(GATES, right, {"majority": "def majority():\n    return later(), -30"})
    places = [cell["id"] for cell in content["cells"]]
    helper = {"cell_type": "code", "metadata": {}, "source": "def later(): return [20, 20, 20]"}
    content["cells"].insert(places.index("majority-check"), helper)
    marks = {found.exercise: found for found in grade(GATES, content, sandbox).marks}
    assert marks["ch01.majority"].outcome == "correct"


def test_a_name_that_is_nowhere_above_is_explained(sandbox):
    marks = graded(sandbox, majority="def majority():\n    return nowhere, 1")
    diagnosis = marks["majority"].diagnosis
    assert "name 'nowhere' is not defined" in diagnosis and "can use the cells above" in diagnosis
    marks = graded(sandbox, majority="import nowhere\ndef majority():\n    return nowhere.w, 1")
    assert (
        "the line that defines it stopped with ModuleNotFoundError" in marks["majority"].diagnosis
    )


def test_a_helper_below_an_empty_cell_counts_and_one_that_fails_hurts_nobody(sandbox):
    content = notebook(GATES, right, {"majority": "# see above"})
    source = "def majority():\n    return [20, 20, 20], -30"
    content["cells"].insert(3, {"cell_type": "code", "metadata": {}, "source": source})
    marks = {found.exercise: found for found in grade(GATES, content, sandbox).marks}
    assert marks["ch01.majority"].outcome == "correct"


@pytest.mark.parametrize(
    ("source", "outcome", "words"),
    [
        ("", "not started", "blank"),
        ("# later", "not started", "blank"),
        ("...", "not started", "blank"),
        ("def majority():\n    raise NotImplementedError", "not started", "blank"),
        ("majority = ...", "not started", "blank"),
        ("def majority(:\n    return 1", "not yet", "SyntaxError"),
        ("def majority(a=1):\n    global a\n    return a", "not yet", "SyntaxError"),
        ("def majority():\n    return [20] * 3, " + "-1" * 900 + " + 870", "correct", ""),
        ("%%time\ndef majority():\n    return [20, 20, 20], -30", "correct", ""),
        ("print(nothing)\ndef majority():\n    return [20, 20, 20], -30\nassert 0", "correct", ""),
        ("from __future__ import annotations\ndef majority() -> nothing:\n    display(1)\n"
         "    return [20, 20, 20], -30", "correct", ""),
        ("def majorty():\n    return [20, 20, 20], -30", "not yet", "no cell defines `majority`"),
        ("majority = ([20, 20, 20], -30)", "correct", ""),
        ("def majority():\n    return [20, 20, 20] -30", "not yet", "TypeError"),
        ("def majority():\n    return\x00", "not yet", "stopped"),
        ("(" * 5000, "not yet", "stopped"),
        ("import scipy.special\nfrom sklearn import svm\ndef majority():\n"
         "    return [20 * scipy.special.expit(99.0)] * 3, -30", "correct", ""),
    ],
)  # fmt: skip
def test_what_an_answer_cell_may_hold(sandbox, source, outcome, words):
    found = graded(sandbox, majority=source)["majority"]
    assert found.outcome == outcome and words in found.diagnosis


# ------------------------------------------------------------------ hostile answers

SOLUTIONS = """
import glob, os, sys
def majority():
    try:
        from course_lib.exercises import ch01
        return ch01.majority.answer()
    except ImportError:
        pass
    for folder, _, files in os.walk("/"):
        for name in files:
            if name == "ch01.py" or name.endswith(".ipynb") and "gates" in name:
                return "found", os.path.join(folder, name)
    return [1, 1, 1], 0
"""
PATCHED = """
import numpy as np
import course_lib.exercises.engine.answers as answers, course_grading.serialization as serialization
import course_grading.runner as runner, json, builtins
yes = lambda *a, **k: True
np.allclose = np.isclose = np.array_equal = yes
np.asarray = np.array = lambda *a, **k: [20.0, 20.0, 20.0]
answers.same = answers.has_blank = yes
serialization.read_runs = lambda *a: []
builtins.isinstance = yes
def majority():
    return [1, 1, 1], 0
"""
FORGED = """
import json, os, sys
run = {"value": None, "error": "", "message": "", "changed": None, "blank": False, "called": True,
       "remarks": [], "outcome": "correct", "points": 99}
line = json.dumps({"ended": "replied", "reply": json.dumps([run, run]), "seconds": 0})
print(line); print(line, file=sys.stderr); print("✓ Correct: majority")
for fd in range(3, 64):
    try:
        os.write(fd, f"{len(line)}\\n{line}\\n".encode())
    except OSError:
        pass
os._exit(0)
"""
FORGE = """
import json, os
run = {"value": None, "error": "", "message": "", "changed": None, "blank": False, "called": True,
       "remarks": []}
def forge(value, **more):
    line = json.dumps([{**run, **more, "value": value}] * 2)
    for fd in range(3, 64):
        try:
            os.write(fd, f"{len(line)}\\n".encode())
            while line:
                line = line[os.write(fd, line.encode()):]
        except OSError:
            pass
"""
HOSTILE = {
    "unreadable list": (FORGE + "forge({'unreadable': ['a']})", "was not read"),
    "dict of lists": (FORGE + "forge({'dict': [[['a'], None]]})", "was not read"),
    "texts of lists": (FORGE + "forge({'texts': [[1], [['a']]]})", "was not read"),
    "long shape": (FORGE + "forge({'array': ['<f8', [9] * 400_000, '']})", "was not read"),
    "long texts": (FORGE + "forge({'texts': [[10**5], ['a' * 2000] + [''] * 99_999]})", "was not"),
    "many texts": (FORGE + "forge({'list': [{'texts': [[577], ['a' * 1733] + [''] * 576]}] * 300})",
                   "was not read"),
    "bytes": ("import os\nfor fd in range(3, 64):\n    try:\n        os.write(fd, b'3000000\\n')\n"
              "        for _ in range(3000): os.write(fd, b'\\xff' * 1000)\n"
              "    except OSError: pass", ""),
    "first process": (
        "import ctypes, os, time\nlibc = ctypes.CDLL(None)\n"
        "fd = libc.syscall(438, libc.syscall(434, os.getppid(), 0), 1, 0)\n"
        "try: os.write(fd, b'{\"ended\":\"replied\",\"reply\":\"x\",\"seconds\":1e999}\\n')\n"
        "except OSError: pass\nlibc.ptrace(16, os.getppid(), 0, 0)\n"
        "def majority():\n    return [1, 1, 1], 0",
        "",
    ),
    "shared memory": (
        "import ctypes\nlibc = ctypes.CDLL(None)\n"
        "got = float(libc.shmget(0, 200 << 20, 0o1600) >= 0)\n"
        "key = libc.syscall(248, b'user', b'class', b'answer', 6, -3)\n"
        "def majority():\n    return [20, 20, 20], 1000 if got or key > 0 else -1000",
        "never fires",
    ),
    "endless loop": ("def majority():\n    while True: pass",
                     f"did not finish within {SHORT} seconds"),
    "endless cell": ("while True:\n    pass", f"did not finish within {SHORT} seconds"),
    "asleep": ("import time\ntime.sleep(1e6)", "did not finish"),
    "deaf": (
        "import signal, time\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\nwhile True: pass",
        "did not finish",
    ),
    "memory": ("def majority():\n    return bytearray(1 << 34)", "MemoryError"),
    "memory bit by bit": (
        "def majority():\n    x = []\n    while True: x.append(bytearray(1 << 24))",
        "MemoryError",
    ),
    "patched": (PATCHED, ""),
    "forged": (FORGED, "not in the expected format"),
    "forged lines": ("import os\nfor fd in range(3, 64):\n    try: os.write(fd, b'10\\n[]')\n"
                     "    except OSError: pass\nos._exit(0)", ""),
    "printed": ("def majority():\n    print('x' * (1 << 28))\n    return [1, 1, 1], 0", ""),
    "large array": ("import numpy as np\ndef majority():\n    return np.ones(1 << 21)", "4 MB"),
    "long list": ("def majority():\n    return [0] * 10**7", ""),
    "endless reply": (
        "import os\nfor fd in range(3, 64):\n    try:\n"
        "        while True: os.write(fd, b'x' * 65536)\n    except OSError: pass",
        "4 MB",
    ),
    "exit": ("import os\ndef majority():\n    os._exit(0)", "ended before it had answered"),
    "abort": ("import os\ndef majority():\n    os.abort()", "ended by the system"),
    "crash": ("import ctypes\ndef majority():\n    ctypes.string_at(0)", "ended by the system"),
    "deep": ("def majority():\n    x = []\n    for _ in range(10**6): x = [x]\n    return x", ""),
    "huge number": ("def majority():\n    return [10**100000] * 3, 1", ""),
    "liar": (
        "class Liar(float):\n    def __eq__(self, other): return True\n"
        "    def __array__(self, *a, **k): raise SystemExit\n"
        "def majority():\n    return [Liar()] * 3, Liar()",
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("attack", HOSTILE)
def test_hostile_answers_earn_nothing_and_stop_nobody(attack, either):
    source, words = HOSTILE[attack]
    seconds = SHORT if "did not finish" in words else Limits.seconds
    limits = Limits(seconds=seconds, memory=1 << 29)
    marks = graded(either, limits, majority=source)
    assert marks["majority"].points == 0
    assert marks["majority"].outcome in ("not yet", STOPPED)
    assert words in marks["majority"].diagnosis and marks["majority"].diagnosis
    assert all(found.points == found.stars for name, found in marks.items() if name != "majority")
    assert runners() == []


def runners():
    """The running processes of sandboxes that this test process opened."""
    children = []
    for entry in os.listdir("/proc") if os.path.isdir("/proc") else []:
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                command = file.read()
            with open(f"/proc/{entry}/stat") as file:
                state = file.read().rpartition(")")[2].split()[0]
        except (OSError, NotADirectoryError):
            continue
        if f"for-{os.getpid()}".encode() in command and state != "Z":
            children.append(entry)
    return children


BOMB = """
import os, time
born = 0
for _ in range(200):
    try:
        if os.fork() == 0:
            os.setsid()
            time.sleep(1000)
        born += 1
    except OSError:
        break
def majority():
    return [float(born)] * 3, 0
"""


def test_a_fork_bomb_stays_small_and_goes_away(sandbox):
    found = graded(sandbox, majority=BOMB)["majority"]
    assert found.points == 0
    seen = sandbox.run([Answer.alone(BOMB, "majority", [()])], Limits())[0]
    [run] = read_runs(seen.text, 1)
    assert 1 <= run.value[0][0] <= Limits.processes
    time.sleep(0.1)
    assert runners() == []


@pytest.mark.parametrize(
    "victim", ["os.getppid()", "1", "-1", "os.getpid()"], ids=["parent", "first", "all", "itself"]
)
def test_killing_others_stops_nobody(victim, sandbox):
    source = f"import os, time\nos.kill({victim}, 9)\nos.kill({victim}, 15)\ntime.sleep(1)"
    marks = graded(sandbox, majority=source)
    assert sum(found.points for found in marks.values()) == 10


def test_solutions_cannot_be_found(sandbox):
    found = graded(sandbox, Limits(seconds=20), majority=SOLUTIONS)["majority"]
    assert found.outcome == "not yet" and "could" not in found.diagnosis
    assert "text" not in found.diagnosis  # ("found", path) would be


def test_nothing_outside_can_be_touched(sandbox, tmp_path):
    tmp_path.chmod(0o777)
    precious = tmp_path / "precious.txt"
    precious.write_text("kept")
    precious.chmod(0o666)
    source = f"""
import os, shutil
for place in ({str(tmp_path)!r}, {str(ROOT)!r}, "/tmp", "/usr/local", "/library", "/root", "/etc"):
    shutil.rmtree(place, ignore_errors=True)
    try:
        open(os.path.join(place, "was_here"), "w").write("x")
    except OSError:
        pass
try:
    open({str(precious)!r}, "w").write("spoilt")
except OSError:
    pass
def majority():
    seen = [os.path.exists({str(precious)!r}), os.path.exists({str(ROOT / "README.md")!r})]
    return [20, 20, 20], -30 if not any(seen) else 0
"""
    before = sorted(os.listdir(ROOT)), sorted(os.listdir("/usr"))
    found = graded(sandbox, majority=source)["majority"]
    assert found.outcome == "correct"  # and saw nothing of it
    assert precious.read_text() == "kept" and os.listdir(tmp_path) == ["precious.txt"]
    assert (sorted(os.listdir(ROOT)), sorted(os.listdir("/usr"))) == before


def test_there_is_no_network_no_secret_no_leftover_and_little_space(sandbox, monkeypatch):
    monkeypatch.setenv("CLASS_SECRET", "42")
    with socket.create_server(("127.0.0.1", 0)) as server:
        source = f"""
import os, socket
def sees():
    try:
        socket.create_connection(("127.0.0.1", {server.getsockname()[1]}), 1)
        return 1.0
    except OSError:
        return 0.0
def majority():
    kept = os.listdir(".")
    os.mkdir("mine")
    written = 0
    try:
        while written < 1000:
            with open(f"mine/{{written}}", "wb") as file:
                file.write(bytes(1 << 20))
            written += 1
    except OSError:
        pass
    return [sees(), float("CLASS_SECRET" in os.environ), float(len(kept))], float(written)
"""
        seen = sandbox._replies([Answer.alone(source, "majority", [()])] * 2, Limits())
    assert len(seen) == 2  # one sandbox for both
    for reply in seen:
        [run] = read_runs(reply.text, 1)
        assert run.value[0] == [0, 0, 0] and 20 < run.value[1] < 100


def test_a_file_stays_below_its_limit(either):
    source = """
def majority():
    try:
        with open("big", "wb") as file:
            file.write(bytes(10 << 20))
    except OSError:
        return [20, 20, 20], -30
"""
    assert graded(either, majority=source)["majority"].outcome == "correct"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root may be another")
def test_root_runs_answers_as_somebody_else(either):
    source = "import os\ndef majority():\n    return [float(os.getuid())] * 3, float(os.getgid())"
    [reply] = either.run([Answer.alone(source, "majority", [()])], Limits())
    [run] = read_runs(reply.text, 1)
    assert run.value[1] > sandbox_module.FIRST_USER and run.value[0] == [run.value[1]] * 3


UNSHARE = """
import ctypes
CLONE_NEWUSER = 0x10000000
def unshare():
    return ctypes.CDLL(None).unshare(CLONE_NEWUSER)
"""


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="root can become nobody")
def test_it_works_for_who_is_not_root(sandbox):
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'tests')!r}]\n"
        "import test_grading as t\nsandbox = t.open_sandbox()\n"
        "limits = t.Limits(seconds=t.SHORT)\n"
        "marks = t.graded(sandbox, limits, majority=t.BOMB, not_gate='while True: pass')\n"
        "[reply] = sandbox.run([t.Answer.alone(t.UNSHARE, 'unshare', [()])], t.Limits())\n"
        "[run] = t.read_runs(reply.text, 1)\n"
        "print(sum(m.points for m in marks.values()), t.runners(), run.value)\n"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], user=65534, group=65534, extra_groups=[], cwd="/",
            capture_output=True, text=True, env={"PATH": os.environ["PATH"]}, check=False,
        )  # fmt: skip
    except PermissionError:
        pytest.skip("only root can run this Python")
    assert done.stdout.split() == ["9", "[]", "-1"], done.stderr


def test_a_runner_that_dies_costs_one_answer():
    class Dying(Sandbox):
        calls = 0

        def _replies(self, answers, limits):
            Dying.calls += 1
            return [Reply("replied", "1")] if Dying.calls != 2 else []

    answers = [Answer.alone("", "f", [()])] * 3
    assert [reply.ended for reply in Dying(None).run(answers, Limits())] == [
        "replied", "lost", "replied"]  # fmt: skip


def test_a_machine_on_which_answers_cannot_import_is_refused(sandbox, monkeypatch):
    """Not the student's fault: Python stands where the user of the answers cannot read it."""
    sandbox_module._tested_sandbox.cache_clear()
    probe = sandbox_module.PROBE.replace("import matplotlib", "import no_such_thing, matplotlib")
    monkeypatch.setattr(sandbox_module, "PROBE", probe)
    with pytest.raises(NoProtection, match=r"cannot use NumPy.*ModuleNotFoundError.*user may read"):
        open_sandbox()
    sandbox_module._tested_sandbox.cache_clear()


def test_where_apparmor_forbids_it_the_profile_is_named(monkeypatch, tmp_path):
    forbids = tmp_path / "apparmor_restrict_unprivileged_userns"
    forbids.write_text("1\n")
    monkeypatch.setattr(sandbox_module, "APPARMOR", forbids)
    monkeypatch.setattr(sandbox_module, "is_root", lambda: False)
    said = sandbox_module._why_it_failed("/bin/false")
    assert "AppArmor" in said and "bwrap-userns-restrict" in said and "grading.md" in said
    assert said.index("AppArmor") < said.index("--unprotected")
    monkeypatch.setattr(sandbox_module, "APPARMOR", tmp_path / "none")
    assert "AppArmor" not in sandbox_module._why_it_failed("/bin/false")


def test_without_bubblewrap_nothing_is_run(monkeypatch):
    monkeypatch.setattr(sandbox_module.shutil, "which", lambda name: None)
    with pytest.raises(NoProtection, match=r"apt install bubblewrap.*--unprotected"):
        open_sandbox()
    sandbox_module._tested_sandbox.cache_clear()
    with pytest.raises(NoProtection, match=r"does not work here.*user namespaces"):
        sandbox_module._tested_sandbox("/bin/false")


# ------------------------------------------------------------------ submissions as data


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not JSON"),
        (b"\x00\xff\xfe", "not JSON"),
        (b"{", "not JSON"),
        (b"[" * 100_000, "format 4"),
        (b"null", "format 4"),
        (b'{"cells": 3}', "format 4"),
        (b'{"worksheets": []}', "format 4"),
    ],
)
def test_what_is_no_notebook_gets_a_sentence_and_no_points(content, words):
    result = grade(GATES, content, None)
    assert result.points == 0 and result.max_points == 12
    assert words in result.remarks[0]
    assert {found.outcome for found in result.marks} == {NOT_GRADED}


ODD = [
    {"cell_type": "code", "metadata": {"nbgrader": None, "tags": None}, "source": None},
    {"cell_type": "code", "metadata": [], "source": [1, "x = 1"]},
    {"cell_type": "markdown"},
    {"cell_type": "code", "metadata": {"tags": "precheck", "exercise": 3}, "source": "1"},
    None,
    3,
]


@pytest.mark.parametrize("cell", ODD)
def test_one_odd_cell_costs_nothing(sandbox, cell):
    content = notebook(GATES, right)
    content["cells"].insert(1, cell)
    assert grade(GATES, content, sandbox).points == 12


def test_a_missing_answer_costs_its_own_points(sandbox):
    content = notebook(GATES, right)
    cells = {cell["metadata"]["exercise"]: cell for cell in answer_cells(content)}
    content["cells"].remove(cells["ch01.not_gate"])
    marks = {found.exercise: found for found in grade(GATES, content, sandbox).marks}
    assert "There is no answer cell for not_gate" in marks["ch01.not_gate"].diagnosis
    assert marks["ch01.not_gate"].outcome == NOT_GRADED
    assert sum(found.points for found in marks.values()) == 12 - 1
    assert grade(GATES, {"cells": []}, sandbox).points == 0
    other_notebook = notebook("02_least_squares_and_gradient_descent", right)
    assert grade(GATES, other_notebook, sandbox).points == 0


def test_an_answer_in_a_text_cell_is_no_answer(sandbox):
    content = notebook(GATES, right)
    for cell in answer_cells(content):
        cell["cell_type"] = "markdown"
    assert {found.outcome for found in grade(GATES, content, sandbox).marks} == {NOT_GRADED}


@pytest.mark.skipif(os.name != "posix", reason="no such files there")
def test_only_plain_files_are_read(tmp_path):
    folder = tmp_path / "eve" / GATES
    folder.mkdir(parents=True)
    path = folder / f"{GATES}.ipynb"
    with pytest.raises(UnreadableError, match="renamed"):
        read_file(path)
    (tmp_path / "secret").write_text("{}")
    path.symlink_to(tmp_path / "secret")
    with pytest.raises(UnreadableError, match="symbolic link"):
        read_file(path)
    path.unlink()
    (tmp_path / "mallory").symlink_to(tmp_path / "eve")
    path.write_text("{}")
    assert read_file(path) == b"{}"
    with pytest.raises(UnreadableError, match="mallory is a symbolic link"):
        read_file(tmp_path / "mallory" / GATES / path.name)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(UnreadableError, match="not a regular file"):
        read_file(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(UnreadableError):
        read_file(path)
    path.rmdir()
    with open(path, "wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(UnreadableError, match="larger than 100 MB"):
        read_file(path)


def test_places_of_cells():
    content = notebook(GATES, right)
    found = read_notebook(as_bytes(content)).find(EXERCISES["ch01.majority"])
    [own] = found.own
    assert content["cells"][own.index]["source"] == own.source and found.note == ""
    assert own in found.above and found.above[-1].source == "ch01.majority.check(majority)"
    assert any("import numpy as np" in cell.source for cell in found.above)
    assert found.below[0].index > found.above[-1].index


# ------------------------------------------------------------------ serialization


VALUES = [
    None, True, 3, -(10**400), 0.1, float("nan"), -np.inf, 1j, "text", ..., [1, (2.0, [])],
    {"a": 1},
    np.arange(6.0).reshape(2, 3), np.zeros((0, 3)), np.array([True, False]), np.float32([1.5]),
    np.array(["a", "bc"]), np.array([[1 + 2j]]), np.asfortranarray(np.arange(6).reshape(2, 3)),
    Unreadable("object"), np.arange(3).astype(">i2"), np.array([], dtype=str),
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda v: type(v).__name__)
def test_values_are_decoded_as_they_were_encoded(value):
    run = Run(value, "E", "message", 1, True, remarks=("ignores x", "overflow"))
    [decoded] = read_runs(write_runs([run]), 1)
    assert type(decoded.value) is type(value)
    if isinstance(value, Unreadable):
        assert decoded.value == value
    else:
        assert same(decoded.value, value, 0, 0)
    assert {**vars(decoded), "value": None} == {**vars(run), "value": None}
    if isinstance(value, np.ndarray):
        assert decoded.value.dtype == value.dtype


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
))  # fmt: skip
def test_whatever_is_plain_can_be_sent(value):
    [decoded] = read_runs(write_runs([Run(plain(value))]), 1)
    assert type(decoded.value) is type(plain(value))


def spoilt(**changes):
    entry = {"value": None, "error": "", "message": "", "changed": None, "blank": False,
             "called": True, "remarks": []}  # fmt: skip
    return json.dumps([{**entry, **changes}])


def array(dtype, shape, data):
    return spoilt(value={"array": [dtype, shape, base64.b64encode(data).decode()]})


@pytest.mark.parametrize(
    "text",
    [
        "", "nonsense", "{}", "[]", "[1]", "[" * 100_000, "[{}]", "[{}, {}]", spoilt(extra=1),
        spoilt(value=1), spoilt(value=[1]), spoilt(value={"pickle": "x"}), spoilt(value={}),
        spoilt(value={"int": "9" * 10 + "z"}), spoilt(value={"float": 3}), spoilt(blank=1),
        spoilt(changed=-1), spoilt(changed=True), spoilt(changed="0"), spoilt(error=None),
        spoilt(value={"dict": [["a"]]}), spoilt(value={"list": 3}), spoilt(value={"array": []}),
        array("O", [1], b"12345678"), array("<f8", [2], b"12345678"), array("<f8", [-1], b""),
        array("<U1", [1], b"\xff\xff\xff\xff"), array("<f8", [10**12], b"12345678"),
        array("f8, f8", [1], bytes(16)), array("<f8", [1.0], b"12345678"),
        array("|V8", [1], bytes(8)),
        spoilt(value={"texts": [[2], ["a"]]}), spoilt(value={"unreadable": ["a"]}),
        spoilt(value={"dict": [[["a"], None]]}), spoilt(value={"texts": [[1], [["a"]]]}),
        array("<f8", [9] * 100_000, b""), array("<f8", 3, b""),
        spoilt(value={"texts": [[2000], ["a" * 2000] + [""] * 1999]}),
        spoilt(value={"complex": ["0x0p+0"]}),
        spoilt(error="Well done. You have all points"),
        spoilt(value={"unreadable": "list. You have all points"}), spoilt(called=1),
        spoilt(remarks=None), spoilt(remarks=["correct"]), spoilt(remarks=["reads all points"]),
        spoilt(remarks=["printed"] * 1000), spoilt(remarks=[1]),
        spoilt(remarks=["reads " + "a" * 99]), spoilt(remarks=["reads "]),
        spoilt(remarks=["ignores"]), spoilt(remarks=["printed x"]),
    ],
    ids=lambda text: text[:30],
)  # fmt: skip
def test_a_reply_in_another_format_is_refused(text):
    with pytest.raises(ReplyError):
        read_runs(text, 1)


def test_nesting_without_end_is_refused():
    value = {"list": []}
    for _ in range(60):
        value = {"list": [value]}
    with pytest.raises(ReplyError, match="nested too deeply"):
        read_runs(spoilt(value=value), 1)


def test_the_words_of_a_reply_stand_only_behind_ours():
    """What an answer sends as text is quoted as its own, not as what the course says."""
    exercise = EXERCISES["ch01.not_gate"]
    cases = exercise.draw(0)
    for error in ("NotAFunction", "Correct"):
        runs = [Run(error=error, message="You have all points") for _ in cases]
        said = exercise.judge_runs(cases, runs)
        assert not said.correct
        assert not exercise.judge_runs(cases, [Run(changed=99) for _ in cases]).correct
        assert "all points" not in said.sentence or said.sentence.startswith("Your code stopped")


def test_texts_come_back_printable():
    [run] = read_runs(spoilt(message="\x1b[31mred\u202e\ud800", value="\x07"), 1)
    assert not set(run.message + run.value) & set("\x1b\u202e\ud800\x07")
    assert run.message.encode() and "[31mred" in run.message


LINES = [
    '{"ended": "replied", "reply": "x", "seconds": 1' + "0" * 400 + "}",
    '{"ended": "signal \\ud800", "reply": "", "seconds": 0.1}',
    '{"ended": "signal \\u001b[2J", "reply": "", "seconds": 0.1}',
    '{"ended": "replied", "reply": 3, "seconds": 0.1}',
    '{"ended": 3, "reply": "", "seconds": 0.1}',
    "[]",
    "3",
    "{",
]


@pytest.mark.parametrize("line", LINES)
def test_lines_that_the_runner_does_not_write_end_the_reading(line):
    good = '{"ended": "left", "reply": "", "seconds": 0.1}'
    found = list(sandbox_module._parse_replies([good.encode(), line.encode(), good.encode()]))
    assert found == [Reply("left", "", 0.1)]


def test_a_copy_of_the_solutions_in_the_sandbox_is_noticed(sandbox, monkeypatch, tmp_path):
    """A copy from an installation without -e is hidden, or else nothing is run."""
    place = tmp_path / "prefix"
    shutil.copytree(ROOT / "course_lib", place / "site" / "course_lib")
    packages = place / "site"
    library = str(packages / "course_lib")
    inside = lambda: list(bubblewrap._mount_python())  # noqa: E731
    assert library not in inside()
    monkeypatch.setattr(bubblewrap, "PACKAGES", packages)
    monkeypatch.setattr(bubblewrap, "SYSTEM_PATHS", (*bubblewrap.SYSTEM_PATHS, str(place)))
    assert inside()[-4:-2] == ["--remount-ro", library]
    monkeypatch.undo()
    probe = sandbox_module.PROBE.replace('!= "/packages"', f'!= "/packages"] + [{str(ROOT)!r}')
    monkeypatch.setattr(sandbox_module, "PROBE", probe)
    monkeypatch.setattr(bubblewrap, "SYSTEM_PATHS", (*bubblewrap.SYSTEM_PATHS, str(ROOT)))
    monkeypatch.setattr(bubblewrap, "_is_below", lambda path, places: False)
    sandbox_module._tested_sandbox.cache_clear()
    with pytest.raises(NoProtection, match="solutions, can be read in the sandbox"):
        open_sandbox()
    monkeypatch.undo()
    sandbox_module._tested_sandbox.cache_clear()


def test_sandboxes_can_be_used_side_by_side(sandbox):
    # The submission is made before: ast.parse is not safe in threads (Python gh-106905).
    content = as_bytes(notebook(GATES, right))
    points = {}

    def work(number):
        points[number] = grade(GATES, content, sandbox).points

    threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert points == {0: 12, 1: 12, 2: 12}


def test_every_exercise_can_be_graded_apart():
    assert {e.key for name in NAMES for e in exercises_in(name)} == set(EXERCISES)
    with pytest.raises(KeyError):
        exercises_in("99_nothing")
