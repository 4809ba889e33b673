"""Turn every notebook into slides that need no network: build/slides/index.html.

    python tools/make_slides.py             all notebooks
    python tools/make_slides.py FOLDER      into another folder

Slides are 1280 by 720 pixels. A text cell begins a new one if it has a heading or does not fit on
the last; a long cell continues on the next, below the title of the section. A folded answer
appears at a click, or on a separate slide. Figures are shown without their code; assertions and
long code are left out, and the speaker's notes name their cells. Cells of type skip are left out.

reveal.js and MathJax are copied from the Python packages sphinx-revealjs and
sphinx-mathjax-offline.
"""

import base64
import html
import math
import re
import shutil
import struct
import sys
from dataclasses import dataclass, field
from importlib.metadata import files
from pathlib import Path

import nbformat
from nbconvert.exporters import SlidesExporter
from nbformat import from_dict
from nbformat.v4 import new_markdown_cell, new_notebook
from traitlets.config import Config

from course_lib import ROOT
from course_lib.exercises.contents import NOTEBOOKS

WIDTH, ROOM = 1180, 565  # pixels for content: the width, and the height below the heading
LETTERS = 88  # in a line of text
TEXT, CODE, FIXED, ROW = 38, 26, 24, 52  # height of a line: text, code, printed text, table
# Height of a line in large type, and the most letters of a line of code and of printed text.
LARGE, LARGE_CODE, LARGE_PRINT = 30, 84, 72
MAX_CODE_LINES, MAX_CODE_LETTERS = 14, 97
SMALL_FIGURE = 330  # height to which a larger figure may shrink, to fit below its text
MAX_SCALE = 1.6  # of a figure


@dataclass
class Slide:
    """The cells of one slide, its remaining height in pixels, and the speaker's notes."""

    heading: str
    level: str = "subslide"
    cells: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    room: int = ROOM


class Deck:
    """A list of slides; a cell that does not fit on the last begins a new one."""

    def __init__(self):
        self.slides, self.section = [], ""

    @property
    def running(self):
        """The heading of a slide that continues its section."""
        return f"<p class='running'>{self.section}</p>"

    @property
    def last(self):
        return self.slides[-1]

    def begin(self, heading, level="subslide"):
        self.slides.append(Slide(heading, level))

    def put(self, cell, height):
        if self.last.cells and height > self.last.room:
            self.begin(self.running)
        self.last.cells.append(cell)
        self.last.room -= height


def deck_of(notebook):
    """The list of `Slide`s of a notebook."""
    deck = Deck()
    for cell in notebook.cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type", "-")
        if kind == "notes":
            deck.last.notes.append(cell.source)
        elif kind != "skip" and cell.cell_type == "markdown":
            _put_text(deck, cell, kind)
        elif kind != "skip":
            _put_code(deck, cell)
    deck.begin("## Exercises", "slide")
    deck.put(new_markdown_cell(_exercises(notebook)), ROOM)
    return [slide for slide in deck.slides if slide.cells]


def as_notebook(notebook):
    """The deck of a notebook as another notebook, with slide types for nbconvert."""
    cells = []
    for slide in deck_of(notebook):
        first = new_markdown_cell(slide.heading)
        first.metadata["slideshow"] = {"slide_type": slide.level}
        cells.append(first)
        for cell in slide.cells:
            cell.metadata.setdefault("slideshow", {"slide_type": "-"})
            cells.append(cell)
        if slide.notes:
            notes = new_markdown_cell("\n\n".join(slide.notes))
            notes.metadata["slideshow"] = {"slide_type": "notes"}
            cells.append(notes)
    return from_dict(new_notebook(cells=cells, metadata=notebook.metadata))


def _put_text(deck, cell, kind):
    text, answers = _without_answers(cell.source)
    heading = re.match(r"(#+) (.*)\n*", text)
    if heading:
        text = text[heading.end() :]
        deck.section = heading[2] if len(heading[1]) < 3 else deck.section
    blocks = _blocks(text)
    references = [block for block in blocks if block.startswith("**References.**")]
    blocks = [block for block in blocks if block not in references]
    if heading or sum(map(_height, blocks)) > deck.last.room:
        title = heading[0].strip() if heading else deck.running
        deck.begin(title, "slide" if kind == "slide" else "subslide")
    for block in blocks:
        deck.put(new_markdown_cell(block), _height(block))
    for answer in answers:
        _put_answer(deck, _blocks(answer))
    deck.last.notes += [*references, f"Notebook cell `{cell.id}`."]


def _put_answer(deck, blocks):
    """Add the answer as fragments of the last slide if it fits there, else as a new slide."""
    fits = sum(map(_height, blocks)) <= deck.last.room
    if not fits:
        deck.begin(f"{deck.running}\n\n### Answer")
    for block in blocks:
        cell = new_markdown_cell(block)
        cell.metadata["slideshow"] = {"slide_type": "fragment" if fits else "-"}
        deck.put(cell, _height(block))


def _put_code(deck, cell):
    lines = [line for line in cell.source.splitlines() if line]
    outputs = [output for output in cell.outputs if output.output_type != "error"]
    only_asserts = all(line.startswith("assert") for line in lines)
    if not outputs and (only_asserts or cell.id.endswith("-check")):
        deck.last.notes.append(f"Notebook cell `{cell.id}` asserts this: run it live.")
        return
    widest = max(map(len, lines))
    large = widest <= LARGE_CODE
    code = (LARGE if large else CODE) * len(cell.source.splitlines()) + 34
    texts = [_printed(output) for output in outputs if not _picture(output)]
    only_prints = all(output.output_type == "stream" for output in outputs)
    print_lines = [line for text in texts for line in text.splitlines()]
    short = len(print_lines) <= 8 and max(map(len, print_lines), default=0) <= LARGE_PRINT
    roomy = only_prints and short
    printed = sum((LARGE if roomy else FIXED) * len(text.splitlines()) + 24 for text in texts)
    figures = [output for output in outputs if _picture(output)]
    fits = len(lines) <= MAX_CODE_LINES and widest <= MAX_CODE_LETTERS and code + printed <= ROOM
    shown = fits and not figures
    if not shown and not outputs:
        deck.last.notes.append(f"Notebook cell `{cell.id}` has the code: show it live.")
        return
    cell = cell.copy()
    cell.metadata = {"tags": ["large"] * large + ["roomy"] * roomy + ["no-code"] * (not shown)}
    height = code * shown + printed
    cell.outputs = [output for output in outputs if not _picture(output)]
    for figure in figures:
        figure, pixels = _scaled(figure, deck.last.room - height, ROOM - height)
        cell.outputs.append(figure)
        height += pixels
    deck.put(cell, height)


def _picture(output):
    return output.get("data", {}).get("image/png")


def _printed(output):
    return output.get("text") or output.get("data", {}).get("text/plain", "")


def _scaled(output, room, full_room):
    """The figure, scaled to fit on this slide or on a new one, and its height in pixels."""
    width, height = struct.unpack(">II", base64.b64decode(_picture(output))[16:24])
    largest = min(MAX_SCALE, WIDTH / width, (full_room - 30) / height)
    scale = largest
    if room - 30 >= min(0.75 * largest * height, SMALL_FIGURE):
        scale = min(largest, (room - 30) / height)
    size = {"width": round(scale * width), "height": round(scale * height)}
    output = output.copy()
    output.metadata = {"image/png": {**output.metadata.get("image/png", {}), **size}}
    return output, size["height"] + 30


def _without_answers(source):
    """The text without its folded answers, and the answers."""
    folded = re.compile(r"<details>\s*<summary>.*?</summary>\s*(.*?)\s*</details>", re.S)
    return folded.sub("", source), folded.findall(source)


def _blocks(text):
    """Split a text into paragraphs, formulae, lists, tables and code."""
    blocks = []
    for part in re.split(r"(\$\$.*?\$\$|```.*?```)", text, flags=re.S):
        pieces = [part] if part.startswith(("$$", "```")) else re.split(r"\n\s*\n", part)
        for piece in filter(None, map(str.strip, pieces)):
            blocks += _table_parts(piece) if piece.startswith("|") else [piece]
    return blocks


def _table_parts(table):
    """Split a long table into several, each with the header."""
    header, line, *rows = table.splitlines()
    count = ROOM // ROW - 2
    for start in range(0, len(rows), count):
        yield "\n".join([header, line, *rows[start : start + count]])


def _height(block):
    if block.startswith("```"):
        return CODE * len(block.splitlines()) + 10
    if block.startswith("$$"):
        rows = 1 + block.count(r"\\")
        tall = re.search(r"\\frac|\\sum|\\prod|\\int|\\begin", block) is not None
        return 66 + 44 * (rows - 1) + 44 * tall
    if block.startswith("|"):
        return ROW * len(block.splitlines())
    if block.startswith("#"):
        return 62
    lines = re.split(r"\n(?=- |\d\. )", block)
    return sum(TEXT * math.ceil(_letters(line) / LETTERS) for line in lines) + 26


def _letters(text):
    """The width of a line of text in letters, with formulae and links as displayed."""
    text = re.sub(r"\]\([^)]*\)|\\[a-zA-Z]+|[{}$*`_^]", "", text)
    return max(1, sum(2 if ord(letter) > 0x2E80 else 1 for letter in text))


def _exercises(notebook):
    tasks = [c.source for c in notebook.cells if c.source.startswith("### Exercise")]
    names = [re.match(r"### Exercise: (.*)", task)[1] for task in tasks]
    return "\n".join(f"- {name}" for name in names)


TARGET = "build/slides"
TEMPLATES = ROOT / "docs" / "slides"


def packaged(package, end):
    """The path of the file of an installed package whose path ends with `end`."""
    return next(Path(f.locate()) for f in files(package) if f.as_posix().endswith(end))


def copy_assets(folder):
    reveal = packaged("sphinx-revealjs", "revealjs/dist/reveal.js").parents[1]
    shutil.copytree(reveal / "dist", folder / "reveal" / "dist", dirs_exist_ok=True)
    (folder / "reveal" / "plugin").mkdir(exist_ok=True)
    shutil.copy(reveal / "plugin" / "notes" / "notes.js", folder / "reveal" / "plugin")
    shutil.copy(packaged("sphinx-mathjax-offline", "tex-svg-full.js"), folder)


def exporter():
    return SlidesExporter(
        config=Config(
            SlidesExporter={"reveal_url_prefix": "assets/reveal", "reveal_theme": "white"},
            TagRemovePreprocessor={"enabled": True, "remove_input_tags": {"no-code"}},
        ),
        template_name="course",
        extra_template_basedirs=[str(TEMPLATES)],
    )


def make(path, folder):
    """Write one deck; return its title and its path."""
    notebook = nbformat.read(path, as_version=4)
    slides = as_notebook(notebook)
    slides.metadata["title"] = notebook.cells[0].source.splitlines()[0].lstrip("# ")
    page, _ = exporter().from_notebook_node(slides)
    file = folder / f"{path.stem}.html"
    file.write_text(page, encoding="utf-8")
    return slides.metadata["title"], file


def write_index(decks, folder):
    rows = "\n".join(
        f'<li><a href="{file.name}">{html.escape(title)}</a> '
        f'<a class="print" href="{file.name}?print-pdf">for printing</a></li>'
        for title, file in decks
    )
    page = (TEMPLATES / "index.html").read_text("utf-8").replace("<!-- decks -->", rows)
    (folder / "index.html").write_text(page, encoding="utf-8")


def main(target=TARGET):
    folder = ROOT / target
    folder.mkdir(parents=True, exist_ok=True)
    copy_assets(folder / "assets")
    write_index([make(path, folder) for path in NOTEBOOKS], folder)
    print(f"{len(NOTEBOOKS)} decks: open {Path(target) / 'index.html'} in a browser.")


if __name__ == "__main__":
    main(*sys.argv[1:])
