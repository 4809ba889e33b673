"""Read notebooks, and extract their cells, texts and equations, for several tests."""

import re

import nbformat

from course_lib.exercises.contents import NOTEBOOKS

PATHS = list(NOTEBOOKS)


def read(path):
    return nbformat.read(path, as_version=4)


def number_of(path):
    """The number of a notebook, such as 1 for 01_gates_and_xor.ipynb."""
    return int(path.name[:2])


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def text_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def tags(cell):
    return cell.metadata.get("tags", [])


def tagged(notebook, tag):
    return [cell for cell in code_cells(notebook) if tag in tags(cell)]


def output_text(cell):
    """The plain text of all outputs of a cell."""
    texts = []
    for output in cell.get("outputs", []):
        texts.append(output.get("text", ""))
        texts.append(output.get("data", {}).get("text/plain", ""))
    return "\n".join(texts)


def prose(cell):
    """A text cell without code, formulas, links' addresses and HTML tags."""
    text = re.sub(r"```.*?```", " ", cell.source, flags=re.S)
    text = re.sub(r"`[^`]*`", " ", text)
    text = re.sub(r"\$\$.*?\$\$", " ", text, flags=re.S)
    text = re.sub(r"\$[^$]*\$", " ", text)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    return re.sub(r"<[^>]+>", " ", text)


def equations(notebook):
    """The numbers of the numbered equations, such as "1.5", in order."""
    return re.findall(r"\\tag\{([\d.]+)\}", "\n".join(c.source for c in text_cells(notebook)))
