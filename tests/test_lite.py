"""The edition that runs in a browser: its files, and the versions of its Pyodide."""

import json
import subprocess
import sys
import tomllib
import zipfile

import make_lite
import pytest
from hygiene import links
from notebook_files import PATHS, read
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from course_lib import ROOT

pytest.importorskip("myst_nb")
pytest.importorskip("jupyterlite_core")
from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION

pytestmark = pytest.mark.slow

THERE = json.loads((ROOT / "tests" / "pyodide.json").read_text("utf-8"))
FETCHED = {"filelock", "ipywidgets"}  # pure Python, fetched by the browser from PyPI


@pytest.fixture
def lite(site):
    """The edition as it lies in the web site; `make lite` builds it alone, in the same way."""
    return site / "lite"


def test_built_alone_it_goes_where_it_is_told(monkeypatch, capsys):
    targets = []
    monkeypatch.setattr(make_lite, "make_lite", targets.append)
    make_lite.main()
    make_lite.main("elsewhere")
    assert targets == [ROOT / "build" / "lite", ROOT / "elsewhere"]
    assert "http.server --directory elsewhere" in capsys.readouterr().out


def contents(lite, folder):
    listed = json.loads((lite / "api" / "contents" / folder / "all.json").read_text("utf-8"))
    return {entry["name"] for entry in listed["content"]}


def test_notebooks_install_the_library_and_are_else_the_same(lite):
    assert contents(lite, "notebooks") == {path.name for path in PATHS}
    for path in PATHS:
        place = lite / "files" / "notebooks" / path.name
        title, first, *rest = read(place).cells
        assert "%pip install -q neural-networks-from-scratch" in first.source
        assert [title, *rest] == read(path).cells
        assert links(place, read(place)) == []


def test_the_data_lie_beside_the_notebooks(lite):
    tables = {path.name for path in (ROOT / "data").iterdir()}
    assert contents(lite, "data") == tables
    for name in tables:
        assert (lite / "files" / "data" / name).read_bytes() == (ROOT / "data" / name).read_bytes()


def test_the_wheel_is_found_and_whole(lite):
    [wheel] = (lite / "pypi").glob("*.whl")
    index = json.loads((lite / "pypi" / "all.json").read_text("utf-8"))
    [release] = [*index["neural-networks-from-scratch"]["releases"].values()]
    assert release[0]["filename"] == wheel.name
    packed = set(zipfile.ZipFile(wheel).namelist())
    for path in (ROOT / "course_lib").rglob("*"):
        if path.suffix in (".py", ".mplstyle", ".html", ".css"):
            assert path.relative_to(ROOT).as_posix() in packed
    for path in (ROOT / "data").iterdir():
        place = f"data/share/neural-networks-from-scratch/data/{path.name}"
        assert any(name.endswith(f".data/{place}") for name in packed)
    settings = (lite / "jupyter-lite.json").read_text("utf-8")
    assert "./pypi/all.json" in settings


def test_the_library_finds_its_tables_from_a_wheel(lite, tmp_path):
    """As in a browser: no checkout, data/ and notebooks/ in the same folder."""
    [wheel] = (lite / "pypi").glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    code = "from course_lib.datasets import table; import course_lib; print(course_lib.__file__);"
    code += "print(len(table('diamond')[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=lite / "files" / "notebooks",
        env={"PYTHONPATH": str(tmp_path / "installed"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    place, count = done.stdout.split("\n")[:2]
    assert place.startswith(str(tmp_path)) and count == "500"


def test_nothing_of_this_machine_is_in_it(lite):
    for path in lite.rglob("*.json"):
        text = path.read_text("utf-8")
        assert str(ROOT) not in text and str(lite) not in text, path


def test_our_ranges_admit_what_its_pyodide_has():
    assert THERE["pyodide"] == PYODIDE_VERSION, "take the versions from the new pyodide-lock.json"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    here = {"sys_platform": "emscripten", "python_version": THERE["python"].rpartition(".")[0]}
    needed = [Requirement(line) for line in project["dependencies"]]
    needed = [r for r in needed if r.marker is None or r.marker.evaluate(here)]
    names = {canonicalize_name(r.name) for r in needed}
    assert names == FETCHED | set(THERE["packages"])
    for r in needed:
        if r.name in THERE["packages"]:
            assert r.specifier.contains(THERE["packages"][r.name]), r
    assert Requirement(f"x{project['requires-python']}").specifier.contains(THERE["python"])
