"""Notebooks also work if a student runs each cell twice, or all cells twice."""

import copy
import json

import pytest
from execute import client_for
from handed_in import EXERCISES
from notebook_files import PATHS, code_cells, read, tagged

pytestmark = pytest.mark.robust
each_notebook = pytest.mark.parametrize("path", PATHS, ids=lambda p: p.name)


def run(notebook, folder):
    client_for(notebook, folder).execute()
    loud = [c.id for c in code_cells(notebook) for o in c.outputs if o.get("name") == "stderr"]
    assert loud == []
    return notebook


@each_notebook
def test_any_cell_may_be_run_twice(path, tmp_path):
    notebook = read(path)
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if cell.cell_type == "code":
            cells.append(copy.deepcopy(cell))
            cells[-1].id = f"{cell.id[:50]}-again"
    notebook.cells = cells
    run(notebook, tmp_path)


@each_notebook
def test_restart_and_run_all_twice_in_one_folder(path, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    solved = read(path)
    for cell in tagged(solved, "exercise"):
        cell.source = EXERCISES[cell.metadata.exercise].source()
    run(run(solved, tmp_path), tmp_path)
    noted = json.loads((tmp_path / "progress.json").read_text("utf-8"))["exercises"]
    expected = {cell.metadata.exercise for cell in tagged(solved, "exercise")}
    assert noted == {key: {"solved": True, "tries": 2} for key in expected}
