"""Docstrings, public names and external imports of each module. For import-linter pyproject.toml
says which modules may import which."""

import importlib
import inspect
import sys

import grimp
import pytest

GRAPH = grimp.build_graph(
    "course_lib", "course_grading", include_external_packages=True, cache_dir=None
)
MODULES = sorted(
    module
    for module in GRAPH.modules
    if module.startswith(("course_lib", "course_grading")) and not GRAPH.find_children(module)
)
CHAPTERS = [module for module in MODULES if module.startswith("course_lib.exercises.ch")]

# External imports except NumPy: by module, or by its package.
OUTSIDE = {
    "course_lib.plotting": {"matplotlib", "IPython"},
    "course_lib.exercises": {"filelock", "platformdirs"},
    "course_lib.estimator": {"sklearn"},
    "course_lib.experiments": {"tqdm", "joblib", "threadpoolctl"},
    "course_lib.datasets": {"sklearn"},
    "course_grading": {
        "IPython", "joblib", "distributed", "jinja2", "markupsafe", "matplotlib", "nbformat",
        "nbgrader", "traitlets",
    },
}  # fmt: skip


@pytest.mark.parametrize("module", MODULES)
def test_few_libraries_from_outside(module):
    outside = {
        name
        for name in GRAPH.find_modules_directly_imported_by(module)
        if not name.startswith(("course_lib", "course_grading"))
    }
    allowed = [names for home, names in OUTSIDE.items() if f"{module}.".startswith(f"{home}.")]
    assert outside - set(sys.stdlib_module_names) <= {"numpy"}.union(*allowed)


@pytest.mark.parametrize("module", sorted(set(MODULES) - set(CHAPTERS)))
def test_modules_say_what_they_are_and_what_they_offer(module):
    loaded = importlib.import_module(module)
    assert loaded.__doc__
    public = {
        name
        for name, value in vars(loaded).items()
        if not name.startswith("_")
        and getattr(value, "__module__", None) == module
        and (inspect.isclass(value) or inspect.isfunction(value))
    }
    assert public <= set(getattr(loaded, "__all__", ()))
    for name in public:
        assert inspect.getdoc(getattr(loaded, name)), f"{module}.{name} has no docstring"
