"""Build the edition that runs in a browser without installation: `make lite`, build/lite.

    python tools/make_lite.py             into build/lite
    python tools/make_lite.py FOLDER      into another folder

JupyterLite shows the notebooks and data of this course; Pyodide runs them in the browser, with
a wheel of course_lib from the same folder. The pages need a web server:

    python -m http.server --directory build/lite --bind 127.0.0.1

The browser downloads Pyodide, NumPy and other packages of its public distribution when a notebook
is opened; everything else is in the folder.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from course_lib import ROOT
from course_lib.exercises.contents import NOTEBOOKS

TARGET = "build/lite"
WHEEL_SOURCES = ("data", "course_lib", "pyproject.toml", "README.md", "LICENSE", "LICENSE-text")
EXTENSIONS = ("@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager")
SETTINGS = {
    "jupyter-lite-schema-version": 0,
    "jupyter-config-data": {"appName": "Neural networks from scratch, in NumPy"},
}
IN_A_BROWSER = """\
# In the browser, the course is installed into each kernel first: half a minute.
%pip install -q neural-networks-from-scratch"""


def make_wheel(folder):
    """Build the wheel of course_lib from a copy of its sources; return its path."""
    with tempfile.TemporaryDirectory() as source:
        for name in WHEEL_SOURCES:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, Path(source) / name)
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"]
        command += ["--no-build-isolation", "--wheel-dir", str(folder), source]
        subprocess.run(command, check=True)
    [wheel] = Path(folder).glob("*.whl")
    return wheel


def write_contents(folder):
    """Write the notebooks, each with a cell that installs the library, and the files they use."""
    (folder / "notebooks").mkdir(parents=True)
    for path in NOTEBOOKS:
        notebook = nbformat.read(path, as_version=4)
        first = nbformat.v4.new_code_cell(IN_A_BROWSER, id="in-a-browser")
        notebook.cells.insert(1, first)
        nbformat.write(notebook, folder / "notebooks" / path.name)
    shutil.copytree(ROOT / "data", folder / "data")
    (folder / "docs").mkdir()
    for name in ("notation.md", "where_next.md"):  # notebooks 00 and 08 link to them
        shutil.copy(ROOT / "docs" / name, folder / "docs")


def make_lite(target):
    """Build the edition in the folder `target`, whose contents are replaced."""
    target = Path(target).resolve()
    shutil.rmtree(target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_contents(folder / "contents")
        (folder / "jupyter-lite.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
        config = {
            "LiteBuildConfig": {
                "ignore_sys_prefix": ["federated_extensions"],
                "federated_extensions": [
                    str(Path(sys.prefix, "share/jupyter/labextensions", extension))
                    for extension in EXTENSIONS
                ],
                "apps": ["lab"],
                "no_sourcemaps": True,
                "no_unused_shared_packages": True,
            },
            "PipliteAddon": {"piplite_urls": [str(make_wheel(folder))]},
        }
        (folder / "jupyter_lite_config.json").write_text(json.dumps(config), encoding="utf-8")
        command = [sys.executable, "-m", "jupyterlite_core", "build", "--contents", "contents"]
        command += ["--output-dir", str(target)]
        built = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, errors="replace", check=False
        )
    if built.returncode:
        sys.exit(f"{built.stdout}{built.stderr}\nJupyterLite failed: see the lines above.")


def main(target=TARGET):
    make_lite(ROOT / target)
    print(f"The edition for the browser is built. To look at it:\n"
          f"  python -m http.server --directory {target} --bind 127.0.0.1")  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
