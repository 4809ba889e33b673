"""The project's files agree with one another, and their links exist."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import build_environment
import pytest
import run_tests
import yaml
from notebook_files import PATHS, read
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from course_lib import ROOT

TEXTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")])


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def requirements(lines):
    """From the name of each required package to its range; an extra may name this project too."""
    parsed = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): r.specifier for r in parsed if r.name != project()["name"]}


def pins():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def test_constraints_are_name_and_version_and_nothing_else():
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        assert line.startswith("#") or re.fullmatch(r"[\w.-]+==[\w.]+", line), line


def test_every_dependency_has_a_range_that_admits_its_pin():
    needed = requirements(project()["dependencies"])
    for extra in project()["optional-dependencies"].values():
        needed |= requirements(extra)
    exact = {canonicalize_name(name): version for name, version in pins().items()}
    for name, specifier in needed.items():
        assert any(part.operator in (">=", "==") for part in specifier), f"{name} has no lower end"
        assert specifier.contains(exact[name]), (name, specifier, exact[name])


def installed_by_make_course():
    """The names of all packages that come with the course's own dependencies."""
    found, todo = set(), [(Requirement(line), "") for line in project()["dependencies"]]
    while todo:
        requirement, extra = todo.pop()
        name = canonicalize_name(requirement.name)
        needed = requirement.marker is None or requirement.marker.evaluate({"extra": extra})
        if not needed or (name, *requirement.extras) in found:
            continue
        found.add((name, *requirement.extras))
        try:
            lines = requires(name) or []
        except PackageNotFoundError:
            continue
        todo += [(Requirement(line), e) for line in lines for e in ("", *requirement.extras)]
    return {name for name, *_ in found}


def sources():
    """The code of the notebooks, of the library, and of what `make check-room` and others run."""
    for path in PATHS:
        for cell in read(path).cells:
            if cell.cell_type == "code":
                yield path, re.sub(r"^[%!].*", "", cell.source, flags=re.M)
    tools = [ROOT / "tools" / f"{name}.py" for name in ("check_room", "execute")]
    for path in [*ROOT.glob("course_lib/**/*.py"), *tools, ROOT / "course_grading" / "handout.py"]:
        yield path, path.read_text("utf-8")


def test_what_make_course_installs_is_enough_for_the_course():
    there = installed_by_make_course()
    distributions = packages_distributions()
    for path, source in sources():
        for node in ast.walk(ast.parse(source)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            for module in {name.partition(".")[0] for name in names} & set(distributions):
                bringers = set(map(canonicalize_name, distributions[module]))
                assert bringers & there or project()["name"] in bringers, (path.name, module)


def test_make_installs_extras_that_exist_and_all_of_them():
    rules = (ROOT / "Makefile").read_text("utf-8")
    extras = set(project()["optional-dependencies"])
    used = set(re.findall(r"\$\(BUILT\)-([\w-]+)", rules))
    assert used <= extras
    assert used | {"rise", "bench"} == extras  # RISE by hand, bench in its own environment
    assert build_environment.included("test-all") == extras - {"rise", "bench"}
    assert build_environment.included("site") == {"site", "lite"}


def test_numpy_is_2_or_newer():
    assert not requirements(project()["dependencies"])["numpy"].contains("1.26.4")


def test_conda_has_the_same_ranges():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    plain = [line for line in environment["dependencies"] if isinstance(line, str)]
    conda = requirements(line for line in plain if line != "pip")
    assert conda.pop("python") == requirements([f"python{project()['requires-python']}"])["python"]
    assert conda == requirements(project()["dependencies"])
    assert environment["dependencies"][-1] == {"pip": ["--editable ."]}


def test_the_workflow_calls_what_exists():
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))["jobs"]
    runs = [step["run"] for job in jobs.values() for step in job["steps"] if "run" in step]
    assert ".ci/run" in runs and "python tools/run_tests.py all" in runs
    matrix = jobs["lax"]["strategy"]["matrix"]
    assert "3.11" in matrix["python"] and len(matrix["os"]) == 3
    assert os.access(ROOT / ".ci/run", os.X_OK) or os.name == "nt"
    assert "make test test-all" in (ROOT / ".ci/run").read_text("utf-8")


def test_make_test_and_the_rest_are_every_part_once():
    at_work, rest = (list(run_tests.chosen(words)) for words in ([], ["rest"]))
    assert [*at_work, *rest] == list(run_tests.parts()) == list(run_tests.chosen(["all"]))
    assert list(run_tests.chosen(["site", "lint"])) == ["lint", "site"]
    with pytest.raises(SystemExit, match="There is no part nothing"):
        run_tests.chosen(["nothing"])
    paths = {word for commands in run_tests.parts().values() for c in commands for word in c}
    for path in run_tests.APART:
        assert (ROOT / path).exists() and (path in paths or path == "tests/robust")


@pytest.mark.parametrize("path", TEXTS, ids=lambda p: p.name)
def test_links_in_texts_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8")):
        if not target.startswith(("https://", "#")):
            assert (path.parent / target.partition("#")[0]).exists(), target


def test_pictures_in_texts_have_alt_text():
    for path in TEXTS:
        assert not re.search(r"!\[\s*\]", path.read_text("utf-8")), path.name


def test_the_readme_links_each_notebook_that_exists_and_plans_the_others():
    rows = re.findall(
        r"^\| (\d\d) \| (.+?) \|.*\| (.+) \|$", (ROOT / "README.md").read_text(), re.M
    )
    assert [number for number, *_ in rows] == [f"{n:02}" for n in range(9)]
    existing = {path.name[:2]: path.name for path in PATHS}
    for number, title, state in rows:
        if number in existing:
            assert f"(notebooks/{existing[number]})" in title and "min" in state
        else:
            assert "](" not in title and state == "planned"


def test_the_minutes_agree_between_readme_and_notebooks():
    readme = (ROOT / "README.md").read_text("utf-8")
    for path in PATHS:
        minutes = re.search(r"\*\*Time\*\* about (\d+) minutes", path.read_text("utf-8"))[1]
        assert re.search(rf"\| {path.name[:2]} .*\| {minutes} min \|", readme), path.name


def _copy(folder):
    """Copy the files that the two commands need into a folder with a space in its name."""
    place = folder / "a course"
    (place / "tools").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "README.md"):
        shutil.copy(ROOT / name, place)
    for tool in filter(Path.is_file, (ROOT / "tools").iterdir()):
        shutil.copy(tool, place / "tools")
    return place


def _make(place, *arguments, **environment):
    return subprocess.run(
        ["make", *arguments],
        cwd=place,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@needs_make
@pytest.mark.skipif(os.name == "nt", reason="the stand-in for an old Python is a shell script")
def test_a_python_that_is_too_old_gets_a_sentence(tmp_path):
    old = tmp_path / "python of 2015"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    made = _make(_copy(tmp_path), "course", f"PYTHON={old}")
    assert made.returncode != 0
    assert "needs Python 3.11 or newer" in made.stderr and "python of 2015" in made.stderr


@needs_make
def test_a_missing_network_gets_a_sentence(tmp_path):
    nowhere = "http://127.0.0.1:9/simple"
    place = _copy(tmp_path)
    made = _make(
        place,
        "test",
        f"PYTHON={sys.executable}",
        PIP_CONFIG_FILE=os.devnull,
        PIP_INDEX_URL=nowhere,
        PIP_EXTRA_INDEX_URL=nowhere,
        PIP_FIND_LINKS="",
        PIP_RETRIES="0",
        PIP_NO_CACHE_DIR="1",
    )
    assert made.returncode != 0
    assert "Is this machine connected to the internet?" in made.stderr
    assert not (place / ".venv" / "built").exists()


@pytest.fixture
def commands(monkeypatch, tmp_path):
    """The commands that building would run, none of which is; a stand-in uv is on the PATH."""
    ran, said = [], {"config": "", "uv": 0, "pip": 0}
    for name in ("uv", "uv.exe"):
        (tmp_path / name).touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    def run(command, settings=None):
        words = [str(part) for part in command]
        ran.append((words, settings))
        tool = "uv" if words[0].startswith(str(tmp_path / "uv")) else "pip"
        code = said[tool] if "install" in words else 0
        return subprocess.CompletedProcess(words, code, stdout=said["config"])

    monkeypatch.setattr(build_environment, "run", run)
    return ran, said


def installs(ran):
    return [(words, settings) for words, settings in ran if "install" in words]


def test_uv_installs_where_it_is_and_pip_where_it_fails(commands, tmp_path, capsys):
    ran, said = commands
    assert build_environment.install(tmp_path, "slides") == "uv"
    ((words, _),) = installs(ran)
    assert words[-2:] == ["--editable", ".[slides]"] and "constraints.txt" in words
    ran.clear()
    said["uv"] = 1
    assert build_environment.install(tmp_path, "") == "pip"
    (_, _), (words, _) = installs(ran)
    assert words[1:3] == ["-m", "pip"] and words[-2:] == ["--editable", "."]
    assert "trying pip" in capsys.readouterr().out
    said |= {"pip": 1, "config": "ERROR: No matching distribution (from versions: none)"}
    with pytest.raises(SystemExit, match="connected to the internet"):
        build_environment.install(tmp_path, "")


def test_uv_is_told_the_index_of_pip(commands, tmp_path):
    ran, said = commands
    said["config"] = "global.index-url='https://one.example'\n:env:.index-url='https://two.example'"
    build_environment.install(tmp_path, "")
    assert installs(ran)[0][1]["UV_DEFAULT_INDEX"] == "https://two.example"
    ran.clear()
    said["config"] = "global.no-index='true'\nglobal.find-links='wheels'"
    assert build_environment.install(tmp_path, "") == "pip"  # which alone knows the wheels
    assert len(installs(ran)) == 1


def test_pytorch_comes_from_where_pip_says(commands, tmp_path):
    assert build_environment.install(tmp_path, "bench") == "pip"
    assert installs(commands[0])[0][0][-1] == ".[bench]"


@needs_make
def test_make_alone_explains_every_target():
    listed = _make(ROOT, "help").stdout
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.M)[1]
    for target in set(phony.split()) - {"help"}:
        assert f"make {target} " in listed


def test_no_stray_file_no_path_of_a_machine_and_no_host_of_a_registry():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    spoken = re.compile(
        r"(?<![\w.:/])/(?:home|root|work|Users)/\w|pypi\.org|files\.python" + "hosted"
    )
    for name in listed.stdout.splitlines():
        assert not re.search(r"~|progress\.json|\.lock$|\.ipynb_checkpoints", name), (
            f"stray: {name}"
        )
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".yml", ".txt", ".cfg"} and path.exists():
            assert not spoken.search(path.read_text("utf-8")), name
