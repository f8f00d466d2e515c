"""Snakemake's report in a real browser: a table opens inside it, without a request."""

import json
import time

import pytest

from tests.browser.chromium import PROGRAM, Chromium
from tests.workflow.test_snakemake_report import make

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not PROGRAM, reason="no Chromium is installed"),
]

PRESS = """[...document.querySelectorAll("a, button")].filter(
    link => link.textContent.trim() === %s).at(-1).click()"""
SHOWN = 'document.querySelector("iframe")?.src ?? ""'
SECONDS = 10


def test_a_table_opens_inside_it(tmp_path):
    file = make(tmp_path)
    with Chromium() as browser:
        browser.width(1400)
        browser.open(file.as_uri())
        press(browser, PRESS % json.dumps("Tables"))
        press(browser, 'document.querySelectorAll("tbody tr")[1].querySelector("a").click()')
        wait(lambda: browser.value(SHOWN).startswith("data:text/html"))
        asked = [event["request"]["url"] for event in browser.of("Network.requestWillBeSent")]
        assert {url.partition(":")[0] for url in asked} == {"data", "file"}


def press(browser, script):
    """As soon as it is there to be pressed."""
    tried = f"(() => {{ try {{ {script}; return true }} catch {{ return false }} }})()"
    wait(lambda: browser.value(tried))


def wait(enough):
    end = time.monotonic() + SECONDS
    while not enough():
        assert time.monotonic() < end, "it does not come up"
        time.sleep(0.1)
