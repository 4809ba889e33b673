"""Build an environment for the course: called by make, with any Python from 3.11 on.

    python tools/build_environment.py            .venv, with the versions of constraints.txt
    python tools/build_environment.py lowest     .venv-lowest, the oldest that the ranges admit
    python tools/build_environment.py newest     .venv-newest, the newest that the ranges admit
    python tools/build_environment.py bench      .venv-bench, as pinned, with PyTorch

Does nothing twice: what is installed already stays. Whatever goes wrong ends in a sentence
that says what to do. Uses nothing but the standard library.
"""

import json
import os
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
CONSTRAINED_UP_TO = (3, 14)
OFFLINE = (
    "from versions: none",
    "NewConnectionError",
    "NameResolutionError",
    "Failed to establish a new connection",
    "Temporary failure in name resolution",
    "Network is unreachable",
    "ConnectTimeout",
    "Connection refused",
    "ProxyError",
)

# nbgrader is there for its commands; its menus would be in a student's way. The other one is
# part of the edition that `make lite` builds, and no part of this JupyterLab.
NOT_IN_LAB = {"@jupyter/nbgrader": True, "@jupyterlite/pyodide-kernel-extension": True}
NBGRADER_SERVER = [
    f"nbgrader.server_extensions.{name}"
    for name in ("assignment_list", "course_list", "formgrader", "validate_assignment")
]


def python_of(venv):
    """Where a virtual environment keeps its Python, on any system."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def make_venv(venv):
    """Create `venv`, or make it anew if its Python is missing, too old, or does not run."""
    python = python_of(venv)
    probe = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
    if python.exists() and run([python, "-c", probe]).returncode == 0:
        return
    made = run([sys.executable, "-m", "venv", "--clear", str(venv)])
    if made.returncode:
        stop(
            made,
            "Python could not make a virtual environment here. On Debian and Ubuntu its venv "
            "module is a package of its own: sudo apt install python3-venv. Then try again.",
        )


def lowest_versions():
    """The lower end of every range in pyproject.toml, as lines of a constraints file."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]
    ranges = list(project["dependencies"])
    for extra in ("test", "classroom", "site", "lite"):
        ranges += optional[extra]
    return [re.sub(r"^([\w.-]+)>=([\w.]+).*", r"\1==\2", line) for line in ranges]


def install(venv, kind):
    """Install the course, its tools and its tests into `venv`."""
    command = [python_of(venv), "-m", "pip", "install", "--quiet", "--retries", "2"]
    if kind == "lowest":
        constraints = venv / "lowest.txt"
        constraints.write_text("\n".join(lowest_versions()), encoding="utf-8")
        command += ["--constraint", constraints]
    elif kind == "newest":
        command += ["--upgrade", "--upgrade-strategy", "eager"]
    elif sys.version_info[:2] <= CONSTRAINED_UP_TO:
        command += ["--constraint", "constraints.txt"]
    else:
        print("  This Python is newer than constraints.txt: taking the newest packages instead.")
    installed = run([*command, "--editable", f".{extras(kind)}"])
    if installed.returncode == 0:
        return
    if any(sign in installed.stdout for sign in OFFLINE):
        stop(
            installed,
            "The packages could not be downloaded. Is this machine connected to the internet? "
            "Once the environment is built, the course runs offline.",
        )
    stop(installed, "The packages could not be installed; the lines above say why.")


def extras(kind):
    """What is installed besides the course; nothing in a student edition, which has no tests."""
    if not (HERE / "tests").is_dir():
        return ""
    return "[bench]" if kind == "bench" else "[test,classroom,site,lite]"


def settle_jupyterlab(venv):
    """Let JupyterLab start without news from its makers, and without an instructor's menus."""
    settings = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}
    write(venv / "share/jupyter/lab/settings/overrides.json", settings)
    write(venv / "etc/jupyter/labconfig/page_config.json", {"disabledExtensions": NOT_IN_LAB})
    write(
        venv / "etc/jupyter/jupyter_server_config.json",
        {"ServerApp": {"jpserver_extensions": dict.fromkeys(NBGRADER_SERVER, False)}},
    )


def write(path, settings):
    """Write settings as JSON, with the folders that they stand in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(settings, indent=2), encoding="utf-8")


def run(command):
    """Run a command in the project's folder, its output kept for the case that it fails."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=HERE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )


def stop(failed, sentence):
    """Show the end of what a failed command said, then the sentence, and leave."""
    print("\n".join(failed.stdout.splitlines()[-12:]))
    sys.exit(f"\n{sentence}")


def main(kind="pinned"):
    venv = HERE / (".venv" if kind == "pinned" else f".venv-{kind}")
    start = time.perf_counter()
    version = ".".join(map(str, sys.version_info[:3]))
    print(f"Building the environment in {venv.name} with Python {version}: 1 to 3 minutes, once.")
    make_venv(venv)
    install(venv, kind)
    settle_jupyterlab(venv)
    (venv / "built").write_text(f"Python {version}\n", encoding="utf-8")
    print(f"  Built in {time.perf_counter() - start:.0f} s.")


if __name__ == "__main__":
    main(*sys.argv[1:])
