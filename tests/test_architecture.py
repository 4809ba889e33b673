"""The arrows between modules, and what every module owes its reader."""

import ast
import importlib
import inspect
import sys

import pytest
from notebook_files import ROOT

from course_lib.grading import walls

LIBRARY = ROOT / "course_lib"
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in LIBRARY.rglob("*.py")
    if path.name != "__init__.py"
)

# a: b, c says that a may import b and c. What is not named here may import `shapes` alone.
# `losses` uses the sigmoid and the softmax of `activations`, and `optimizers` the penalty of
# `network`: a formula has one home.
ARROWS = {
    "activations": {"shapes"},
    "augmentation": {"shapes", "windows"},
    "bars": set(),
    "conv": {"shapes", "initializers", "layers", "windows"},
    "datasets": {"shapes"},
    "epochs": {"shapes"},
    "estimator": {"shapes", "activations", "losses", "mlp", "optimizers", "epochs", "settings"},
    "experiments": {"bars"},
    "gradcheck": {"shapes", "network", "losses", "nudging", "gradient_report"},
    "gradient_report": set(),
    "history": set(),
    "initializers": {"shapes"},
    "layers": {"shapes", "initializers"},
    "losses": {"shapes", "activations"},
    "mlp": {"shapes", "initializers", "layers", "network"},
    "network": {"shapes", "layers", "storage", "summary"},
    "nudging": {"shapes"},
    "optimizers": {"shapes", "network"},
    "settings": {"shapes", "activations", "initializers"},
    "shapes": set(),
    "storage": {"shapes"},
    "summary": {"shapes"},
    "windows": {"shapes"},
    "training": {"shapes", "bars", "losses", "network", "epochs", "history"},
}
# Inside the exercises, from the ground up; each may import those before it, and the library.
EXERCISES = [
    "blanks",
    "answers",
    "judging",
    "truth_tables",
    "cards",
    "record",
    "exercise",
    "gradients",
    "ch",
    "overview",
]
# The same for grading, which stands on the exercises. What runs in the box, all before `walls`, may
# import of the exercises no more than the box holds.
GRADING = [
    "job",
    "texts",
    "fence",
    "slicing",
    "wire",
    "runner",
    "walls",
    "box",
    "submission",
    "marking",
    "batch",
    "insight",
    "tables",
    "pages",
    "gradebook",
    "__main__",
]
OUTSIDE = {
    "plotting": {"numpy", "matplotlib", "IPython"},
    "exercises": {"numpy", "filelock", "platformdirs"},
    "bars": {"tqdm"},
    "estimator": {"numpy", "sklearn"},
    "experiments": {"joblib", "threadpoolctl"},
    "datasets": {"numpy", "sklearn"},
    "grading": {"numpy", "joblib", "distributed", "jinja2", "markupsafe", "matplotlib", "nbgrader"},
    "": {"numpy"},
}


def imports(module):
    """The full names that a module imports, at any depth of its code."""
    path = ROOT.joinpath(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else node.module for name in names)


def within(module):
    return {name for name in imports(module) if name.startswith("course_lib")}


def rank(module):
    name = module.rpartition(".")[2]
    return EXERCISES.index("ch" if name.startswith("ch") and name[2:].isdigit() else name)


@pytest.mark.parametrize("module", [m for m in MODULES if m.count(".") == 1])
def test_core_modules_follow_the_arrows(module):
    name = module.partition(".")[2]
    assert name in ARROWS, f"draw the arrows of {name} in this test"
    assert within(module) <= {f"course_lib.{below}" for below in ARROWS[name]}


@pytest.mark.parametrize("module", [m for m in MODULES if ".plotting." in m])
def test_plots_know_arrays_and_callables_only(module):
    assert all(name.startswith("course_lib.plotting") for name in within(module))


@pytest.mark.parametrize("module", [m for m in MODULES if ".exercises." in m])
def test_exercises_stand_in_their_order(module):
    for name in within(module):
        if name.startswith("course_lib.exercises."):
            assert rank(name) < rank(module), f"{module} imports {name}"
        elif name == "course_lib.exercises":
            pytest.fail(f"{module} imports the package, which imports everything")
        else:
            assert not name.startswith(("course_lib.plotting", "course_lib.grading"))


@pytest.mark.parametrize("module", [m for m in MODULES if ".grading." in m])
def test_grading_stands_in_its_order(module):
    place = GRADING.index(module.rpartition(".")[2])
    in_the_box = {f"exercises.{path.removesuffix('.py')}" for path in walls.INSIDE["exercises"]}
    for name in (name.removeprefix("course_lib.") for name in within(module)):
        package, _, rest = name.partition(".")
        if package == "grading":
            assert GRADING.index(rest) < place, f"{module} imports {name}"
        elif place < GRADING.index("walls"):
            assert name in in_the_box, f"{module} imports {name}, which is not in the box"


def test_the_box_holds_what_its_modules_import():
    for package, names in walls.INSIDE.items():
        for name in names:
            for imported in within(f"course_lib.{package}.{name.removesuffix('.py')}"):
                folder, _, module = imported.removeprefix("course_lib.").partition(".")
                assert folder not in walls.INSIDE or f"{module}.py" in walls.INSIDE[folder]


@pytest.mark.parametrize("module", MODULES)
def test_few_libraries_from_outside(module):
    part = module.split(".")[1]
    outside = {name.partition(".")[0] for name in imports(module)} - {"course_lib"}
    assert outside - set(sys.stdlib_module_names) <= OUTSIDE.get(part, OUTSIDE[""])


def test_no_circles():
    arrows = {module: within(module) & set(MODULES) for module in MODULES}
    while arrows:
        ground = {module for module, below in arrows.items() if not below & arrows.keys()}
        assert ground, f"a circle among {sorted(arrows)}"
        arrows = {module: below for module, below in arrows.items() if module not in ground}


@pytest.mark.parametrize("module", MODULES)
def test_modules_say_what_they_are_and_what_they_offer(module):
    loaded = importlib.import_module(module)
    assert loaded.__doc__
    chapter = rank(module) == EXERCISES.index("ch") if ".exercises." in module else False
    if chapter:
        return
    lines = len(inspect.getsource(loaded).splitlines())
    assert lines <= 260, f"{lines} lines: more than one concept?"
    public = {
        name
        for name, value in vars(loaded).items()
        if not name.startswith("_")
        and getattr(value, "__module__", None) == module
        and (inspect.isclass(value) or inspect.isfunction(value))
    }
    assert public <= set(loaded.__all__)
    for name in public:
        assert inspect.getdoc(getattr(loaded, name)), f"{module}.{name} has no docstring"


def test_nothing_of_the_core_needs_the_exercises_or_plots():
    for module in MODULES:
        if module.count(".") == 1:
            above = (".exercises", ".plotting", ".grading")
            assert not {n for n in within(module) if any(part in n for part in above)}
