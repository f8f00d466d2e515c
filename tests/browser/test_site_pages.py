"""The site in a real browser, as files: no request, no error, and a way back from every query."""

import json
import time

import pytest

from tests.browser.chromium import PROGRAM, Chromium
from tests.browser.test_table_page import TEXTS, contrast
from tests.workflow import records, sites

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not PROGRAM, reason="no Chromium is installed"),
]

CARD = "pages/table2_apnet-c2_market1501.html"
RUN = "table2_apnet-c2_market1501.written.seed0"
BASE = "table2_apn-0_market1501.written.seed0"
PAGES = ("index.html", "pages/table2.html", CARD, "pages/cells.html", f"pages/queries.html#{RUN}")
SECONDS = 10


@pytest.fixture(scope="module")
def browser():
    with Chromium() as found:
        yield found


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """Two models under both readings, and what lacks a run or is synthetic."""
    folder = tmp_path_factory.mktemp("site")
    made = [
        records.record("market1501", model, seed, mAP + seed / 100, reading=reading)
        for model, mAP in (("resnet50", 0.8), ("resnet50-apnet-c2", 0.85))
        for reading in ("written", "released")
        for seed in (0, 1)
    ]
    drawn = records.synthetic("dukemtmc", "resnet50")
    return sites.make(folder, [*made, drawn], seeds=(0, 1), readings=("written", "released"))


def load(browser, out, page):
    """Open a page, also one that differs from the one before in its fragment alone."""
    browser.open("about:blank")
    browser.open(f"{out.as_uri()}/{page}")
    wait(lambda: "queries" not in page or browser.value(ROWS))


def wait(enough):
    end = time.monotonic() + SECONDS
    while not enough():
        assert time.monotonic() < end, "it does not come up"
        time.sleep(0.05)


def texts(browser, selector):
    found = f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.textContent.trim())"
    return browser.value(found)


ROWS = 'document.querySelectorAll("#queries tbody tr").length'


@pytest.mark.parametrize("width", [400, 1400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_pages_load_alone_fit_their_window_and_can_be_read(browser, out, page, width, scheme):
    browser.width(width)
    browser.media(prefers_color_scheme=scheme)
    load(browser, out, page)
    assert browser.value("document.documentElement.scrollWidth") <= width
    asked = {event["request"]["url"] for event in browser.of("Network.requestWillBeSent")}
    assert all(url.startswith((f"{out.as_uri()}/", "data:")) for url in asked), asked
    assert not browser.of("Log.entryAdded", "Runtime.exceptionThrown", "Network.loadingFailed")
    for pair in json.loads(browser.value(TEXTS)):
        assert contrast(*pair.split("/")) >= 4.5, pair


def test_from_a_cell_to_a_run_to_its_queries_and_back_in_three_clicks(browser, out):
    browser.width(1400)
    load(browser, out, "pages/table2.html")
    follow(
        browser, 'a[href="table2_apnet-c2_market1501.html#mAP.written"]', "APNet-C2 on Market-1501"
    )
    follow(browser, f'a[href$="queries.html#{RUN}"]', "Queries")
    wait(lambda: browser.value(ROWS) == sites.QUERIES)
    follow(browser, "#said a", "APNet-C2 on Market-1501")


def follow(browser, selector, heading):
    browser.follow(selector)
    assert texts(browser, "h1") == [heading]


def test_a_head_sorts_both_ways_and_back_within_each_group(browser, out):
    load(browser, out, "pages/table2.html")
    rows = "table.overview tbody:first-of-type tr:not(.part) th"
    before = texts(browser, rows)
    head = 'document.querySelectorAll("table.overview thead tr:last-child button")[1].click()'
    seen = []
    for _ in range(3):
        browser.value(head)
        seen.append(texts(browser, rows))
    largest, smallest, again = seen
    assert largest[:2] == ["APNet-C2", "APN0"]
    assert smallest[:2] == ["APN0", "APNet-C2"], "what is not there stays last"
    assert again == before
    assert len(texts(browser, "table.overview tbody")) == 2 * 3


def test_a_search_keeps_what_has_every_word(browser, out):
    load(browser, out, "pages/cells.html?q=C2+market+mAP+written")
    shown = texts(browser, "#all tbody tr:not([hidden]) th")
    assert shown == ["APNet-C2"]
    assert len(texts(browser, "#all tbody tr")) == 2 * 90


def test_queries_are_won_and_lost_against_another_cell(browser, out):
    load(browser, out, f"pages/queries.html#{RUN}&against={BASE}")
    mine, other = (
        sites.arrays(records.record("market1501", model, 0), sites.QUERIES)["average_precision"]
        for model in ("resnet50-apnet-c2", "resnet50")
    )
    won, lost, tied = ((mine > other).sum(), (mine < other).sum(), (mine == other).sum())
    line = texts(browser, "#cameras tbody tr:first-child td")
    assert line[:2] == [str(sites.QUERIES), "1"], "the first has no match"
    assert line[2] == f"{100 * mine[1:].mean():.2f}"
    assert texts(browser, "#cameras tbody tr:nth-child(2) td")[:3] == ["1", "1", "–"]
    assert line[5:] == [str(won), str(lost), str(tied)] and won and lost
    assert len(texts(browser, "#cameras tbody tr")) == 1 + sites.QUERIES
    assert sorted(texts(browser, "#queries tbody td:last-child"))[1:] == sorted(
        ["won"] * won + ["lost"] * lost + ["tied"] * tied
    )
    browser.value("""(() => { const field = document.querySelector("[name=outcome]");
        field.value = "lost"; field.form.oninput(); })()""")
    assert texts(browser, "#queries tbody td:last-child") == ["lost"] * lost


def test_queries_sort_by_any_column_and_keep_the_keyboard_there(browser, out):
    load(browser, out, f"pages/queries.html#{RUN}")
    press = '[...document.querySelectorAll("#queries button")].find(b => b.textContent == "query")'
    for expected in (False, True):
        browser.value(f"{press}.click()")
        names = texts(browser, "#queries tbody th")
        assert names == sorted(names, reverse=expected) and len(names) == sites.QUERIES
        assert browser.value("document.activeElement.textContent") == "query"


def test_a_query_without_a_match_stands_last_whatever_the_worst_is(browser, out):
    load(browser, out, f"pages/queries.html#{RUN}")
    press = '[...document.querySelectorAll("#queries button")].find(b => b.textContent == "AP")'
    for _ in range(2):
        said = texts(browser, "#queries tbody td:nth-last-child(2)")
        assert "no match" not in said[:-1] and said[-1] == "no match"
        browser.value(f"{press}.click()")


def test_all_seeds_of_a_cell_can_be_set_beside_each_other(browser, out):
    """Only on the same queries; those of another test set are not offered."""
    load(browser, out, f"pages/queries.html#{RUN.removesuffix('.seed0')}&against={RUN}")
    assert texts(browser, "#said a")[0].endswith("written, all 2 seeds")
    offered = browser.value("document.querySelector('[name=against]').length")
    assert offered == 1 + 4 * 3
    assert browser.value("document.querySelector('[name=against]').value") == RUN


def test_on_paper_everything_is_unfolded(browser, out):
    load(browser, out, CARD)
    height = 'document.querySelector("details.run").getBoundingClientRect().height'
    folded = browser.value(height)
    browser.media("print")
    assert browser.value(height) > 2 * folded
    browser.media()
