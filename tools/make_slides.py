"""Turn every notebook into slides that need no network: build/slides/index.html.

    python tools/make_slides.py             all notebooks
    python tools/make_slides.py FOLDER      into another folder

reveal.js and MathJax come from the Python packages sphinx-revealjs and sphinx-mathjax-offline,
and are copied beside the pages.
"""

import html
import shutil
import sys
from importlib.metadata import files
from pathlib import Path

import nbformat
from deck import as_notebook
from nbconvert.exporters import SlidesExporter
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[1]
TARGET = "build/slides"
TEMPLATES = ROOT / "docs" / "slides"


def packaged(package, end):
    """The path of the file of an installed package whose name ends so."""
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
    """Write one deck; return its title and its file."""
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
    paths = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    write_index([make(path, folder) for path in paths], folder)
    print(f"{len(paths)} decks: open {Path(target) / 'index.html'} in a browser.")


if __name__ == "__main__":
    main(*sys.argv[1:])
