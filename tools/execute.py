"""Run notebooks, and save them with clean outputs: `make execute`.

    python tools/execute.py                      all notebooks
    python tools/execute.py notebooks/01_*.ipynb some of them

Each is run from the top in a new kernel, without saved progress, and saved with its outputs but
without data that changes from run to run: times, widget state, the version of Python. Cell ids
stay. If a cell raises or writes to stderr, the program stops, and that notebook is not saved.
"""

import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from course_lib.exercises.contents import NOTEBOOKS

# What `nbconvert --to script` needs, and no version.
LANGUAGE = {"file_extension": ".py", "name": "python", "nbconvert_exporter": "python"}
KEPT_METADATA = {"slideshow", "tags", "exercise", "nbgrader"}


def client_for(notebook, folder, **options):
    """A client that runs `notebook` in `folder`, and ignores messages of widgets.

    nbclient emulates a front end for output widgets, and sends to the kernel while it waits for
    the kernel's reply; sometimes it then waits until the timeout (its issue 312). The notebooks
    of the course do not need these messages.
    """
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        store_widget_state=False,
        **options,
    )
    client.comm_open_handlers = {"jupyter.widget": lambda message: None}
    return client


def execute(notebook, folder):
    """Run all cells in `folder`; return the seconds taken."""
    os.environ["COURSE_PROGRESS"] = "off"
    os.environ["TQDM_DISABLE"] = "1"
    os.environ.pop("COURSE_GRADING", None)
    start = time.perf_counter()
    client_for(notebook, folder, coalesce_streams=True, record_timing=False).execute()
    return time.perf_counter() - start


def clean(notebook):
    """Remove metadata and outputs that depend on the run or on the front end."""
    notebook.metadata = {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
        "language_info": dict(LANGUAGE),
    }
    for cell in notebook.cells:
        cell.metadata = {k: v for k, v in cell.metadata.items() if k in KEPT_METADATA}
        if cell.cell_type == "code" and "nbval-ignore-output" in cell.metadata.get("tags", []):
            cell.outputs = []  # a slider: the next cell shows its figure


def main(paths):
    for path in paths or NOTEBOOKS:
        path = Path(path)
        notebook = nbformat.read(path, as_version=4)
        seconds = execute(notebook, path.parent)
        for cell in notebook.cells:
            for output in cell.get("outputs", []):
                if output.get("name") == "stderr":
                    sys.exit(f"{path.name}, cell {cell.id}, writes to stderr:\n{output.text}")
        clean(notebook)
        nbformat.validate(notebook)
        nbformat.write(notebook, path)
        print(f"{path.name:<40} {seconds:5.1f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
