"""docs/coverage.md is true: its references are right, and it has all items of the plan."""

import re
from functools import cache

import pytest
from notebook_files import PATHS, read

from course_lib import ROOT

PAGE = (ROOT / "docs" / "coverage.md").read_text("utf-8")
PLAN = ROOT.parent / "shared" / "syllabus.md"
PLACE = re.compile(r"\[(\d\d), (opening|section (\d+))\]\(\.\./notebooks/([^)]+)\): `([^`|]+)`")
NOTATION = re.compile(r"\[the page of notation\]\(notation\.md\): `([^`|]+)`")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
ROW = re.compile(r"^\| (\w+)\.(\d+)([a-z]?) \| (.+?) \| (.+) \|$", re.M)
ROWS = ROW.findall(PAGE)
NOT_BULLETS = {"00": 5, "E": 1}  # items of the plan in running text, counted by hand


@cache
def sections(name):
    """A dict from the numbered sections of a notebook to their sources and printed outputs."""
    found, now = {"opening": ""}, "opening"
    for cell in read(ROOT / "notebooks" / name).cells:
        heading = re.match(r"## (?:(\d+) )?", cell.source) if cell.cell_type == "markdown" else None
        now = (heading[1] or "after") if heading else now
        printed = [output.get("text", "") for output in cell.get("outputs", [])]
        found[now] = "\n".join([found.get(now, ""), cell.source, *printed])
    return found


def problem(reference):
    """The reason why a reference of the map is wrong, or ""."""
    if test := TEST.fullmatch(reference):
        path = ROOT / test[1]
        there = path.exists() and re.search(rf"^def {test[2]}\(", path.read_text("utf-8"), re.M)
        return "" if there else "there is no such test"
    if quoted := NOTATION.fullmatch(reference):
        page = (ROOT / "docs" / "notation.md").read_text("utf-8")
        return "" if quoted[1] in page else "the quotation is not on that page"
    if not (found := PLACE.fullmatch(reference)):
        return "neither a section with a quotation, nor a test"
    number, _, section, name, evidence = found.groups()
    if name not in {path.name for path in PATHS} or not name.startswith(number):
        return "there is no such notebook"
    here = sections(name).get(section or "opening")
    if here is None:
        return "there is no such section"
    return "" if evidence in here else "the quotation is not in that section"


def test_the_map_has_rows():
    assert len(ROWS) > 350 and len(ROWS) == len(re.findall(r"^\| \w+\.\d", PAGE, re.M))


@pytest.mark.parametrize("section", sorted({row[0] for row in ROWS}))
def test_every_place_of_the_map_is_what_it_says(section):
    found = {
        f"{section}.{number}{letter}, {reference}": why
        for name, number, letter, _, references in ROWS
        for reference in references.split("; ")
        if name == section and (why := problem(reference))
    }
    assert found == {}


def test_the_items_are_counted_on():
    for section in {row[0] for row in ROWS}:
        items = [(int(n), letter) for name, n, letter, *_ in ROWS if name == section]
        assert items == sorted(set(items))
        for number in range(1, items[-1][0] + 1):
            letters = [letter for n, letter in items if n == number]
            assert letters in ([""], [chr(97 + i) for i in range(len(letters))]), (section, number)


def test_a_wrong_reference_is_found():
    name = PATHS[0].name
    assert problem(f"[00, section 1](../notebooks/{name}): `no such words anywhere`")
    assert problem(f"[00, section 99](../notebooks/{name}): `import`")
    assert problem(f"[01, section 1](../notebooks/{name}): `import`")
    assert problem("`tests/test_coverage.py::test_that_is_not_there`") and problem("section 1")
    assert not problem("`tests/test_coverage.py::test_a_wrong_reference_is_found`")


@pytest.mark.skipif(not PLAN.exists(), reason="the plan of the course is not beside this checkout")
def test_every_item_of_the_plan_is_on_the_map():
    expected = dict(NOT_BULLETS)
    for part in re.split(r"^## ", PLAN.read_text("utf-8"), flags=re.M)[1:]:
        if re.match(r"0[1-8] ", part):
            expected[part[:2]] = len(re.findall(r"^- ", part, re.M))
    assert {row[0]: max(int(r[1]) for r in ROWS if r[0] == row[0]) for row in ROWS} == expected
