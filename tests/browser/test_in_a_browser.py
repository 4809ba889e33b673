"""The edition for the browser: JupyterLite starts, and shows the course."""

import functools
import http.server
import threading

import pytest

pytest.importorskip("myst_nb")
pytest.importorskip("jupyterlite_core")


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A web server for files, without a log."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def lite(site):
    """The address of the edition on a local web server."""
    handler = functools.partial(Quiet, directory=site / "lite")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_it_starts_and_shows_the_course(lite, browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    asked = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(f"{lite}/lab/index.html?path=notebooks/01_gates_and_xor.ipynb")
    page.get_by_role("heading", name="01 · Build logic from neurons").wait_for(timeout=180_000)
    assert page.locator(".jp-DirListing-itemText").count() >= 9
    page.locator(".jp-Notebook .cm-content", has_text="%pip install").wait_for()
    page.locator(".jp-Notebook .jp-OutputArea img").first.wait_for()  # outputs come along
    strangers = [url for url in asked if not url.startswith((lite, "data:", "blob:"))]
    # The only request to another host is for Pyodide, which runs the notebook.
    assert all("/pyodide/" in url for url in strangers), strangers
    context.close()
