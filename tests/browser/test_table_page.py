"""A table's page in a real browser: no request, no overflow, light, dark and printed."""

import base64
import json
import re

import pytest

from tests.browser.chromium import PROGRAM, Chromium
from tests.workflow import records, tableii

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not PROGRAM, reason="no Chromium is installed"),
]

OPEN = [(None, "msmt17", None), ("apnet-s2", None, 2)]
CASES = {
    "real": {},
    "two readings, synthetic": {"readings": ("written", "released"), "make": records.synthetic},
    "open": {"open": OPEN},
}
WIDTHS = (400, 1400)

TEXTS = """JSON.stringify([...new Set([...document.querySelectorAll("main *")]
  .filter(e => [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim()))
  .map(e => {
    let behind = e;
    while (getComputedStyle(behind).backgroundColor == "rgba(0, 0, 0, 0)")
      behind = behind.parentElement;
    return getComputedStyle(e).color + "/" + getComputedStyle(behind).backgroundColor;
  }))])"""
"""The colours of every text and of what is behind it."""


@pytest.fixture(scope="module")
def browser():
    with Chromium() as found:
        yield found


@pytest.fixture(scope="module", params=CASES.values(), ids=CASES)
def page(request, tmp_path_factory):
    return tableii.render(tmp_path_factory.mktemp("page"), ".html", **request.param)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_loads_alone_and_fits_its_window(browser, page, width, scheme):
    browser.width(width)
    browser.media(prefers_color_scheme=scheme)
    browser.open(page.as_uri())
    assert browser.value("innerWidth") == width
    assert browser.value("document.documentElement.scrollWidth") <= width
    asked = [event["request"]["url"] for event in browser.of("Network.requestWillBeSent")]
    assert [url for url in asked if not url.startswith("data:")] == [page.as_uri()]
    assert not browser.of("Log.entryAdded", "Runtime.exceptionThrown")


def test_rows_keep_their_label_when_a_phone_scrolls_a_table(browser, page):
    browser.width(400)
    browser.open(page.as_uri())
    label = 'document.querySelector("tbody th[scope=row]").getBoundingClientRect().left'
    before = browser.value(label)
    moved = 'var box = document.querySelector(".scroll"); box.scrollLeft = 150; box.scrollLeft'
    assert browser.value(moved) == 150
    assert browser.value(label) == before


def test_a_phone_shows_a_number_at_once_and_says_where_the_verdict_is(browser, page):
    browser.width(400)
    browser.open(page.as_uri())
    top = 'document.querySelector("td.pair .number").getBoundingClientRect().bottom'
    assert browser.value(top) <= 720
    hints = "[...document.querySelectorAll('.swipe')].map(e => e.textContent).join()"
    assert "for Δ and the verdict" in browser.value(hints)


def test_a_dataset_of_the_table_leads_to_its_details(browser, page, tmp_path):
    """Where they are folded they open, in Snakemake's frame too."""
    browser.width(400)
    inside = framed(browser, page, tmp_path)
    for selector in ("thead a", "sup a"):
        script = f"""new Promise(done => {{
          const link = document.querySelector({selector!r});
          if (!link) return done(true);
          link.click();
          const place = document.querySelector(link.hash);
          setTimeout(() => {{
            const top = place.getBoundingClientRect().top;
            done(place.checkVisibility() && top >= 0 && top < innerHeight);
          }}, 100);
        }})"""
        arrived = browser.ask(
            "Runtime.evaluate",
            **{"expression": script, "contextId": inside},
            **{"awaitPromise": True, "returnByValue": True},
        )
        assert arrived["result"]["value"] is True, (selector, arrived)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_the_page(browser, page, scheme):
    browser.media(prefers_color_scheme=scheme)
    browser.open(page.as_uri())
    for pair in json.loads(browser.value(TEXTS)):
        assert contrast(*pair.split("/")) >= 4.5, pair


def test_on_paper_the_reasons_are_unfolded(browser, tmp_path):
    browser.open(tableii.render(tmp_path, ".html", seeds=(0,)).as_uri())
    height = '[...document.querySelectorAll("details")].at(-1).getBoundingClientRect().height'
    folded = browser.value(height)
    browser.media("print")
    assert browser.value(height) > 10 * folded
    browser.media()


def test_it_works_as_snakemake_embeds_it(browser, page, tmp_path):
    browser.width(1400)
    browser.media(prefers_color_scheme="light")
    inside = framed(browser, page, tmp_path)
    assert browser.value("document.querySelectorAll('td.pair').length", inside) >= 90
    assert browser.value("document.documentElement.scrollWidth", inside) <= 400
    background = browser.value("getComputedStyle(document.body).backgroundColor", inside)
    assert background == "rgb(255, 255, 255)"
    assert not browser.of("Log.entryAdded", "Runtime.exceptionThrown")


def framed(browser, page, folder):
    """Open a page in a frame as Snakemake's report does; returns the frame's context."""
    outer = folder / "outer.html"
    inner = base64.b64encode(page.read_bytes()).decode()
    source = f"data:text/html;charset=utf8;base64,{inner}"
    outer.write_text(f'<!doctype html><iframe width="400" height="600" src="{source}"></iframe>')
    browser.open(outer.as_uri())
    return browser.of("Runtime.executionContextCreated")[-1]["context"]["id"]


def contrast(one, other):
    """As the Web Content Accessibility Guidelines have it, of two CSS colours."""
    lights = sorted(map(_light, (one, other)), reverse=True)
    return (lights[0] + 0.05) / (lights[1] + 0.05)


def _light(colour):
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))
