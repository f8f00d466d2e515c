"""The site of results that are broken: what it names, what it still shows, what is refused."""

import shutil

import pytest

from reproduction.report import paper
from reproduction.site.__main__ import main as render
from tests.workflow import records, sites
from tests.workflow.sites import CARD, MODELS, Page, fabricate


@pytest.mark.parametrize(
    ("place", "content", "words"),
    [
        ("run.json", b"{", "is not JSON: cut short, or damaged"),
        ("run.json", b'{"schema": 9}', "is not a valid record"),
        ("history.jsonl", b'{"epoch": 1', "line 1: is not JSON"),
        ("test/market1501.npz", b"PK", "cannot read"),
        ("test/market1501.json", b'{"schema": 9}', "is not a valid record"),
        ("ranks/market1501/index.json", b"[]", "is not a JSON object"),
    ],
)
def test_what_is_broken_is_named_and_the_rest_is_shown(tmp_path, place, content, words):
    folder = tmp_path / "results" / "paper" / "written" / "market1501" / "resnet50" / "seed0"
    base, ours = fabricate(seeds=(0,))
    sites.run_folder(tmp_path / "results" / "paper", base)
    (folder / place).parent.mkdir(parents=True, exist_ok=True)
    (folder / place).write_bytes(content)
    out = sites.make(tmp_path, [ours])
    assert words in Page(out / "index.html").text
    text = Page(out / "pages" / "table2_apn-0_market1501.html").text
    assert f"{folder / place}" in text and words in text
    assert ("seed 0: failed" if place.endswith("1501.json") else "seed 0 87.00") in text
    assert "seed 0 87.00" in Page(out / "pages" / CARD).text


def test_cells_that_are_damaged_are_named_and_the_other_tables_are_shown(tmp_path):
    (base,) = fabricate(seeds=(0,), models=MODELS[:1])
    sites.make(tmp_path, [base], ("table2", "table5"))
    cells = [tmp_path / "cells" / f"{name}.json" for name in ("table2", "table5")]
    cells[1].write_text('{"schema": ')
    files = ["--judged", *map(str, cells), "--failed-logs", str(tmp_path), "--command", "make"]
    assert sites.site.main([*files, "--out", str(tmp_path / "facts.json")]) == 0
    shown = ["--paper", str(sites.ROOT / "paper"), "--out", str(tmp_path / "again"), "--cells"]
    assert render([*shown, str(cells[1])]) == 2 and not (tmp_path / "again").exists()
    assert render([*shown, *map(str, cells)]) == 0
    assert f"{cells[1]} is not valid JSON" in Page(tmp_path / "again" / "index.html").text
    made = {file.name for file in (tmp_path / "again" / "pages").iterdir()}
    assert "table2.html" in made and "table5.html" not in made


def test_a_run_in_the_folder_of_another_reading_is_named(tmp_path):
    (base,) = fabricate(seeds=(0,), models=MODELS[:1])
    file = sites.run_folder(tmp_path / "results" / "paper", base).parent.parent / "run.json"
    file.write_text(file.read_text().replace('"reading": "written"', '"reading": "released"'))
    out = sites.make(tmp_path, [])
    words = f"{file}: its reading is 'released', its path says 'written'"
    assert words in Page(out / "index.html").text
    assert words in Page(out / "pages" / "table2_apn-0_market1501.html").text


def test_a_site_or_document_of_refused_tables_alone_is_refused(tmp_path, capsys):
    folder, out = tmp_path / "paper", tmp_path / "out"
    shutil.copytree(sites.FOLDER.parent, folder)
    file = folder / "tables" / "table5.yaml"
    file.write_text(file.read_text().replace("mAP: 87.8", "mAP: 87.9", 1))
    given = ["--cells", "table5.json", "--paper", str(folder), "--out", str(out)]
    for make, more in ((render, []), (paper.main, ["--command", "c", "--by", "b"])):
        assert make([*given, *more]) == 2 and not out.exists()
        assert capsys.readouterr().err.count("table5.yaml") == 1


def test_facts_of_another_form_are_refused(tmp_path, capsys):
    (tmp_path / "facts.json").write_text('{"schema": 1, "results": {"a": {"facts": 3}}}')
    (tmp_path / "r.csv").write_text("experiment,test_set,metric,value\nbase,market1501,mAP,87.9\n")
    records.table(tmp_path)
    (tmp_path / "tables").mkdir()
    (tmp_path / "table8.yaml").rename(tmp_path / "tables" / "table8.yaml")
    given = ["--paper", str(tmp_path), "--results", str(tmp_path / "r.csv")]
    facts = ["--facts", str(tmp_path / "facts.json"), "--out", str(tmp_path / "site")]
    assert render([*given, *facts]) == 2
    assert "facts.json holds no facts of results in version 1" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()
