"""Check whether this machine is ready for a class, and print a table: make check-room.

Each check is a function that returns a short result, or raises. The exit code is 0 if all checks
pass, else 1.
"""

import os
import re
import shutil
import socket
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from course_lib import ROOT

NAME = "neural-networks-from-scratch"
CHECKS = []


class NotReady(Exception):
    """What a check expects is not there."""


def check(title, purpose, remedy):
    """Add the decorated function to the checks: its name, what it looks at, what to do if not."""

    def add(function):
        function.title, function.purpose, function.remedy = title, purpose, remedy
        CHECKS.append(function)
        return function

    return add


def need(condition, otherwise):
    """Raise `NotReady` with the words `otherwise` unless the condition holds."""
    if not condition:
        raise NotReady(otherwise)


@check(
    "Python",
    "the version that runs the course",
    "Install Python 3.11 or newer, remove the folder .venv, and run this again.",
)
def python():
    need(sys.version_info >= (3, 11), f"{sys.version.split()[0]} is too old")
    return sys.version.split()[0]


@check(
    "Packages",
    "all that the course needs, in versions that it supports",
    "Remove the folder .venv and run `make check-room` again, with internet.",
)
def packages():
    from packaging.requirements import Requirement

    missing, found = [], []
    for requirement in map(Requirement, requires(NAME)):
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            installed = None
        if installed is None or not requirement.specifier.contains(installed, prereleases=True):
            missing.append(f"{requirement.name} {installed or 'missing'}")
        found.append(requirement.name)
    need(not missing, ", ".join(missing))
    return f"{len(found)} packages, NumPy {version('numpy')}, JupyterLab {version('jupyterlab')}"


@check(
    "Kernel",
    "a cell is run as in a notebook",
    "Try `make course`; if no kernel starts there either, "
    "a virus scanner or firewall may forbid connections to 127.0.0.1: ask for an exception.",
)
def kernel():
    outputs = _run("from course_lib.activations import sigmoid; print(sigmoid(0))")
    text = "".join(output.get("text", "") for output in outputs)
    need("0.5" in text, f"the output of a cell was {text!r}")
    return "answers"


@check(
    "Figure",
    "one is drawn in the course's style",
    "Reinstall matplotlib: remove the folder .venv and run this again.",
)
def figure():
    outputs = _run(
        "import matplotlib.pyplot as plt\n"
        "from course_lib.plotting import plot_functions, show\n"
        "plt.style.use('course_lib.plotting.course')\n"
        "show(plot_functions({'x': abs}), alt='A figure that this check draws.')"
    )
    sizes = [len(o["data"]["image/png"]) for o in outputs if "image/png" in o.get("data", {})]
    need(sizes and sizes[0] > 5000, "no picture was drawn")
    return f"{sizes[0] * 3 // 4 // 1000} kB"


@check(
    "Fonts",
    "the letters of the figures, δ, η and θ among them",
    "The course's font is part of matplotlib: reinstall it (remove .venv, run this again).",
)
def fonts():
    from matplotlib import font_manager
    from matplotlib.ft2font import FT2Font

    font = FT2Font(font_manager.findfont("DejaVu Sans", fallback_to_default=False))
    missing = [letter for letter in "δηθφσλ★" if not font.get_char_index(ord(letter))]
    need(not missing, f"DejaVu Sans has no {' '.join(missing)}")
    return "DejaVu Sans"


@check(
    "Slider",
    "a widget is made, and JupyterLab's extension for it is installed",
    "Remove the folder .venv and run this again; do not install ipywidgets elsewhere.",
)
def widget():
    outputs = _run("from ipywidgets import interact; interact(lambda x: print(x), x=(0, 3));")
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    need("application/vnd.jupyter.widget-view+json" in kinds, "no slider was made")
    extension = Path(sys.prefix) / "share/jupyter/labextensions/@jupyter-widgets"
    need(extension.is_dir(), "JupyterLab's part of ipywidgets is not installed")
    return "moves"


@check(
    "Write access",
    "notebooks and the file of progress can be saved",
    "Copy the course to a folder of your own. (Progress is then kept; notebooks need saving too.)",
)
def writing():
    with tempfile.NamedTemporaryFile(dir=ROOT / "notebooks") as file:
        file.write(b"x")
    return "the folder notebooks"


@check(
    "Disk",
    "room for notebooks and outputs",
    "Free some space, or move the course to another disk.",
)
def space():
    free = shutil.disk_usage(ROOT).free / 1e6
    need(free > 200, f"{free:.0f} MB are free")
    return f"{free / 1000:.0f} GB free"


@check(
    "Port",
    "JupyterLab finds a free one on this machine",
    'Close other Jupyter servers, or say make course LAB_FLAGS="--port=9999".',
)
def port():
    for number in range(8888, 8939):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", number)):
                return str(number)
    raise NotReady("all from 8888 to 8938 are taken")


def _run(source):
    """Run one cell in a new kernel; return its outputs."""
    from execute import client_for
    from nbformat.v4 import new_code_cell, new_notebook

    notebook = new_notebook(cells=[new_code_cell(source)])
    client_for(notebook, ROOT, extra_arguments=["--IPKernelApp.log_level=40"]).execute()
    return notebook.cells[0].outputs


def table(checks):
    """Run the checks; return a table of their results, and True if all passed."""
    lines, all_passed = [], True
    for run in checks:
        try:
            result, passed = run(), True
        except Exception as problem:
            result, passed = re.sub(r"\s+", " ", str(problem))[-120:] or repr(problem), False
            all_passed = False
        state = "ready " if passed else "FAILED"
        lines.append(f"{state}  {run.title:<12}  {result:<48}  {run.purpose}")
        lines += [f"        what to do: {run.remedy}"] * (not passed)
    lines.append("This machine is ready." if all_passed else "Not ready yet: see what to do above.")
    return "\n".join(lines), all_passed


def main():
    os.chdir(ROOT)
    sys.stdout.reconfigure(errors="replace")  # a console that cannot print δ
    text, all_passed = table(CHECKS)
    print(text)
    return 0 if all_passed else 1


if __name__ == "__main__":
    sys.exit(main())
