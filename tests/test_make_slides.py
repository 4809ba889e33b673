"""Slides are made of the notebooks' cells without losses, and each fits on the screen."""

import re

import make_slides as deck
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from notebook_files import PATHS, read

each_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda p: p.name)


def slide_type(cell):
    return cell.metadata.get("slideshow", {}).get("slide_type", "-")


def text_of(slides):
    return "\n".join(
        "\n".join([s.heading, *(c.source for c in s.cells if c.cell_type == "markdown")])
        for s in slides
    )


@each_notebook
def test_a_deck_has_25_to_45_slides_that_have_room(path):
    slides = deck.deck_of(read(path))
    assert 25 <= len(slides) <= 45
    assert all(slide.room >= 0 for slide in slides)


@each_notebook
def test_what_is_chosen_is_all_there(path):
    """Every formula, figure and word of a selected text cell is on a slide, or in the notes."""
    notebook = read(path)
    slides = deck.deck_of(notebook)
    shown, notes = text_of(slides), "\n".join("\n".join(slide.notes) for slide in slides)
    figures = 0
    for cell in notebook.cells:
        if slide_type(cell) in ("skip", "notes"):
            continue
        if cell.cell_type == "code":
            figures += sum("image/png" in o.get("data", {}) for o in cell.outputs)
            continue
        source = re.sub(r"<summary>.*?</summary>|<[^>]*>", "", cell.source)
        for word in re.findall(r"\\tag\{[\d.]+\}|[A-Za-z]{5,}", source):
            assert word in shown or word in notes, (cell.id, word)
    on_slides = [o for s in slides for c in s.cells for o in c.get("outputs", []) if "data" in o]
    assert sum("image/png" in o["data"] for o in on_slides) == figures > 1


@each_notebook
def test_speakers_have_notes(path):
    slides = deck.deck_of(read(path))
    assert sum(bool(slide.notes) for slide in slides) > len(slides) / 2


def text(source, kind="subslide"):
    return new_markdown_cell(source, metadata={"slideshow": {"slide_type": kind}})


def code(source, outputs=(), id="some-code"):
    metadata = {"slideshow": {"slide_type": "fragment"}}
    return new_code_cell(source, outputs=list(outputs), metadata=metadata, id=id)


def slides_of(*cells):
    *slides, exercises = deck.deck_of(
        new_notebook(cells=[*cells, text("### Exercise: one ★", "skip")])
    )
    assert exercises.cells[0].source == "- one ★"
    return slides


def test_what_does_not_fit_goes_on_under_the_same_section():
    long = "\n\n".join(["word " * 120] * 3)
    first, *others = slides_of(text(f"## 1 Begin\n\n{long}", "slide"))
    assert first.heading == "## 1 Begin" and first.level == "slide"
    assert others and all("1 Begin" in slide.heading for slide in others)
    assert {slide.level for slide in others} == {"subslide"}


def test_an_answer_appears_at_a_click_or_on_a_slide_of_its_own():
    folded = "<details><summary>Answer</summary>\n\nYes.\n\n</details>"
    (slide,) = slides_of(text(f"## 1 Ask\n\n**Predict.** Is it?\n\n{folded}"))
    question, answer = slide.cells
    assert question.source == "**Predict.** Is it?" and answer.source == "Yes."
    assert slide_type(answer) == "fragment"
    long = "word " * 250
    _, answered = slides_of(text(f"## 1 Ask\n\n{long}\n\n{folded}"))
    assert "### Answer" in answered.heading and slide_type(answered.cells[0]) == "-"


def test_assertions_and_long_code_are_for_showing_live():
    (slide,) = slides_of(
        text("## 1 Prove"),
        code("assert 1 == 1"),
        code("x = 1\nassert x", id="the-check"),
        code("\n".join(["x = 1"] * 30), id="long"),
        code("y = 1", id="short"),
    )
    assert [cell.source for cell in slide.cells] == ["y = 1"]
    assert [note for note in slide.notes if "`the-check`" in note or "`long`" in note][1:]


def test_a_figure_comes_without_its_code_and_within_the_slide():
    from base64 import b64encode

    png = b64encode(b"\x89PNG\r\n\x1a\n" + bytes(8) + (2000).to_bytes(4) + (1500).to_bytes(4))
    output = new_output("display_data", data={"image/png": png.decode(), "text/plain": "alt"})
    (slide,) = slides_of(text("## 1 Look"), code("show(figure)", [output]))
    (cell,) = slide.cells
    size = cell.outputs[0].metadata["image/png"]
    assert "no-code" in cell.metadata["tags"]
    assert size["height"] <= deck.ROOM and abs(size["width"] / size["height"] - 4 / 3) < 0.01
    assert "width" not in output.metadata.get("image/png", {})  # the notebook stays as it is


def test_long_tables_are_cut_with_their_heads():
    rows = "\n".join(f"| {i} | x |" for i in range(30))
    slides = slides_of(text(f"## 1 Table\n\n| a | b |\n| :- | :- |\n{rows}"))
    parts = [cell.source for slide in slides for cell in slide.cells]
    assert len(parts) > 2 and all(part.startswith("| a | b |") for part in parts)
    assert sum(part.count(" | x |") for part in parts) == 30
