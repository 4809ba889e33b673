"""Hygiene: every notebook passes the checks, and each check can fail."""

import copy
import re

import hygiene
import nbformat
import pytest
from notebook_files import PATHS, code_cells, equations, number_of, read, tagged, text_cells

from course_lib import ROOT

each_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda p: p.name)
GATES = next(path for path in PATHS if path.name.startswith("01"))


@each_notebook
@pytest.mark.parametrize("check", hygiene.CHECKS, ids=lambda c: c.__name__)
def test_hygiene(path, check):
    assert check(path, read(path)) == []


def _first(notebook, kind):
    return next(cell for cell in notebook.cells if cell.cell_type == kind)


def _figure(notebook):
    return next(c for c in code_cells(notebook) if "show(" in c.source and c.outputs)


def _say(words):
    def spoil(notebook):
        text_cells(notebook)[3].source += f"\n\n{words}"

    return spoil


def _set(part, key, value):
    def spoil(notebook):
        part(notebook)[key] = value

    return spoil


def _replace(old, new):
    def spoil(notebook):
        cells = [cell for cell in notebook.cells if old in cell.source]
        assert cells, f"{old!r} is nowhere"
        for cell in cells:
            cell.source = cell.source.replace(old, new)

    return spoil


def _print(text):
    def spoil(notebook):
        code_cells(notebook)[1].outputs = [nbformat.v4.new_output("stream", text=text)]

    return spoil


def _delete(chosen):
    def spoil(notebook):
        notebook.cells = [cell for cell in notebook.cells if not chosen(cell)]

    return spoil


SPOILT = [
    ("valid", _set(lambda n: n, "nbformat_minor", 4)),
    ("valid", _set(lambda n: _first(n, "code"), "outputs", [{"output_type": "nothing"}])),
    ("executed_in_order", _set(lambda n: _first(n, "code"), "execution_count", None)),
    ("executed_in_order", _set(lambda n: code_cells(n)[-1], "execution_count", 1)),
    (
        "no_errors",
        _set(
            lambda n: _first(n, "code"),
            "outputs",
            [nbformat.v4.new_output("error", ename="E", evalue="e", traceback=[])],
        ),
    ),
    (
        "no_errors",
        _set(
            lambda n: _first(n, "code"),
            "outputs",
            [nbformat.v4.new_output("stream", name="stderr", text="Warning")],
        ),
    ),
    ("nothing_of_one_machine", _set(lambda n: n.metadata, "widgets", {})),
    (
        "nothing_of_one_machine",
        _set(lambda n: n.metadata, "language_info", {"name": "python", "version": "3.11.7"}),
    ),
    ("nothing_of_one_machine", _set(lambda n: _first(n, "code").metadata, "execution", {})),
    ("nothing_of_one_machine", _print("/".join(["", "home", "somebody"]))),
    ("nothing_of_one_machine", _print("2024-05-01T12:30:00")),
    ("nothing_of_one_machine", _print(" 40%|####      | 4/10")),
    (
        "nothing_of_one_machine",
        _set(
            lambda n: _first(n, "code"),
            "outputs",
            [
                nbformat.v4.new_output(
                    "display_data", data={"application/vnd.jupyter.widget-view+json": {}}
                )
            ],
        ),
    ),
    ("stable_ids", _set(lambda n: _first(n, "code"), "id", "a1b2c3d4")),
    ("stable_ids", _set(lambda n: _first(n, "code"), "id", "title")),
    ("alt_texts", _set(lambda n: _figure(n).outputs[0], "metadata", {})),
    ("alt_texts", _say("![](picture.png)")),
    ("links", _say("[there](99_nothing.ipynb)")),
    ("links", _say("[there](http://example.org)")),
    ("opening", _replace("**Time**", "Time")),
    ("opening", _replace("# 01 ·", "# 1 ·")),
    ("opening", _set(lambda n: _first(n, "code"), "id", "imports")),
    ("closing", _replace("What you have learned", "The end")),
    ("closing", _delete(lambda c: c.id == "progress")),
    ("headings", _say("#### too deep")),
    ("headings", _say("# a second title")),
    ("length", _set(lambda n: code_cells(n)[2], "source", "x = 1\n" * 40)),
    ("slides", _set(lambda n: n.cells[4], "metadata", {})),
    ("slides", _delete(lambda c: c.metadata.slideshow.slide_type == "notes")),
    ("predictions", _replace("**Predict.**", "**Guess.**")),
    ("predictions", _replace("### Find the bug", "### A bug")),
    ("predictions", _replace("</details>", "")),
    ("predictions", _say("**Predict.** What now?")),
    ("numbered_equations", _replace(r"\tag{1.5}", r"\tag{1.4}")),
    ("numbered_equations", _replace(r"\tag{1.1}", r"\tag{3.1}")),
    ("numbered_equations", _replace("assert", "print")),
    ("numbered_equations", _say("as in (1.77)")),
    ("decimals", _say("It is 0.123.")),
    ("exercise_cells", _delete(lambda c: c.id == "majority-answer")),
    ("exercise_cells", _delete(lambda c: c.metadata.get("exercise") == "ch01.majority")),
    ("exercise_cells", _replace("ch01.majority.check(majority)", "ch01.majority.check(1)")),
    ("exercise_cells", _set(lambda n: tagged(n, "exercise")[0], "source", "def not_gate(): 1")),
    ("exercise_cells", _set(lambda n: tagged(n, "check")[0], "outputs", [])),
    ("exercise_cells", _set(lambda n: tagged(n, "check")[0].metadata.nbgrader, "points", 9)),
    ("exercise_cells", _set(lambda n: tagged(n, "exercise")[0].metadata.nbgrader, "locked", True)),
    ("answers_stand_alone", _set(lambda n: code_cells(n)[-1], "source", "majority()")),
    ("sliders", _set(lambda n: tagged(n, "nbval-ignore-output")[0].metadata, "tags", [])),
    ("sliders", _delete(lambda c: c.id == "draw-once")),
    ("sliders", _delete(lambda c: "interact(" in c.source)),
    ("paths_in_the_text", _say("Open `course_lib/nothing.py`.")),
    ("no_control_characters", _say("The slope of $\varphi$.")),
]


def test_every_check_is_seen_to_fail():
    assert {name for name, _ in SPOILT} == {check.__name__ for check in hygiene.CHECKS}


@pytest.mark.parametrize(("name", "spoil"), SPOILT)
def test_a_spoilt_notebook_is_noticed(name, spoil):
    notebook = copy.deepcopy(read(GATES))
    spoil(notebook)
    assert getattr(hygiene, name)(GATES, notebook)


def test_the_maps_lead_to_every_notebook():
    start = "\n".join(cell.source for cell in text_cells(read(PATHS[0])))
    front_page = (ROOT / "README.md").read_text("utf-8")
    for path in PATHS:
        assert f"]({path.name})" in start or path == PATHS[0], path.name
        assert f"](notebooks/{path.name})" in front_page, path.name


def test_one_chinese_word_for_each_english_one():
    """A pair such as *weight* (权重) is the same in all notebooks."""
    words = {}
    for path in PATHS:
        for cell in text_cells(read(path)):
            for english, chinese in re.findall(
                r"\*([\w -]+)\* \(([\u4e00-\u9fff][^)]*)\)", cell.source
            ):
                assert words.setdefault(english, chinese) == chinese, (path.name, english)
    assert len(words) > 15


def library_equations():
    """(file name, number) of each equation that is named in a line of the library."""
    root = ROOT / "course_lib"
    for file in sorted(root.rglob("*.py")):
        for number in re.findall(r"# .*?\((\d\.\d+)\)", file.read_text("utf-8")):
            yield file.name, number


def test_the_librarys_equations_are_those_of_the_notebooks():
    tagged_in = {number_of(path): set(equations(read(path))) for path in PATHS}
    found = list(library_equations())
    for file, number in found:
        chapter = int(number.partition(".")[0])
        assert number in tagged_in.get(chapter, set()), f"{file} names ({number})"
    assert ("activations.py", "1.5") in found


def test_a_numbered_line_of_the_library_stands_in_its_notebook_too():
    """Code with the number (1.5) in the library is also in notebook 01 with that number."""
    code = {
        number_of(path): "\n".join(cell.source for cell in code_cells(read(path))) for path in PATHS
    }
    for file, number in library_equations():
        assert f"# ({number})" in code[int(number.partition(".")[0])], f"{file}: ({number})"
