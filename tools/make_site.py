"""Build the web site of the course, which loads nothing from other hosts: `make site`.

    python tools/make_site.py             into build/site
    python tools/make_site.py FOLDER      into another folder
    python tools/make_site.py --guide     only docs/exercises.md, from the exercises' definitions

Its folder lite/ is the edition that runs in a browser, which `make lite` builds by itself.

The site is made from the executed notebooks, the pages in docs/, the docstrings, the table of
and the solutions of the exercises. Warnings are errors.
"""

import importlib
import inspect
import pkgutil
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from make_lite import make_lite

import course_grading
import course_lib
from course_lib import ROOT
from course_lib.exercises.contents import CHAPTERS, NOTEBOOKS, exercises_of

TARGET = "build/site"
SITE = ROOT / "docs" / "site"
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/errata.md", "docs/exercises.md",
         "docs/instructors.md", "docs/grading.md", "docs/where_next.md", "docs/notation.md",
         "docs/coverage.md",
         "docs/at-work.png", "docs/site.png", "benchmarks/README.md", "data/README.md", "LICENSE",
         "LICENSE-text")  # fmt: skip

EXERCISES_PAGE = ROOT / "docs" / "exercises.md"
EXERCISES_HEAD = """# Exercises, and the wrong answers that they recognise

For instructors. `make guide` writes this page from the definitions in `course_lib/exercises/`,
and a test compares them. Stars are points. Below each exercise are the diagnoses of typical wrong
answers. Others are named in general: a sign, a factor, a transpose, an order, an argument that is
not used, an error of NumPy; if nothing explains all values, the smallest case that disagrees is
shown. Of 220 wrong answers by readers who had seen only the notebooks, none was accepted, and
other readers judged that 201 (91 %) were told what was wrong, 13 were shown a case only, and 6
were misled; what misled them has been mended since. `class.html` counts the same for a class."""
SOLUTIONS = """# Solutions

One way to solve each exercise; there are others. Try first: the checks in the notebooks say what
is wrong, and `.hint()` helps."""
PACKAGES = {
    "course_lib": "The mathematics",
    "course_lib.plotting": "Figures",
    "course_lib.exercises": "Exercises",
    "course_lib.exercises.engine": "The engine of the exercises",
    "course_grading": "Grading a class",
}
REFERENCE = """# The library

The code of the notebooks as a library: each formula is in one place, with the number of its
equation."""


def write_notebooks(folder):
    """Write the notebooks with alt texts as MyST-NB expects them, and with download links."""
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        notebook.cells = [cell for cell in notebook.cells if not is_for_the_speaker(cell)]
        for cell in notebook.cells:
            alts = [
                output.metadata["image/png"]["alt"]
                for output in cell.get("outputs", [])
                if "image/png" in output.get("data", {})
            ]
            if alts:
                cell.metadata["mystnb"] = {"image": {"alt": " ".join(alts)}}
        title, _, rest = notebook.cells[0].source.partition("\n")
        link = f'<a href="../downloads/{path.name}" download>Download this notebook</a>'
        notebook.cells[0].source = f"{title}\n\n{link}\n{rest}"
        nbformat.write(notebook, folder / path.name)


def is_for_the_speaker(cell):
    return cell.metadata.get("slideshow", {}).get("slide_type") == "notes"


def write_solutions(path):
    """Write the page of solutions, each folded."""
    lines = [SOLUTIONS]
    for chapter in CHAPTERS.values():
        title = chapter.TITLE
        lines += ["", f"## {chapter.__name__[-2:]} {title}"]
        for exercise in exercises_of(chapter):
            lines += ["", f"### {exercise.name} {'★' * exercise.stars}", ""]
            lines += [inspect.getdoc(exercise.answer).splitlines()[0], ""]
            code = ["```python", *exercise.source().splitlines(), "```"]
            lines += ["<details><summary>Solution</summary>", "", *code, "", "</details>"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_reference(folder):
    """Write a page for each public module, from its docstrings."""
    names = [
        name
        for package in (course_lib, course_grading)
        for _, name, is_package in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not is_package and not name.endswith("__main__")
    ]
    modules = [name for name in names if getattr(importlib.import_module(name), "__all__", None)]
    for name in modules:
        title = name.removeprefix("course_lib.")
        lines = [title, "=" * len(title), "", f".. automodule:: {name}", "   :members:", ""]
        (folder / f"{name}.rst").write_text("\n".join(lines), encoding="utf-8")
    lines = [REFERENCE]
    for package, heading in PACKAGES.items():
        lines += ["", f"## {heading}", ""]
        for name in modules:
            parent, _, last = name.rpartition(".")
            if parent == package:
                summary = importlib.import_module(name).__doc__.splitlines()[0]
                lines.append(f"- {{doc}}`{last} <{name}>`: {summary}")
    lines += ["", "```{toctree}", ":hidden:", *modules, "```"]
    (folder / "index.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_index(path):
    titles = {}
    for notebook in NOTEBOOKS:
        first = nbformat.read(notebook, as_version=4).cells[0].source
        titles[notebook.stem] = first.splitlines()[0].lstrip("# ")
    page = (SITE / "index.md").read_text("utf-8")
    contents = "\n".join(f"- [{title}](notebooks/{name}.ipynb)" for name, title in titles.items())
    page = page.replace("{{contents}}", contents)
    page = page.replace("{{notebooks}}", "\n".join(f"notebooks/{name}" for name in titles))
    path.write_text(page, encoding="utf-8")


def gather(source):
    """Write the sources of the site into the folder `source`."""
    for name in PAGES:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
        if name.endswith(".md"):  # links to pages show their titles
            text = (source / name).read_text("utf-8")
            text = re.sub(r"\[[\w/]+\.md\]\(([\w/]+\.md)\)", r"[](\1)", text)
            (source / name).write_text(text, encoding="utf-8")
    for name in ("notebooks", "reference", "extra/downloads"):
        (source / name).mkdir(parents=True)
    for path in NOTEBOOKS:
        shutil.copy(path, source / "extra" / "downloads" / path.name)
    for name in ("conf.py", "site.css", "site.js"):
        shutil.copy(SITE / name, source)
    write_notebooks(source / "notebooks")
    write_solutions(source / "solutions.md")
    write_reference(source / "reference")
    write_index(source / "index.md")


def exercise_entry(exercise):
    """Format an exercise: name, stars, task, and the diagnoses of its mistakes."""
    task = " ".join(inspect.getdoc(exercise.answer).split("\n\n")[0].split())
    sentences = dict.fromkeys(wrong.sentence for wrong in exercise.mistakes)
    lines = [f"### {exercise.name} {'★' * exercise.stars}", "", task, ""]
    return "\n".join([*lines, *(f"- {sentence}" for sentence in sentences)])


def exercises_of_chapter(module):
    """Format the exercises of one notebook under its title, with the sum of their points."""
    number, exercises = module.__name__[-2:], exercises_of(module)
    points = sum(exercise.stars for exercise in exercises)
    title = f"## Notebook {number}: {inspect.getdoc(module).splitlines()[0].rstrip('.')}"
    return "\n\n".join([title, f"Points: {points}.", *map(exercise_entry, exercises)])


def exercises_page():
    """The page of exercises, docs/exercises.md, as text."""
    title, introduction = EXERCISES_HEAD.split("\n\n")
    return (
        "\n\n".join(
            [title, " ".join(introduction.split()), *map(exercises_of_chapter, CHAPTERS.values())]
        )
        + "\n"
    )


def main(target=TARGET):
    if target == "--guide":
        EXERCISES_PAGE.write_text(exercises_page(), encoding="utf-8")
        return
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder)
        gather(source)
        command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
        built = subprocess.run([*command, str(source), str(ROOT / target)], check=False)
    if built.returncode:
        sys.exit("Sphinx printed warnings, see above; each is an error.")
    make_lite(ROOT / target / "lite")
    print(f"The site is built: open {Path(target) / 'index.html'} in a browser. Downloads and the "
          f"edition in lite/ need a web server:\n"
          f"  python -m http.server --directory {target} --bind 127.0.0.1")  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
