"""The pages on datasets: complete, true to the loaders, and with code that runs."""

import re
from pathlib import Path

import pytest

from apnet.config.readings import WRITTEN
from apnet.data import DATASETS, get_source

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = {
    name: DOCS / "datasets" / f"{'cuhk03' if name.startswith('cuhk03') else name}.md"
    for name in DATASETS
}


@pytest.mark.parametrize("name", DATASETS)
def test_a_page_says_all_that_there_is_to_say(name):
    text = PAGES[name].read_text()
    for part in ("**Check it**: `apnet data check ", "**The tree expected**", name):
        assert part in text
    assert "**Where to get it.**" in text or "**It was withdrawn.**" in text
    assert any(f"{folder.split('/')[0]}/" in text for folder in get_source(name).folders)
    published = get_source(name).published(WRITTEN)
    for split in ("train", "query", "gallery"):
        assert f"{published[split]['images']:,}" in text
        assert f"{published[split]['identities']:,}" in text


def test_the_index_names_every_dataset_and_page():
    index = (DOCS / "datasets.md").read_text()
    assert all(f"`{name}`" in index for name in DATASETS)
    assert all(f"(datasets/{page.name})" in index for page in PAGES.values())
    assert {*PAGES.values()} == {*(DOCS / "datasets").glob("*.md")}


@pytest.mark.parametrize(
    "page", [DOCS / "extending.md", *sorted(DOCS.glob("*dataset*.md")), *sorted(PAGES.values())]
)
def test_links_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)#]+)", page.read_text()):
        assert (page.parent / link).exists(), link


def test_dukes_withdrawal_is_stated():
    for page in ("datasets.md", "datasets/dukemtmc.md", "datasets/occluded-dukemtmc.md"):
        assert "withdrawn" in (DOCS / page).read_text()
