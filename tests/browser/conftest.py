"""Fixtures: JupyterLab, started as by `make course`, and a browser."""

import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from importlib.util import find_spec
from pathlib import Path

import pytest

from course_lib import ROOT

ENVIRONMENT = os.path.relpath(sys.prefix, ROOT) if os.name != "nt" else "none"
TOKEN = "the-course"
WORKSPACES = itertools.count()
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# No background traffic: the browser must connect only to the course.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium():
    """The path of Chromium, from COURSE_CHROMIUM or this machine, or None."""
    named = os.environ.get("COURSE_CHROMIUM")
    return named or next(filter(None, map(shutil.which, BROWSERS)), None)


def pytest_collection_modifyitems(items):
    here = [item for item in items if Path(item.fspath).parent == Path(__file__).parent]
    for item in here:
        item.add_marker(pytest.mark.slow)
    missing = []
    if find_spec("playwright") is None:
        missing.append("Playwright (the extra test-all)")
    if not (ROOT / ENVIRONMENT / "built").exists():
        missing.append("the environment that make builds")
    if chromium() is None:
        missing.append("Chromium (install it, or name one in COURSE_CHROMIUM)")
    if missing:
        skip = pytest.mark.skip(reason=f"the browser tests need {' and '.join(missing)}")
        for item in here:
            item.add_marker(skip)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """The address of a JupyterLab on a copy of the notebooks, with a separate progress file."""
    home = tmp_path_factory.mktemp("a student")
    shutil.copytree(ROOT / "notebooks", home / "notebooks")
    port = _free_port()
    flags = f"--no-browser --port={port} --IdentityProvider.token={TOKEN} --expose-app-in-browser"
    environment = {
        **os.environ,
        "COURSE_PROGRESS": str(home / "progress.json"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
    }
    environment.pop("COURSE_GRADING", None)
    with (home / "log.txt").open("w") as log:
        server = subprocess.Popen(
            ["make", "course", f"VENV={ENVIRONMENT}", f"LAB_ROOT={home}", f"LAB_FLAGS={flags}"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/api?token={TOKEN}", server, home / "log.txt")
        yield f"http://127.0.0.1:{port}"
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)


def _wait_for(address, server, log):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def notebook(lab, browser):
    """A function that opens a notebook by its name in a fresh page."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = []

    def open_it(name):
        opened.append(Notebook(context.new_page(), lab, name))
        return opened[-1]

    yield open_it
    hosts = {host for page in opened for host in page.hosts}
    context.close()
    assert hosts <= {lab.partition("//")[2]}, f"requests to {hosts}"


class Notebook:
    """An open notebook in the browser, with the actions of a student."""

    def __init__(self, page, lab, name):
        self.page, self.hosts, self.complaints = page, set(), []
        page.on("request", self._note_request)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        workspace = f"test-{next(WORKSPACES)}"  # each page its own, or tabs would be restored
        page.goto(f"{lab}/lab/workspaces/{workspace}/tree/notebooks/{name}?token={TOKEN}")
        page.wait_for_function(
            """name => {
                const panel = window.jupyterapp?.shell?.currentWidget;
                if (panel?.context?.localPath?.split('/').pop() !== name) return false;
                window.panel = panel;
                return panel.sessionContext?.session?.kernel?.status === 'idle';
            }""",
            arg=name,
            timeout=180_000,
        )
        page.evaluate("window.panel.sessionContext.ready")

    def _note_request(self, request):
        found = re.match(r"(?:https?|wss?)://([^/]+)", request.url)
        if found:
            self.hosts.add(found[1])

    def run_all(self):
        """Clear all outputs, run all cells, and wait until the kernel is idle."""
        self.page.evaluate(
            """() => {
                for (const cell of window.panel.content.widgets)
                    if (cell.model.type === 'code') cell.model.clearExecution();
                window.jupyterapp.commands.execute('notebook:run-all-cells');
            }"""
        )
        self.page.wait_for_function(
            """() => window.panel.content.widgets.every(
                cell => cell.model.type !== 'code' || cell.model.executionCount !== null
            ) && window.panel.sessionContext.session.kernel.status === 'idle'""",
            timeout=600_000,
        )

    def outputs(self):
        """A dict from the ids of code cells to their outputs, in nbformat."""
        return dict(
            self.page.evaluate(
                """() => window.panel.content.widgets
                    .filter(cell => cell.model.type === 'code')
                    .map(cell => [cell.model.id, cell.model.outputs.toJSON()])"""
            )
        )

    def show(self, cell_id):
        """Scroll to a cell and select it; return its element."""
        index = self.page.evaluate(
            """async id => {
                const index = window.panel.content.widgets.findIndex(c => c.model.id === id);
                window.panel.content.activeCellIndex = index;
                await window.panel.content.scrollToItem(index, 'start');
                return index;
            }""",
            cell_id,
        )
        cell = self.page.locator(f'.jp-Notebook:visible [data-windowed-list-index="{index}"]')
        cell.wait_for()
        return cell

    def type_into(self, cell_id, text):
        """Replace the source of a code cell by typing, then run it with Shift+Enter."""
        editor = self.show(cell_id).locator(".cm-content")
        editor.click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Shift+Enter")

    def run_cell(self, cell_id):
        """Run one cell with Shift+Enter; return the text of its output on the page."""
        cell = self.show(cell_id)
        before = self._count(cell_id)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Shift+Enter")
        self.page.wait_for_function(
            """([id, before]) => {
                const cell = window.panel.content.widgets.find(c => c.model.id === id);
                return cell.model.executionCount !== null && cell.model.executionCount !== before;
            }""",
            arg=[cell_id, before],
        )
        output = self.show(cell_id).locator(".jp-OutputArea-output").first
        output.wait_for()
        return output.inner_text()

    def _count(self, cell_id):
        return self.page.evaluate(
            "id => window.panel.content.widgets.find(c => c.model.id === id).model.executionCount",
            cell_id,
        )

    def restart(self):
        """Restart the kernel without a confirmation."""
        self.page.evaluate("window.panel.sessionContext.restartKernel()")
        self.page.wait_for_function(
            "() => window.panel.sessionContext.session.kernel.status === 'idle'", timeout=180_000
        )


OURS = ("file:", "data:", "blob:", "about:")


@pytest.fixture
def offline_page(browser):
    """A page of 1280 by 720 that records its requests to other hosts and its errors."""
    made = browser.new_page(viewport={"width": 1280, "height": 720})
    made.strangers, made.complaints = [], []
    made.on(
        "request", lambda r: made.strangers.append(r.url) if not r.url.startswith(OURS) else None
    )
    made.on("requestfailed", lambda r: made.complaints.append(r.url))
    made.on("pageerror", lambda error: made.complaints.append(str(error)))
    made.on("console", lambda m: made.complaints.append(m.text) if m.type == "error" else None)
    yield made
    made.close()
