"""The web site is built without warnings, and all its links and anchors exist."""

import re
from functools import cache
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from notebook_files import PATHS, code_cells, read

from course_lib.exercises.contents import CHAPTERS, exercises_of

pytest.importorskip("myst_nb")
pytest.importorskip("jupyterlite_core")
pytestmark = pytest.mark.slow

NOT_OURS = ("_static", "lite")  # Sphinx's own pages, and JupyterLite's: see test_lite


class Page(HTMLParser):
    """The links, anchors and pictures of a page."""

    def __init__(self, path):
        super().__init__()
        self.links, self.anchors, self.pictures = [], set(), []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.anchors |= {found[name] for name in ("id", "name") if found.get(name)}
        self.links += [found[name] for name in ("href", "src") if found.get(name)]
        if tag == "img":
            self.pictures.append(found)


@cache
def page(path):
    return Page(path)


def lost(site, path):
    """The broken links of a page."""
    for link in page(path).links:
        address, _, anchor = link.partition("#")
        if re.match(r"(https?:|mailto:|data:|javascript:)", address):
            continue
        target = (path.parent / unquote(address.partition("?")[0])).resolve() if address else path
        target = target / "index.html" if target.is_dir() else target
        is_page = target.suffix == ".html" and anchor
        if not target.exists() or (is_page and unquote(anchor) not in page(target).anchors):
            yield link


def test_every_link_and_anchor_leads_somewhere(site):
    pages = [p for p in site.rglob("*.html") if p.relative_to(site).parts[0] not in NOT_OURS]
    assert len(pages) > 60
    assert {
        p.relative_to(site).as_posix(): found for p in pages if (found := [*lost(site, p)])
    } == {}


def test_a_lost_link_would_be_found(tmp_path):
    text = '<a href="gone.html">x</a><a href="#here">y</a><a href="a.html#no">z</a><p id="here">'
    (tmp_path / "a.html").write_text(text)
    assert list(lost(tmp_path, tmp_path / "a.html")) == ["gone.html", "a.html#no"]


def test_notebooks_come_with_outputs_downloads_and_alt_texts(site):
    for path in PATHS:
        file = site / "notebooks" / f"{path.stem}.html"
        text = file.read_text("utf-8")
        assert (site / "downloads" / path.name).read_bytes() == path.read_bytes()
        alts = [picture.get("alt", "") for picture in page(file).pictures]
        assert len(alts) >= 2 and all(len(alt) >= 20 for alt in alts), path.name
        shown = [cell for cell in code_cells(read(path)) if cell.outputs]
        assert text.count('class="cell_output') >= len(shown) - 3, path.name
        assert "In class." not in re.sub(r"<[^>]+>", "", text)  # the speaker's notes are not shown


def test_solutions_are_there_and_folded(site):
    text = (site / "solutions.html").read_text("utf-8")
    exercises = [exercise for chapter in CHAPTERS.values() for exercise in exercises_of(chapter)]
    assert text.count("<summary>Solution</summary>") == len(exercises)
    for exercise in exercises:
        assert f"def {exercise.name}(" in re.sub(r"<[^>]+>", "", text)


def test_the_reference_has_every_public_name(site):
    import course_lib.layers
    import course_lib.losses

    for module in (course_lib.layers, course_lib.losses):
        anchors = page(site / "reference" / f"{module.__name__}.html").anchors
        assert {f"{module.__name__}.{name}" for name in module.__all__} <= anchors


def test_the_reference_shows_no_markup(site):
    for path in (site / "reference").glob("course_lib*.html"):
        text = re.sub(r"<[^>]+>", "", path.read_text("utf-8"))
        assert "*Axes*" not in text and "**X**" not in text and "<function" not in text, path.name
