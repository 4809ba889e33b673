"""JupyterLab in a browser: notebooks run, sliders move, checks answer, progress stays."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(path.name for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
GATES = "01_gates_and_xor.ipynb"
LINE = "02_least_squares_and_gradient_descent.ipynb"

OR_THRESHOLD = "def majority():\n    w = [20, 20, 20]\n    b = -10\n    return w, b"
MAJORITY = OR_THRESHOLD.replace("-10", "-30")


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_from_the_top_without_an_error(notebook, name):
    page = notebook(name)
    page.run_all()
    outputs = page.outputs()
    errors = {cell: o for cell, o in outputs.items() if any(x["output_type"] == "error" for x in o)}
    assert not errors
    assert any("image/png" in o.get("data", {}) for cell in outputs.values() for o in cell)
    assert not page.complaints


def test_no_question_about_news_stands_in_the_way(notebook):
    page = notebook(NAMES[0])
    page.page.wait_for_timeout(2000)
    assert page.page.get_by_text("Jupyter news").count() == 0


@pytest.mark.parametrize(
    ("name", "cell", "key"),
    [
        (GATES, "slider", "ArrowRight"),
        (LINE, "slider-line", "ArrowRight"),
        (LINE, "slider-step", "ArrowRight"),
        (LINE, "slider-batch", "ArrowRight"),
    ],
)
def test_a_slider_moves_the_figure(notebook, name, cell, key):
    page = notebook(name)
    page.run_all()
    area = page.show(cell)
    picture = area.locator(".jp-OutputArea img").first
    picture.wait_for()
    before = picture.get_attribute("src")
    area.locator(".noUi-handle").first.focus()
    for _ in range(3):
        page.page.keyboard.press(key)
    page.page.wait_for_function(
        """([id, before]) => {
            const cell = window.panel.content.widgets.find(cell => cell.model.id === id);
            const image = cell.node.querySelector('.jp-OutputArea img');
            return image !== null && image.src !== before;
        }""",
        arg=[cell, before],
    )


def test_a_wrong_answer_is_diagnosed_a_right_one_ticked_and_the_tick_survives(notebook):
    page = notebook(GATES)
    page.run_all()
    page.type_into("majority-answer", OR_THRESHOLD)
    text = page.run_cell("majority-check")
    assert "✗ Not yet" in text and "Your threshold is right for OR" in text
    page.type_into("majority-answer", MAJORITY)
    assert "✓ Correct" in page.run_cell("majority-check")
    page.restart()
    page.show("setup").locator(".cm-content").click()
    page.page.keyboard.press("Shift+Enter")
    table = page.run_cell("progress")
    row = next(line for line in table.splitlines() if line.startswith("majority"))
    assert "✓ solved, 2 tries" in row
