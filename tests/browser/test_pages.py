"""The web site in a browser: no requests to other hosts, no overflow, working search."""

import pytest

pytest.importorskip("myst_nb")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

PHONE, DESK = {"width": 360, "height": 780}, {"width": 1280, "height": 900}
LOOK = """() => ({
  wide: document.documentElement.scrollWidth - innerWidth,
  formulae: document.querySelectorAll("mjx-container").length,
  wanted: document.querySelectorAll(".math").length,
  errors: [...document.querySelectorAll("mjx-merror")].map((e) => e.dataset.mjxError),
})"""


@pytest.fixture
def tab(offline_page):
    offline_page.set_viewport_size(PHONE)
    return offline_page


def pages(site):
    parts = ((page, page.relative_to(site).parts) for page in site.rglob("*.html"))
    return sorted(page for page, part in parts if part[0] not in ("_static", "lite"))


def visit(tab, page):
    tab.goto(page.as_uri())
    tab.wait_for_function("!window.MathJax || !MathJax.startup || !!MathJax.startup.promise")
    tab.evaluate("window.MathJax && MathJax.startup ? MathJax.startup.promise : null")


def test_on_a_phone_nothing_overflows_and_nobody_is_asked(site, tab):
    found = {}
    for page in pages(site):
        visit(tab, page)
        seen = tab.evaluate(LOOK)
        if seen["wide"] > 0 or seen["errors"] or seen["formulae"] < seen["wanted"]:
            found[page.name] = seen
    assert found == {}
    assert tab.strangers == [] and tab.complaints == []


SOME = ("index", "docs/notation", "solutions", "01_gates_and_xor", "course_lib.layers", "grading")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_violation_in_our_content(site, tab, scheme):
    tab.emulate_media(color_scheme=scheme)
    tab.set_viewport_size(DESK)
    found = {}
    for page in pages(site):
        alike = page.parent.name == "reference" or scheme == "dark"
        if alike and page.stem not in SOME:
            continue
        visit(tab, page)
        report = axe.Axe().run(tab, context="#main-content")
        for violation in report.response["violations"]:
            found.setdefault(violation["id"], []).append(
                (page.name, violation["nodes"][0]["html"][:200], violation["help"])
            )
    assert found == {}


def test_search_finds_what_is_there(site, tab):
    tab.set_viewport_size(DESK)
    tab.goto((site / "search.html").as_uri() + "?q=vanishing+gradient")
    tab.wait_for_selector("#search-results li a")
    hits = tab.locator("#search-results li a").all_inner_texts()
    assert any("07" in hit for hit in hits), hits


def test_by_keyboard_one_can_skip_search_and_unfold(site, tab):
    tab.set_viewport_size(DESK)
    visit(tab, site / "solutions.html")
    tab.keyboard.press("Tab")
    assert "main-content" in tab.evaluate("document.activeElement.getAttribute('href') || ''")
    summary = tab.locator("details summary").first
    summary.focus()
    tab.keyboard.press("Enter")
    assert tab.locator("details").first.get_attribute("open") is not None
    tab.keyboard.press("Control+k")
    tab.keyboard.type("vanishing gradient")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search.html?q=*")
    tab.wait_for_selector("#search-results li a")


@pytest.mark.parametrize("which", ["primary", "secondary"])
def test_on_a_phone_the_menus_open_and_close(site, tab, which):
    visit(tab, site / "notebooks" / "01_gates_and_xor.html")
    tab.locator(f"button.{which}-toggle:visible").focus()
    tab.keyboard.press("Enter")
    menu = tab.locator(f"#pst-{which}-sidebar-modal")
    menu.locator("a:visible").first.wait_for()
    tab.keyboard.press("Escape")
    menu.wait_for(state="hidden")


def test_a_wide_formula_begins_on_the_left_and_scrolls(site, tab):
    visit(tab, site / "notebooks" / "03_logistic_and_softmax_regression.html")
    starts = """() => [...document.querySelectorAll("div.math")].map(
        (e) => e.scrollLeft + (e.scrollWidth > e.clientWidth
            ? e.querySelector("mjx-container").getBoundingClientRect().left
              - e.getBoundingClientRect().left : 0))"""
    assert min(tab.evaluate(starts)) > -2
    tab.locator("summary", has_text="On paper").first.click()
    tab.wait_for_function("document.querySelector('details[open] span.math.wide')")
