"""Build an environment for the course: called by make, with any Python from 3.11 on.

    python tools/build_environment.py            .venv: the course, as pinned in constraints.txt
    python tools/build_environment.py slides     .venv: an extra of pyproject.toml as well
    python tools/build_environment.py lowest     .venv-lowest: all, the oldest that ranges admit
    python tools/build_environment.py newest     .venv-newest: all, the newest that ranges admit
    python tools/build_environment.py bench      .venv-bench: the course and PyTorch, as pinned

uv installs if it is on the PATH or pip can get it, since it is several times as fast. If it fails
for any reason pip installs, and pip's error counts.

Does nothing twice: what is installed already stays. Whatever goes wrong ends in a sentence
that says what to do. Uses nothing but the standard library.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
# Environments of their own, and the extra that each has. All others go into .venv.
APART = {"lowest": "test-all", "newest": "test-all", "bench": "bench"}
CONSTRAINED_UP_TO = (3, 14)
UV = "uv>=0.9,<1"
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
NOT_DOWNLOADED = (
    "The packages could not be downloaded. Is this machine connected to the internet? "
    "Once they are installed, no network is needed."
)
NOT_INSTALLED = "The packages could not be installed; the lines above say why."

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


def included(extra):
    """The names of an extra and of those that it brings by naming this project."""
    names = {extra}
    for line in EXTRAS[extra]:
        if line.startswith(f"{PROJECT['name']}["):
            for name in re.findall(r"[\w-]+", line.partition("[")[2]):
                names |= included(name)
    return names


def lowest_versions():
    """The lower end of every range in pyproject.toml, as lines of a constraints file."""
    ranges = list(PROJECT["dependencies"])
    for lines in EXTRAS.values():
        ranges += [line for line in lines if not line.startswith(PROJECT["name"])]
    return [re.sub(r"^([\w.-]+)>=([\w.]+).*", r"\1==\2", line) for line in ranges]


def version_options(venv, what):
    """Options of pip and of uv that choose the versions."""
    if what == "newest":
        return ["--upgrade"]
    if what == "lowest":
        constraints = venv / "lowest.txt"
        constraints.write_text("\n".join(lowest_versions()), encoding="utf-8")
        return ["--constraint", constraints]
    if sys.version_info[:2] <= CONSTRAINED_UP_TO:
        return ["--constraint", "constraints.txt"]
    print("  This Python is newer than constraints.txt: taking the newest packages instead.")
    return []


def install(venv, what):
    """Install the course and an extra into `venv`; return the name of the installer."""
    python = python_of(venv)
    extra = APART.get(what, what)
    wanted = [*version_options(venv, what), "--editable", f".[{extra}]" if extra else "."]
    # A machine's own build of PyTorch is known to pip's settings only.
    if what != "bench" and install_with_uv(python, wanted):
        return "uv"
    # uv's --upgrade is pip's eager one.
    pip = [python, "-m", "pip", "install", "--quiet", "--retries", "2"]
    installed = run([*pip, "--upgrade-strategy", "eager", *wanted])
    if installed.returncode:
        stop(installed, NOT_DOWNLOADED if is_offline(installed) else NOT_INSTALLED)
    return "pip"


def is_offline(failed):
    """Whether pip failed because the index cannot be reached."""
    return any(sign in failed.stdout for sign in OFFLINE)


def install_with_uv(python, wanted):
    """Let uv install, if there is one; return whether it did.

    uv does not read pip's settings. It is told pip's index here; what it needs beyond that (another
    index, a password) makes it fail, and then pip installs.
    """
    settings = pip_settings(python)
    if settings.get("no-index"):
        return False
    path = os.pathsep.join([str(python.parent), os.environ.get("PATH", "")])
    if not shutil.which("uv", path=path):
        pip = [python, "-m", "pip", "install", "--quiet", "--retries", "0", "--only-binary=uv"]
        run([*pip, "--constraint", "constraints.txt", UV])
    uv = shutil.which("uv", path=path)
    if not uv:
        return False
    environment = {"UV_HTTP_RETRIES": "1"}
    if settings.get("index-url"):
        environment["UV_DEFAULT_INDEX"] = settings["index-url"]
    # Compiled at once, as pip does: the sandbox of grading cannot write what it compiles.
    install = [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python]
    installed = run([*install, *wanted], environment)
    if installed.returncode:
        print("  uv could not install the packages: trying pip.")
    return installed.returncode == 0


def pip_settings(python):
    """The options of `pip install` from pip's files and from the environment, a dictionary."""
    listed = run([python, "-m", "pip", "config", "list"]).stdout
    found = {}
    for section in ("global", "install", ":env:"):  # a later one counts more
        found |= re.findall(rf"^{section}\.([\w-]+)='(.*)'$", listed, re.M)
    return found


def settle_jupyterlab(venv):
    """Let JupyterLab start without news from its makers, and without an instructor's menus."""
    settings = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}
    write(venv / "share/jupyter/lab/settings/overrides.json", settings)
    write(venv / "etc/jupyter/labconfig/page_config.json", {"disabledExtensions": NOT_IN_LAB})
    if (venv / "share/jupyter/labextensions/@jupyter/nbgrader").is_dir():
        write(
            venv / "etc/jupyter/jupyter_server_config.json",
            {"ServerApp": {"jpserver_extensions": dict.fromkeys(NBGRADER_SERVER, False)}},
        )


def write(path, settings):
    """Write settings as JSON, with the folders that they stand in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(settings, indent=2), encoding="utf-8")


def run(command, settings=None):
    """Run a command in the project's folder, its output kept for the case that it fails.

    `settings` are environment variables; those that the user has set win.
    """
    return subprocess.run(
        [str(part) for part in command],
        cwd=HERE,
        env={**(settings or {}), **os.environ},
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


def main(what=""):
    apart = what in APART
    venv = HERE / (f".venv-{what}" if apart else ".venv")
    start = time.perf_counter()
    version = ".".join(map(str, sys.version_info[:3]))
    if what and not apart:
        stamps = [f"built-{extra}" for extra in included(what)]
        print(f"Adding the packages of the extra {what} (pyproject.toml) to {venv.name}, once.")
    else:
        stamps = ["built"]
        print(f"Building the environment in {venv.name} with Python {version}, once.")
    make_venv(venv)
    installer = install(venv, what)
    settle_jupyterlab(venv)
    for stamp in stamps:
        (venv / stamp).write_text(f"Python {version}\n", encoding="utf-8")
    print(f"  Done in {time.perf_counter() - start:.0f} s, with {installer}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
