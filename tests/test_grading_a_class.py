"""Grading of a class: in parallel, stopped and continued, on a cluster; and its output files."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from handed_in import EXERCISES, NAMES, hand_in, notebook, right, wrong

from course_grading import __main__ as command
from course_grading import batch, outcomes, tables
from course_grading.batch import find_submissions, grade_class, load_results
from course_grading.gradebook import Student
from course_grading.job import Limits
from course_grading.marking import Mark, Result, exercises_in, unreadable
from course_grading.outcomes import Row
from course_grading.pages import write_class_page
from course_grading.sandbox import NoProtection, Sandbox, open_sandbox
from course_lib import ROOT

pytestmark = pytest.mark.slow

SECONDS = "4"  # for an answer that never ends; an honest one needs them where much else runs
GATES, LINE = NAMES[1], NAMES[2]


@pytest.fixture(scope="module", autouse=True)
def sandbox():
    try:
        return open_sandbox()
    except NoProtection as error:
        pytest.skip(str(error))


@pytest.fixture
def handed(tmp_path):
    """A class of four with two notebooks; one submission is hostile, one is not a notebook."""
    folder = tmp_path / "submitted"
    hand_in(folder, "ada", GATES, notebook(GATES, right))
    hand_in(folder, "ada", LINE, notebook(LINE, right))
    hand_in(folder, "bob", GATES, notebook(GATES, wrong))
    hand_in(folder, "bob", LINE, notebook(LINE))
    hostile = {
        "majority": "def majority():\n    while True: pass",
        "not_gate": "def not_gate():\n    raise ValueError('<script>alert(1)</script>')",
    }
    hand_in(folder, "eve", GATES, notebook(GATES, right, hostile))
    hand_in(folder, "eve", LINE, b"%PDF-1.7")
    (folder / "gil").mkdir()
    (folder / "gil" / GATES).symlink_to(folder / "ada" / GATES)
    (folder / "gil" / "holiday").mkdir()
    (folder / "notes.txt").write_text("nothing")
    (folder / ".hidden").mkdir()
    (folder / "ada" / "01_gates_and_xor_again").mkdir()
    (folder / "ada" / NAMES[3]).write_text("a file")
    if os.name == "posix":
        os.mkdir(os.fsencode(folder) + b"/\xff\xfe")
        (folder / "x\x1b[31m\nred").mkdir()
        (folder / ("long" * 50)).mkdir()
    return folder


def run(*arguments):
    return command.main([str(argument) for argument in arguments])


def points(out):
    with open(out / "grades.csv", encoding="utf-8-sig", newline="") as file:
        return {row["Student"]: row for row in csv.DictReader(file)}


def test_a_class_is_graded_and_each_oddity_gets_a_line(handed, tmp_path, capsys):
    out = tmp_path / "graded"
    assert run(handed.parent, "--seconds", SECONDS) == 0
    printed = capsys.readouterr().out
    grades = points(out)
    assert {name: row["total"] for name, row in grades.items()} == {
        "ada": "25", "bob": "0", "eve": "9", "gil": "0"}  # fmt: skip
    assert (grades["eve"][GATES], grades["eve"][LINE]) == ("9", "")
    assert grades["gil"][LINE] == grades["gil"][GATES] == ""
    for line in (
        "notes.txt: no folder of a student",
        "gil/holiday: no folder with the name of a notebook",
        "ada/01_gates_and_xor_again: no folder with the name of a notebook",
        f"ada/{NAMES[3]}: no folder with the name of a notebook",
        f"gil/{GATES}: {GATES} is a symbolic link",
        f"eve/{LINE}: The file is not a notebook",
        f"eve/{GATES}: majority: It did not finish within {SECONDS} seconds",
    ):
        assert line in printed
    if os.name == "posix":
        assert printed.count("a name that cannot be printed, or is too long") == 3
    assert all(letter.isprintable() for letter in printed.replace("\n", ""))
    assert re.search(r"7 submissions graded in \d+\.\d s, \d+ a minute; 0 had a result", printed)
    assert sorted(path.name for path in out.iterdir()) == [
        "class.html", "diagnoses.csv", "feedback", "grades.csv", "results",
        "unnamed.json"]  # fmt: skip


def test_pages_say_what_was_found_and_hold_no_code_that_runs(handed, tmp_path):
    out = tmp_path / "graded"
    run(handed.parent, "--seconds", SECONDS)
    pages = {path.stem: path.read_text("utf-8") for path in (out / "feedback").iterdir()}
    assert set(pages) == {"ada", "bob", "eve", "gil"}
    assert "9 of 12 points" in pages["eve"] and "○ ch01.majority ★★: stopped" not in pages["eve"]
    assert "✗ ch01.majority ★★: stopped, 0 of 2" in pages["eve"]
    assert "<script" not in pages["eve"] and "&lt;script&gt;" in pages["eve"]
    for exercise in exercises_in(GATES):
        assert f"✗ {exercise.key} " in pages["bob"]
        sentence = exercise.mistakes[0].sentence.partition("`")[0]
        assert sentence.replace("&", "&amp;").replace("<", "&lt;") in pages["bob"]
    everything = (out / "class.html").read_text("utf-8")
    assert "4 students" in everything and "<script" not in everything
    assert "ch01.majority: 1 correct, 1 not yet, 1 stopped" in everything
    assert f"{GATES}: 3 graded, 7.0 of 12 points" in everything  # (12 + 0 + 9) / 3
    assert "Nothing handed in: gil." in everything
    assert everything.count("could not be read") == everything.count("not a notebook, for") + 1 == 2
    for page in [*pages.values(), everything]:
        assert not re.search(r"(src|href)=\"(?!data:)", page)  # asks nobody for anything
        levels = [int(level) for level in re.findall(r"<h(\d)>", page)]
        assert levels[0] == 1 and all(b - a <= 1 for a, b in zip(levels, levels[1:], strict=False))


def test_nothing_is_graded_twice_unless_asked_or_changed(handed, tmp_path, capsys):
    out = tmp_path / "graded"
    run(handed.parent, "--seconds", SECONDS)
    file = out / "results" / "ada" / f"{GATES}.json"
    before = file.read_text("utf-8")
    run(handed.parent)
    assert "1 submission graded" in capsys.readouterr().out  # the link, which cannot be read
    assert file.read_text("utf-8") == before
    hand_in(handed, "ada", GATES, notebook(GATES, wrong))
    run(handed.parent)
    assert points(out)["ada"]["total"] == "13"
    seed = json.loads(file.read_text("utf-8"))["seed"]
    capsys.readouterr()
    run(handed.parent, "--again", "--seconds", SECONDS)
    assert json.loads(file.read_text("utf-8"))["seed"] == seed
    assert "→" not in capsys.readouterr().out  # nothing has changed


def test_a_damaged_result_is_made_again(handed, tmp_path):
    out = tmp_path / "graded"
    run(handed.parent, "--seconds", SECONDS)
    file = out / "results" / "ada" / f"{GATES}.json"
    whole = file.read_text("utf-8")
    other = whole.replace('"student": "ada"', '"student": "bob"')
    half = json.dumps({**json.loads(whole), "marks": json.loads(whole)["marks"][:2]})
    unearned = whole.replace('"points": 12', '"points": 13')
    unknown = whole.replace("ch01.majority", "ch01.minority")
    deep = "[" * 100_000
    for damage in ("", "{", "[]", '{"marks": 3}', other, half, unearned, unknown, deep):
        file.write_text(damage)
        run(handed.parent)
        assert points(out)["ada"]["total"] == "25"


def test_one_that_cannot_be_graded_stops_nobody(handed, tmp_path, monkeypatch, capsys):
    def mark(student, *arguments, **options):
        if student == "bob":
            raise AttributeError("something of ours")
        return real(student, *arguments, **options)

    real = batch.mark
    monkeypatch.setattr(batch, "mark", mark)
    # One job, in this process: others would not have the patch.
    assert run(handed.parent, "--jobs", "1", "--seconds", SECONDS) == 0
    assert "could not be graded (AttributeError)" in capsys.readouterr().out
    assert points(tmp_path / "graded")["ada"]["total"] == "25"


def test_results_that_cannot_be_written_are_a_sentence(handed, tmp_path, capsys):
    (tmp_path / "graded").write_text("in the way")
    assert run(handed.parent) == 1
    assert "graded" in capsys.readouterr().err


def many(folder, count):
    for number in range(count):
        fill = right if number % 2 else wrong
        hand_in(folder, f"student{number:03d}", GATES, notebook(GATES, fill))
    return folder


def start(folder, out, *options):
    return subprocess.Popen(
        [sys.executable, "-m", "course_grading", folder.parent, *options],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "LOKY_MAX_CPU_COUNT": "2"}, start_new_session=True,
        preexec_fn=interruptible,
    )  # fmt: skip


def interruptible():
    """Restore the default of Ctrl+C, which a shell disables for tests in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def results_in(out):
    return {path: path.stat().st_mtime_ns for path in (out / "results").rglob("*.json")}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_killed_in_the_middle_it_goes_on_where_it_was(tmp_path, number):
    folder, out = many(tmp_path / "submitted", 48), tmp_path / "graded"
    running = start(folder, out, "--jobs", "2")
    deadline = time.monotonic() + 60
    while len(results_in(out)) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(running.pid, number)
    printed, _ = running.communicate()
    before = results_in(out)
    assert 4 <= len(before) < 48 and running.returncode != 0
    assert number is signal.SIGKILL or "the same command goes on from here" in printed
    again = start(folder, out, "--jobs", "2")
    printed, _ = again.communicate()
    assert f"{48 - len(before)} submissions graded" in printed, printed
    after = results_in(out)
    assert {path: after[path] for path in before} == before and len(after) == 48
    assert [int(row["total"]) for row in points(out).values()] == [0, 12] * 24


def test_on_a_cluster_one_of_whose_workers_dies(tmp_path):
    distributed = pytest.importorskip("distributed")
    folder, out = many(tmp_path / "submitted", 16), tmp_path / "graded"
    submissions, _ = find_submissions(folder)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        victim = next(iter(client.run(os.getpid).values()))
        killed = []
        save = batch._save

        def save_and_kill(result, out):
            save(result, out)
            if not killed and len(results_in(out)) == 5:
                killed.append(os.kill(victim, signal.SIGKILL))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(batch, "_save", save_and_kill)
            address = cluster.scheduler_address
            assert len(grade_class(submissions, out, limits=Limits(), scheduler=address)) == 16
        assert killed
    results = load_results(submissions, out)
    assert [result.points for result in results] == [0, 12] * 8


def test_the_command_explains_itself(capsys, tmp_path):
    with pytest.raises(SystemExit):
        run("--help")
    printed = capsys.readouterr().out
    for option in ("--student", "--notebook", "--exercise", "--again", "--jobs", "--scheduler",
                   "--seconds", "--memory", "--unprotected"):  # fmt: skip
        assert option in printed
    assert run(tmp_path / "nowhere") == 1
    assert "There is no folder" in capsys.readouterr().err


def test_an_empty_class_is_no_error(tmp_path, capsys):
    (tmp_path / "submitted").mkdir()
    assert run(tmp_path) == 0
    assert "0 submissions graded" in capsys.readouterr().out


def test_without_protection_the_command_stops_with_a_sentence(
    handed, tmp_path, monkeypatch, capsys
):
    def refused(unprotected=False):
        raise NoProtection("no sandbox here")

    monkeypatch.setattr(command, "open_sandbox", refused)
    assert run(handed.parent) == 1
    assert "no sandbox here" in capsys.readouterr().err


def test_what_was_graded_without_protection_is_marked(handed, tmp_path, monkeypatch, capsys):
    for module in (command, batch):
        monkeypatch.setattr(module, "open_sandbox", lambda unprotected=False: Sandbox(None))
    assert run(handed.parent, "--unprotected", "--jobs", "1", "--student", "ada") == 0
    assert capsys.readouterr().out.startswith("WITHOUT PROTECTION")
    out = tmp_path / "graded"
    result = json.loads((out / "results" / "ada" / f"{GATES}.json").read_text("utf-8"))
    assert result["protected"] is False
    assert "2 submissions were graded without protection" in (out / "class.html").read_text("utf-8")


def test_a_class_of_one_is_graded_again_when_it_is_named(tmp_path, capsys):
    hand_in(tmp_path / "submitted", "ada", GATES, notebook(GATES, right))
    run(tmp_path)
    for option in ("--student=ada", f"--notebook={GATES}", "--exercise=majority"):
        capsys.readouterr()
        assert run(tmp_path, option) == 0
        assert "1 submission graded" in capsys.readouterr().out


def of_one(key, *marks):
    """A result for each pair of an outcome and a diagnosis, of one exercise."""
    stars = EXERCISES[key].stars
    return [
        Result(f"s{i}", GATES, "", 0, (Mark(key, stars, 0, outcome, diagnosis),))
        for i, (outcome, diagnosis) in enumerate(marks)
    ]


def test_diagnoses_are_counted_without_what_differs_from_student_to_student():
    known = EXERCISES["ch01.majority"].mistakes[0].sentence
    results = of_one(
        "ch01.majority",
        ("correct", "lesson"),
        ("not yet", known),
        ("not yet", known),
        ("not yet", "Your code stopped with NameError: name 'x' is not defined"),
        ("not yet", "Your code stopped with NameError: name 'y' is not defined"),
        ("not yet", "That is not it. For (1, 2) it returned 3."),
        ("not yet", "That is not it. For (2, 2) it returned 5."),
        ("not started", "blank"),
    )
    rows = [(row.outcome, row.diagnosis, row.students) for row in outcomes.rows_of(results)]
    stopped = "Your code stopped with NameError."
    assert rows == [
        ("correct", "", 1),
        *(("not yet", said, 2) for said in sorted(["That is not it.", known, stopped])),
        ("not started", "blank", 1),
    ]


def test_the_most_frequent_unnamed_answers_are_shown_as_code_and_can_be_diagnosed(tmp_path):
    said = ("not yet", "It returned 3.")
    answers = ["def f(x):\n    return 3", "def f(x):  # three\n    return 3", "def f(x):\n    x"]
    results = [
        replace(r, marks=(replace(r.marks[0], answer=answer, named=False),))
        for r, answer in zip(of_one("ch01.majority", said, said, said), answers, strict=True)
    ]
    results += of_one("ch01.majority", ("not yet", "Half."), ("correct", ""), ("not started", ""))
    assert outcomes.told(results) == (4, 1)
    first, second = outcomes.unnamed(results)
    assert (first.answer, first.students, second.students) == (answers[0], 2, 1)
    write_class_page(["s0"], results, {}, outcomes.rows_of(results), tmp_path / "class.html")
    page = (tmp_path / "class.html").read_text("utf-8")
    assert "Of 4 answers that were not right yet, 1 (25 %) drew" in page and answers[0] in page
    tables.write_unnamed([first], tmp_path / "unnamed.json")
    [entry] = json.loads((tmp_path / "unnamed.json").read_text("utf-8"))
    assert entry == {
        "exercise": "ch01.majority", "code": answers[0], "right": False, "students": 2
    }  # fmt: skip


def test_spreadsheets_see_no_formulas(tmp_path):
    results = [unreadable("=HYPERLINK(1)", GATES, "@sum"), unreadable("+49", GATES, "-1")]
    students = [Student(result.student, "@a", "=b", "-1") for result in results]
    tables.write_grades(students, {}, [GATES], tmp_path / "g.csv")
    rows = [Row(GATES, "ch01.majority", 1, "stopped", "=1", 1)]
    tables.write_diagnoses(rows, tmp_path / "d.csv")
    for name in ("g.csv", "d.csv"):
        with open(tmp_path / name, encoding="utf-8-sig", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not [cell for cell in cells if cell[:1] in "=+-@" and cell]
