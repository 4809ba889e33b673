"""All slides in a browser: nothing is cut off, and there are no requests to other hosts."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMES = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))

# Elements beyond the edges of the slide, formulae that are not typeset, and counts.
LOOK = """() => {
  const slide = Reveal.getCurrentSlide(), found = [];
  for (const part of slide.querySelectorAll("*")) {
    if (part.closest("aside.notes, mjx-assistive-mml")) continue;
    const box = part.getBoundingClientRect();
    if (box.width && box.height && (box.bottom > 721 || box.right > 1281 || box.left < -1))
      found.push(`${part.tagName} at ${Math.round(box.right)}, ${Math.round(box.bottom)}`);
    if (part.matches("pre, .jp-InputArea-editor") && part.scrollWidth > part.clientWidth + 1)
      found.push(`${part.className}: ${part.scrollWidth - part.clientWidth} pixels too wide`);
  }
  const seen = slide.innerText;
  if (/\\$[^$]+\\$|\\\\(frac|sum|tag|begin)/.test(seen) && !slide.querySelector("pre"))
    found.push("a formula is not typeset");
  return {
    title: slide.querySelector("h1, h2, h3, p").textContent, found,
    errors: slide.querySelectorAll("mjx-merror").length,
    formulae: slide.querySelectorAll("mjx-container svg").length,
    alone: [...slide.querySelectorAll("img")].filter((i) => !i.alt || !i.naturalWidth).length,
  };
}"""


@pytest.fixture
def page(offline_page):
    return offline_page


def open_deck(page, file):
    page.goto(file.as_uri())
    page.wait_for_function("() => window.Reveal && Reveal.isReady()")


@pytest.mark.parametrize("name", NAMES)
def test_every_slide_of_a_deck_can_be_read(decks, page, name):
    open_deck(page, decks / f"{name}.html")
    total = page.evaluate("Reveal.getTotalSlides()")
    assert 25 <= total <= 45
    bad, formulae = [], 0
    for number in range(total):
        page.evaluate("Reveal.getCurrentSlide().querySelectorAll('.fragment')"
                      ".forEach((part) => part.classList.add('visible'))")  # fmt: skip
        seen = page.evaluate(LOOK)
        formulae += seen["formulae"]
        if seen["found"] or seen["errors"] or seen["alone"]:
            bad.append((number + 1, seen))
        while number < total - 1 and page.evaluate("Reveal.getSlidePastCount()") == number:
            page.evaluate("Reveal.next()")
    assert not bad
    assert page.evaluate("Reveal.isLastSlide()")
    assert formulae > 5 or name.startswith("00")
    assert not page.strangers and not page.complaints


def test_an_overflow_would_be_noticed(decks, page):
    open_deck(page, decks / f"{NAMES[1]}.html")
    page.evaluate("Reveal.getCurrentSlide().insertAdjacentHTML('beforeend', "
                  "'<p style=\"height: 900px\">too much</p>')")  # fmt: skip
    assert page.evaluate(LOOK)["found"]


def test_the_speaker_sees_notes(decks, page):
    open_deck(page, decks / f"{NAMES[1]}.html")
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    view = opened.value
    view.wait_for_function("() => document.querySelector('.speaker-controls-notes .value')"
                           "?.textContent.includes('In class')")  # fmt: skip
    assert not page.complaints


def test_a_deck_prints_each_slide_on_a_page(decks, page):
    file = decks / f"{NAMES[4]}.html"
    open_deck(page, file)
    total = page.evaluate("Reveal.getTotalSlides()")
    page.goto(f"{file.as_uri()}?print-pdf")
    page.wait_for_function("() => document.querySelectorAll('.pdf-page').length > 0")
    assert page.locator(".pdf-page").count() == total
    assert len(page.pdf(prefer_css_page_size=True)) > 100_000


def test_the_index_leads_to_every_deck(decks, page):
    page.goto((decks / "index.html").as_uri())
    links = page.locator("a").evaluate_all(
        "links => links.map((link) => link.getAttribute('href'))"
    )
    assert {link.partition("?")[0] for link in links} == {f"{name}.html" for name in NAMES}
    assert not page.strangers
