"""Right answers, as real tools save them, earn every point; wrong ones saved so earn none."""

import copy
import json
import re

import pytest
from handed_in import EXERCISES, NAMES, answer_cells, as_bytes, notebook, right, wrong

from course_grading.marking import exercises_in, mark
from course_grading.submission import BY_GRADE_ID, BY_NAME, chapter_of, read_notebook

pytestmark = pytest.mark.slow

BACKWARD = NAMES[5]
ALL = sum(exercise.stars for exercise in exercises_in(BACKWARD))


def code(source, **metadata):
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": []}


def sources(change):
    """A way to save: every source of the notebook, changed."""

    def save(content):
        for cell in content["cells"]:
            cell["source"] = change("".join(cell["source"]))

    return save


def answers(change):
    """A way to save: the source of every answer, changed."""

    def save(content):
        for cell in answer_cells(content):
            cell["source"] = change("".join(cell["source"]))

    return save


def metadata(keep):
    """A way to save: of each cell's metadata, the fields `keep`, and what the tool adds."""

    def save(content):
        for cell in content["cells"]:
            kept = {key: value for key, value in cell["metadata"].items() if key in keep}
            cell["metadata"] = {**kept, "id": "Hx3cJ0", "colab": {"base_uri": "x"}}
            cell.pop("id", None)

    return save


def around(make):
    """A way to save: each answer cell is replaced by the list of cells `make(cell)`."""

    def save(content):
        answered = [cell["id"] for cell in answer_cells(content)]
        content["cells"] = [
            new
            for cell in content["cells"]
            for new in (make(cell) if cell["id"] in answered else [cell])
        ]

    return save


def blank_of(cell):
    blank = copy.deepcopy(cell)
    name = EXERCISES[cell["metadata"]["exercise"]].name
    blank["source"] = f"def {name}(*arguments):\n    return ..."
    return blank


def split_in_two(cell):
    first = copy.deepcopy(cell)
    first["source"] = "import numpy as np\nhalf = 1 / 2"
    return [first, cell]


def below_its_check(content):
    """The blank stays; the answer stands in a new cell below the check."""
    answered = {cell["metadata"]["exercise"]: cell for cell in answer_cells(content)}
    cells = []
    for cell in content["cells"]:
        key = cell["metadata"].get("exercise")
        if cell is answered.get(key):
            cells.append(blank_of(cell))
            continue
        cells.append(cell)
        if key in answered:
            cells.append(code("".join(answered[key]["source"])))
    content["cells"] = cells


def in_its_check(content):
    """The answer was written above the call of the check, in its cell."""
    written = {c["metadata"]["exercise"]: "".join(c["source"]) for c in answer_cells(content)}
    for cell in content["cells"]:
        key = cell["metadata"].get("exercise")
        if "check" in cell["metadata"].get("tags", []):
            cell["source"] = f"{written[key]}\n\n{''.join(cell['source'])}"
        elif key in written:
            cell["source"] = blank_of(cell)["source"]


def above_all(*new):
    def save(content):
        content["cells"][1:1] = [code(source) for source in new]

    return save


def numpy_only_in_a_broken_cell(content):
    """The one import of NumPy stands in a cell with a line that is not Python."""
    for cell in content["cells"]:
        cell["source"] = re.sub(r"(?m)^import numpy as np\n?", "", "".join(cell["source"]))
    above_all("import numpy as np\n\nlr = 0.1\nwhat is a gradient\n")(content)


def large_outputs(content):
    figure = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"image/png": "A" * 12_000_000},
    }
    content["cells"][3].setdefault("outputs", []).append(figure)


def odd_cells(content):
    content["cells"][2:2] = [
        {"cell_type": "raw", "metadata": {}, "source": "notes"},
        {"cell_type": "markdown", "metadata": {}, "source": ["# my notes\r\n"]},
        code(None),
        {"cell_type": "code", "metadata": {"tags": None}, "source": [1, "x = 1"]},
    ]


def with_text(text):
    return lambda source: f"{source}\n{text}"


DEMONSTRATION = """
print(X_test.shape)
history = train(net, X, Y, epochs=10**9)
import time
for k in range(3):
    time.sleep(60)
    losses = [time.sleep(60) for _ in range(9)]
"""
MAGICS = '''
%matplotlib inline
t = %timeit -o 1 + 1
files = !ls
def timed():
    """Is it fast?"""
    %time x = 3
    return x  # is it?
%time timed(\\
)
!pip install torch
timed?
'''
SAVED = {
    "as it is": lambda content: None,
    "Windows line ends": sources(lambda s: s.replace("\n", "\r\n")),
    "old line ends": sources(lambda s: s.replace("\n", "\r")),
    "a list of lines": sources(lambda s: s.splitlines(keepends=True)),
    "form feeds": answers(lambda s: f"\f\n{s}\n\f\n"),
    "magics in the answer": answers(with_text(MAGICS)),
    "magics above": above_all(MAGICS, "%%bash\nls", "%%html\n<b>hi</b>", "%load_ext autoreload"),
    "timed": answers(lambda s: f"%%time\n{s}"),
    "captured": answers(lambda s: f"%%capture\n%%time\n{s}"),
    "prompts": answers(lambda s: "\n".join(
        f"{'... ' if line[:1] in ' ' else '>>> '}{line}" for line in s.splitlines())),
    "an indented cell": answers(lambda s: "\n".join(f"    {line}" for line in s.splitlines())),
    "Colab": metadata(()),
    "only nbgrader's metadata": metadata(("nbgrader",)),
    "only tags": metadata(("tags",)),
    "twice": around(lambda cell: [cell, copy.deepcopy(cell)]),
    "a blank copy above": around(lambda cell: [blank_of(cell), cell]),
    "a blank copy below": around(lambda cell: [cell, blank_of(cell)]),
    "in a new cell": around(lambda cell: [blank_of(cell), code(cell["source"])]),
    "in a new cell above": around(lambda cell: [code(cell["source"]), blank_of(cell)]),
    "a comment in its place": around(
        lambda cell: [{**cell, "source": "# see below"}, code(cell["source"])]),
    "split in two": around(split_in_two),
    "below its check": below_its_check,
    "in its check": in_its_check,
    "a demonstration": answers(with_text(DEMONSTRATION)),
    "a demonstration above": answers(lambda s: f"print(X_test.shape)\n{s}"),
    "a check in the answer": answers(with_text("ch05.one_neuron.check(one_neuron)")),
    "a broken cell above": above_all("def f(:\n    pass", "x = = 1", "raise ValueError", "return"),
    "an import in a broken cell": numpy_only_in_a_broken_cell,
    "packages that are not here": above_all("import torch, no_such_thing\nfrom nowhere import x"),
    "12 MB of outputs": large_outputs,
    "odd cells": odd_cells,
}  # fmt: skip


def points(content, sandbox, name=BACKWARD):
    content = content if isinstance(content, bytes) else as_bytes(content)
    return mark("somebody", name, content, sandbox=sandbox)


@pytest.mark.parametrize("way", SAVED)
def test_right_answers_earn_every_point_and_wrong_ones_none(way, sandbox):
    for fill, earned in ((right, ALL), (wrong, 0)):
        content = notebook(BACKWARD, fill)
        SAVED[way](content)
        result = points(content, sandbox)
        assert result.points == earned, [m for m in result.marks if bool(m.points) != bool(earned)]
        assert {m.outcome for m in result.marks} == {"correct" if earned else "not yet"}
        assert chapter_of(as_bytes(content)) == "ch05"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8"])
def test_other_ways_to_write_the_file(encoding, sandbox):
    text = json.dumps(notebook(BACKWARD, right), ensure_ascii=False, indent=4)
    assert points(text.encode(encoding), sandbox).points == ALL


def test_the_way_in_which_an_answer_was_found_is_said(sandbox):
    for way, note in (("Colab", BY_NAME), ("only nbgrader's metadata", BY_GRADE_ID), ("twice", "")):
        content = notebook(BACKWARD, right)
        SAVED[way](content)
        assert {found.note for found in points(content, sandbox).marks} == {note}


def test_without_metadata_and_checks_an_answer_has_the_whole_notebook_above_it(sandbox):
    content = notebook(
        BACKWARD, right, {"relu_backward": "def relu_backward(dA, Z):\n    return gate(dA, Z)"}
    )
    metadata(())(content)
    content["cells"] = [c for c in content["cells"] if ".check(" not in "".join(c["source"])]
    content["cells"] += [code("def gate(dA, Z):\n    return dA * (Z > 0)")]
    assert points(content, sandbox).points == ALL


def test_the_chapter_of_a_notebook_without_metadata():
    content = notebook(BACKWARD, right)
    metadata(())(content)
    content["cells"] = [c for c in content["cells"] if ".check(" not in "".join(c["source"])]
    assert chapter_of(as_bytes(content)) == "ch05"  # by its title
    del content["cells"][0]
    assert chapter_of(as_bytes(content)) is None


def diagnosis(sandbox, answer, *above):
    """What is said of an answer to `one_neuron` below some cells of a student's own."""
    content = notebook(BACKWARD, right, {"one_neuron": answer})
    above_all(*above)(content)
    return points(content, sandbox).marks[0].diagnosis


USES_T = "def one_neuron(x, y, w, b):\n    return t, t"


@pytest.mark.parametrize(
    ("answer", "above", "words"),
    [
        (USES_T, ["t = %timeit -o 1 + 1"], "`%timeit -o 1 + 1` is not run here"),
        (USES_T, ["t = !ls"], "`!ls` is not run here"),
        (USES_T, ["from nowhere import t"], "stopped with ModuleNotFoundError"),
        (USES_T, ["t = = 1"], "a cell above could not be read: SyntaxError: invalid syntax, in "
         "the line `t = = 1`"),
        (USES_T, [], "can use the cells above its check"),
        ("%%timeit\ndef one_neuron(x, y, w, b):\n    return 1, 1", [], "below `%%timeit` is not"),
        ("def one_neuron(x, y, w, b)\n    return 1, 1", [], "stopped with SyntaxError: expected"),
        ("import nowhere\none_neuron = nowhere.f", [], "stopped with ModuleNotFoundError"),
        ("def one_neurone(x):\n    return 1", [], "no cell defines `one_neuron`"),
    ],
)  # fmt: skip
def test_what_was_not_run_or_read_is_named(sandbox, answer, above, words):
    said = diagnosis(sandbox, answer, *above)
    assert words in said
    assert (" for x = " in said) == (answer == USES_T)  # else it was never called


def test_a_missing_answer_is_not_found_in_the_lessons(sandbox):
    """No notebook gives an exercise away: without its cell, nothing defines its name."""
    for name in NAMES:
        content = notebook(name)
        answered = [cell["id"] for cell in answer_cells(content)]
        content["cells"] = [cell for cell in content["cells"] if cell.get("id") not in answered]
        submission = read_notebook(as_bytes(content))
        assert [e.key for e in exercises_in(name) if submission.find(e).own] == []
    emptied = notebook("07_activations_compared", lambda exercise: "# nothing")
    assert {m.outcome for m in points(emptied, sandbox, "07_activations_compared").marks} == {
        "not started"
    }
