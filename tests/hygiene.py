"""Checks of notebooks: each function returns a list of complaints, empty if there are none.

`test_notebooks.py` applies them to the notebooks, and to notebooks with errors made on purpose.
"""

import ast
import re
from itertools import pairwise
from statistics import median

import nbformat
from execute import KEPT_METADATA, LANGUAGE
from notebook_files import (
    code_cells,
    equations,
    number_of,
    output_text,
    prose,
    tagged,
    tags,
    text_cells,
)

from course_lib import ROOT
from course_lib.exercises.contents import CHAPTERS, exercises_of
from course_lib.exercises.engine.exercise import Exercise

SLIDES = {"slide", "subslide", "fragment", "skip", "notes", "-"}
# A path of one machine, in outputs, sources or metadata.
PATHS_OF_MACHINES = re.compile(
    r"(?<![\w.:/])/(?:home|root|tmp|Users|work|var|opt|private)/|[A-Z]:\\|site-packages|ipykernel_\d"
)
TIMES = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\d\d:\d\d:\d\d|\d+%\|")
# Decimals in the prose that no cell prints, with the reason.
DECIMALS_THAT_STAND_ALONE = {
    1: {"0.9": "the exercises' bound for a sure 1", "0.1": "the exercises' bound for a sure 0"},
}


def valid(path, notebook):
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        return [str(error).splitlines()[0]]
    return [] if (notebook.nbformat, notebook.nbformat_minor) >= (4, 5) else ["needs nbformat 4.5"]


def executed_in_order(path, notebook):
    counts = [cell.execution_count for cell in code_cells(notebook)]
    return [] if counts == list(range(1, len(counts) + 1)) else [f"execution counts {counts}"]


def no_errors(path, notebook):
    return [
        f"{cell.id}: {output.output_type} {output.get('name', '')}"
        for cell in code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "error" or output.get("name") == "stderr"
    ]


def nothing_of_one_machine(path, notebook):
    found = [f"metadata {key}" for key in set(notebook.metadata) - {"kernelspec", "language_info"}]
    if notebook.metadata.get("language_info", {}) != LANGUAGE:
        found.append("language_info says more than python")
    for cell in notebook.cells:
        found += [f"{cell.id}: metadata {key}" for key in set(cell.metadata) - KEPT_METADATA]
        for output in cell.get("outputs", []):
            found += [f"{cell.id}: widget" for kind in output.get("data", {}) if "widget" in kind]
        everything = f"{cell.source}\n{output_text(cell)}"
        found += [f"{cell.id}: path {m[0]!r}" for m in PATHS_OF_MACHINES.finditer(everything)]
        found += [f"{cell.id}: time {m[0]!r}" for m in TIMES.finditer(output_text(cell))]
    return found


def stable_ids(path, notebook):
    ids = [cell.id for cell in notebook.cells]
    found = [f"{name} twice" for name in set(ids) if ids.count(name) > 1]
    spoken = re.compile(r"(?![0-9a-f]{8}(-|$))[a-z][a-z0-9-]*$")
    return found + [f"{name}: not a name" for name in ids if not spoken.match(name)]


def alt_texts(path, notebook):
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                alt = output.metadata.get("image/png", {}).get("alt", "")
                if len(alt) < 20:
                    found.append(f"{cell.id}: a figure without alt text")
        if cell.cell_type == "markdown":
            found += [
                f"{cell.id}: {m}" for m in re.findall(r"!\[\s*\]\(.*?\)|<img.*?>", cell.source)
            ]
    return found


def links(path, notebook):
    found = []
    for cell in text_cells(notebook):
        for target in re.findall(r"\]\(([^)\s]+)\)", cell.source):
            local = target.partition("#")[0]
            if not local or local.startswith(("https://", "attachment:")):
                continue
            if local.startswith(("http://", "/")) or not (path.parent / local).exists():
                found.append(f"{cell.id}: {target}")
    return found


def opening(path, notebook):
    first = notebook.cells[0].source
    parts = ["# ", "*You will*", "**You will learn**", "**You need**", "**Time**", "minutes"]
    found = [f"first cell lacks {part}" for part in parts if part not in first]
    if not first.startswith(f"# {path.name[:2]} · "):
        found.append("the title does not begin with the notebook's number")
    if code_cells(notebook)[0].id != "setup":
        found.append("the first code cell is not the set-up cell")
    return found


def closing(path, notebook):
    text = "\n".join(cell.source for cell in text_cells(notebook))
    parts = ["What you have learned", "**Next", "**References"]
    found = [f"no {part}" for part in parts if part not in text]
    if "progress(" not in "\n".join(cell.source for cell in code_cells(notebook)[-2:]):
        found.append("no progress table at the end")
    return found


def headings(path, notebook):
    text = "\n".join(re.sub(r"```.*?```", "", c.source, flags=re.S) for c in text_cells(notebook))
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, flags=re.M)]
    found = [] if levels[0] == 1 and levels.count(1) == 1 else ["one first-level heading, first"]
    jumps = [b for a, b in pairwise(levels) if b > a + 1]
    return found + [f"a heading jumps to level {b}" for b in jumps]


def length(path, notebook):
    lines = [len([line for line in c.source.splitlines() if line]) for c in code_cells(notebook)]
    if median(lines) > 4 or max(lines) > 22:
        return [f"code cells of median {median(lines)}, at most {max(lines)} lines"]
    return []


def slides(path, notebook):
    found = []
    for cell in notebook.cells:
        if cell.metadata.get("slideshow", {}).get("slide_type") not in SLIDES:
            found.append(f"{cell.id}: no slide type")
    kinds = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in notebook.cells]
    return found + ([] if "notes" in kinds else ["no speaker notes"])


def predictions(path, notebook):
    text = "\n".join(cell.source for cell in text_cells(notebook))
    found = [] if text.count("**Predict.**") >= 4 else ["fewer than four predictions"]
    if "### Find the bug" not in text:
        found.append("no Find the bug")
    if text.count("<details>") != text.count("</details>"):
        found.append("a fold does not close")
    for cell in text_cells(notebook):
        if "**Predict.**" in cell.source and "<details>" not in cell.source:
            found.append(f"{cell.id}: a prediction without a folded answer")
    return found


def numbered_equations(path, notebook):
    number, found = number_of(path), []
    expected = [f"{number}.{k + 1}" for k in range(len(equations(notebook)))]
    if equations(notebook) != expected:
        found.append(f"equations {equations(notebook)}, expected {expected}")
    for i, cell in enumerate(notebook.cells):
        if "\\tag{" not in cell.source:
            continue
        following = [c for c in notebook.cells[i + 1 :] if c.cell_type == "code"]
        plain = [c for c in following if not c.id.endswith("-picture")]
        if not plain or "assert" not in plain[0].source:
            found.append(f"{cell.id}: the next cell does not assert the equation")
    for cell in notebook.cells:
        for mentioned in re.findall(r"\((\d\.\d+)\)", cell.source):
            if mentioned.startswith(f"{number}.") and mentioned not in expected:
                found.append(f"{cell.id}: ({mentioned}) does not exist")
    return found


def decimals(path, notebook):
    evidence = "\n".join(output_text(cell) for cell in code_cells(notebook))
    evidence += "\n".join(c.source for c in code_cells(notebook) if "assert" in c.source)
    known = set(re.findall(r"\d+\.\d+", evidence))
    known |= set(DECIMALS_THAT_STAND_ALONE.get(number_of(path), {}))
    found = []
    for cell in text_cells(notebook):
        text = re.sub(r"\(\d\.\d+\)", " ", prose(cell))
        found += [f"{cell.id}: {d}" for d in re.findall(r"\d+\.\d+", text) if d not in known]
    return found


def exercise_cells(path, notebook):
    found = []
    expected = {e.key: e for e in exercises_of(CHAPTERS[path.stem])}
    answers, checks = tagged(notebook, "exercise"), tagged(notebook, "check")
    if [c.metadata.exercise for c in answers] != list(expected):
        found.append("the answer cells are not the chapter's exercises, in their order")
    if len(answers) != len(checks):
        return [*found, "not one check for each answer"]
    for answer, check in zip(answers, checks, strict=True):
        key = answer.metadata.exercise
        if notebook.cells.index(check) != notebook.cells.index(answer) + 1:
            found.append(f"{key}: the check does not follow the answer")
        name = key.partition(".")[2]
        if check.source != f"{key}.check({name})" or check.metadata.exercise != key:
            found.append(f"{key}: the check is {check.source!r}")
        if "..." not in answer.source or not answer.source.startswith(f"def {name}("):
            found.append(f"{key}: the answer cell is no blank function")
        if not output_text(check).strip().startswith("○ Not started"):
            found.append(f"{key}: the check does not say not started")
        found += _nbgrader(answer, check, expected.get(key))
    return found


def _nbgrader(answer, check, exercise: Exercise | None):
    one, other = answer.metadata.get("nbgrader", {}), check.metadata.get("nbgrader", {})
    right = (
        (one.get("solution"), one.get("grade"), one.get("locked")) == (True, False, False)
        and (other.get("solution"), other.get("grade"), other.get("locked")) == (False, True, True)
        and exercise is not None
        and other.get("points") == exercise.stars
        and f"{one.get('grade_id')}-check" == other.get("grade_id")
        and one.get("grade_id") == exercise.key.replace(".", "-").replace("_", "-")
        and one.get("schema_version") == other.get("schema_version") == 3
    )
    return [] if right else [f"{answer.metadata.exercise}: nbgrader's metadata"]


def answers_stand_alone(path, notebook):
    """No later cell uses names that an answer cell defines, except its check."""
    found = []
    for i, cell in enumerate(notebook.cells):
        if "exercise" not in tags(cell):
            continue
        names = {f.name for f in ast.parse(cell.source).body if isinstance(f, ast.FunctionDef)}
        for later in notebook.cells[i + 2 :]:
            if (
                later.cell_type == "code"
                and later.metadata.get("exercise") != cell.metadata.exercise
            ):
                used = {n.id for n in ast.walk(ast.parse(later.source)) if isinstance(n, ast.Name)}
                found += [f"{later.id} uses {name}" for name in names & used]
    return found


def sliders(path, notebook):
    found = []
    cells = code_cells(notebook)
    for i, cell in enumerate(cells):
        if "interact(" not in cell.source:
            continue
        if "nbval-ignore-output" not in tags(cell) or cell.outputs:
            found.append(f"{cell.id}: not tagged nbval-ignore-output, or with outputs")
        drawn = re.search(r"interact\(\s*(\w+)", cell.source)[1]
        if i + 1 == len(cells) or not cells[i + 1].source.startswith(f"{drawn}("):
            found.append(f"{cell.id}: no plain call of {drawn} follows")
    return found if any("interact(" in c.source for c in cells) else ["no slider"]


def paths_in_the_text(path, notebook):
    """Files of the project whose paths stand in backticks in the prose exist."""
    found = []
    for cell in text_cells(notebook):
        for name in re.findall(
            r"`((?:course_lib|notebooks|data|docs|tests)/[\w./-]+)`", cell.source
        ):
            if not (ROOT / name).exists():
                found.append(f"{cell.id}: {name}")
    return found


def no_control_characters(path, notebook):
    """No control characters, such as the vertical tab from `\\v` in a string that is not raw."""
    return [
        f"{cell.id}: the character {character!r}"
        for cell in notebook.cells
        for character in sorted(set(cell.source))
        if ord(character) < 32 and character != "\n"
    ]


CHECKS = [
    valid,
    executed_in_order,
    no_errors,
    nothing_of_one_machine,
    stable_ids,
    alt_texts,
    links,
    opening,
    closing,
    headings,
    length,
    slides,
    predictions,
    numbered_equations,
    decimals,
    exercise_cells,
    answers_stand_alone,
    sliders,
    paths_in_the_text,
    no_control_characters,
]
