"""The site: its links, sizes and data, and what it says of results that are missing."""

import json
import re
import shlex
import shutil

import pytest

from reproduction.__main__ import main as reproduce
from reproduction.report import paper
from reproduction.site.__main__ import SCRIPTS
from reproduction.site.__main__ import main as render
from tests.workflow import records, sites
from tests.workflow.sites import CARD, MODELS, Page, fabricate
from tests.workflow.test_as_latex import TO_CARD

BOLD = r"\textbf{}"
RUN = "written/market1501/resnet50-apnet-c2/seed0"


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    estimates = folder / "logs" / "paper" / "estimates.json"
    estimates.parent.mkdir(parents=True)
    estimates.write_text(json.dumps({f"{RUN}/run.json": [3500, 3600, 3700]}))
    return sites.make(folder, fabricate(), seeds=(0, 1))


@pytest.fixture(scope="module")
def pages(out):
    return {file: Page(file) for file in (out / "index.html", *(out / "pages").glob("*.html"))}


def test_every_link_of_every_page_resolves_within_the_site(out, pages):
    keys = re.findall(r'"seed \d","([^"]+)"', (out / "pages" / "catalogue.js").read_text())
    for file, page in pages.items():
        for link in page.links:
            path, _, place = link.partition("#")
            target = (file.parent / path).resolve() if path and path != "data:," else file
            assert target.is_relative_to(out) and target.exists(), (file, link)
            known = {*keys} if target.name == "queries.html" else pages.get(target, page).ids
            assert not place or place in known, (file.name, link)
    assert len(pages) == 3 + 1 + 30


def test_a_card_tells_everything_of_its_runs(pages, out):
    text = pages[out / "pages" / CARD].text
    for words in (
        *("Table II, row “APNet-C 2 ”, column “Market-1501”", "page not known"),
        *("reported 90.5 reproduced 87.5 ± 0.7", "90 % interval of the mean"),
        *("seed 0 87.00", "seed 1 88.00", "c0ffee", "2.11.0", "fingerprint of market1501"),
        *("lr 0.0004 0.0004", "weight_decay not said 0.001", "loss of 2 runs goes from"),
        f"{sites.COMMAND} --forcerun {shlex.quote(sites_run(out))} --",
    ):
        assert words in text, words
    assert text.count("≠") == 1, "settings are those of the baseline"
    base = pages[out / "pages" / "table2_apn-0_market1501.html"].text
    assert "<b>bold</b> & last line" in base, "of the log, as it is"


def test_the_estimate_stands_beside_what_it_took(pages, out):
    text = pages[out / "pages" / CARD].text
    assert "seconds of training, as estimated 3,600 (3,500 to 3,700)" in text
    assert text.count("as estimated") == 1, "of the other seed and the evaluations none is kept"
    took = "Trainings and evaluations, 1 job: took 12 s of computing, estimated 1 h 0 min"
    assert took in pages[out / "index.html"].text


def sites_run(out):
    folder = out.parent.parent / "results" / "paper"
    return str(folder / RUN / "run.json")


def test_what_differs_from_the_baseline_stands_with_its_value(tmp_path):
    base, ours = fabricate(seeds=(0,))
    ours["training"]["settings"]["lr"] = 0.1
    out = sites.make(tmp_path, [base, ours])
    text = Page(out / "pages" / CARD).text
    assert "lr 0.0004 0.1 ≠ 0.0004" in text
    assert "After ≠ stands the value of resnet50, the row's baseline." in text


def test_a_missing_run_is_shown_with_the_command_that_makes_it(pages, out):
    text = pages[out / "pages" / "table2_apnet-c3_msmt17.html"].text
    file = (
        out.parent.parent / "results/paper/written/msmt17/resnet50-apnet-c3/seed1/test/msmt17.json"
    )
    assert f"seed 1: not run {file} This command makes it: {sites.COMMAND} -- {file}" in text
    assert "56 results are not there yet. One command makes them" in pages[out / "index.html"].text


def test_every_reproduced_number_of_the_document_leads_to_its_card(out, pages):
    """The numbers of a table alone, in a user's own paper, lead nowhere."""
    folder = out.parent
    table = ["--table", str(sites.FOLDER / "table2.yaml"), "--command", "snakemake"]
    cells = ["--cells", str(folder.parent / "cells" / "table2.json")]
    assert reproduce(["table", *cells, *table, "--out", str(folder / "table2.tex")]) == 0
    text = (folder / "table2.tex").read_text()
    links = re.findall(TO_CARD, text)
    assert (
        len(links) == 6
        and ("table2_apnet-c2_market1501.html", "mAP.written", r"\textbf{87.5}") in links
    )
    for page, place, number in links:
        card = pages[out / "pages" / page]
        assert place in card.ids and f"reproduced {number.strip(BOLD)}" in card.text
    assert r"\ifdefined\tocard\else\def\tocard#1#2#3{#3}\fi" in text
    command = ["--paper", str(sites.FOLDER.parent), "--command", "snakemake", "--by", "us"]
    for site in ("", "site/pages"):
        made = ["--site", site, "--out", str(folder / "paper.tex")]
        assert paper.main([*cells, *command, *made]) == 0
        assert (f"URI({site}/" in (folder / "paper.tex").read_text()) == bool(site)


def test_synthetic_data_is_said_at_the_top_of_every_page(tmp_path):
    out = sites.make(tmp_path, fabricate(seeds=(0,), make=records.synthetic))
    for file in (out / "index.html", *(out / "pages").glob("*.html")):
        text = file.read_text()
        assert text.index("Synthetic data.") < text.index("<h1", text.index("<main>")) + 600, file
    assert "settings differ from the paper's recipe" in Page(out / "pages" / CARD).text


def test_queries_are_stored_by_evaluation_and_their_names_once(out):
    names = sorted(file.name for file in (out / "pages").glob("*.js"))
    runs = [
        f"table2_{row}_market1501.written.seed{n}.js"
        for row in ("apn-0", "apnet-c2")
        for n in (0, 1)
    ]
    (shared,) = (name for name in names if name.startswith("queries.") and name != "queries.js")
    assert names == sorted(["catalogue.js", shared, "queries.js", "site.js", *runs])
    content = records.record("market1501", "resnet50-apnet-c2", 1)
    arrays = sites.arrays(content, sites.QUERIES)
    key, precision, rank, pictures = called(out / "pages" / runs[-1], "take")
    assert key == runs[-1].removesuffix(".js") and pictures == {}
    assert rank == arrays["first_match_rank"].tolist()
    assert precision[1:] == [round(1e4 * value) for value in arrays["average_precision"][1:]]
    assert precision[0] == rank[0] == 0
    _, short, labels = called(out / "pages" / shared, "named")
    before, found = "", []
    for rest in short["rests"]:
        before = before[: int(rest[0], 36)] + rest[1:]
        found.append(before + short["end"])
    assert found == arrays["image"]
    assert labels == {name: arrays[name].tolist() for name in ("identity", "camera")}


def called(file, function):
    text = file.read_text()
    assert text.startswith(f"site.{function}(") and text.endswith(")\n")
    return json.loads(f"[{text.removeprefix(f'site.{function}(').removesuffix(')' + chr(10))}]")


def test_a_card_gives_the_number_of_the_other_gallery(tmp_path):
    other = records.other_gallery(0.9)
    out = sites.make(tmp_path, [records.record(model=MODELS[1], mAP=0.88, other_gallery=other)])
    text = Page(out / "pages" / CARD).text
    assert "without distractors instead of with distractors: 90.00 (+2.00), single run" in text


def test_pictures_are_linked_and_not_copied(tmp_path):
    (ours,) = fabricate(seeds=(0,), models=MODELS[1:])
    file = sites.run_folder(tmp_path / "results" / "paper", ours)
    sites.draw(file, ours, "0001 a.png")
    out = sites.make(tmp_path, [])
    data = out / "pages" / CARD.replace(".html", ".written.seed0.js")
    assert "resnet50, the row's baseline, has no run here." in Page(out / "pages" / CARD).text
    *_, pictures = called(data, "take")
    assert [*pictures] == ["3"] and pictures["3"].endswith("ranks/market1501/0001%20a.png")
    drawn = file.parent.parent / "ranks" / "market1501" / "0001 a.png"
    assert (data.parent / pictures["3"].replace("%20", " ")).resolve() == drawn
    assert not [*out.rglob("*.png")]


def test_any_paper_has_a_site_by_a_csv_of_results_alone(tmp_path):
    """Without files, seeds, series, facts and queries."""
    (tmp_path / "tables").mkdir()
    records.table(tmp_path / "tables")
    (tmp_path / "r.csv").write_text("experiment,test_set,metric,value\nbase,market1501,mAP,87.9\n")
    given = ["--paper", str(tmp_path), "--results", str(tmp_path / "r.csv")]
    assert render([*given, "--out", str(tmp_path / "site")]) == 0
    card = Page(tmp_path / "site" / "pages" / "table8_base_market1501.html")
    assert "mAP" in card.ids and "reported 87.8 reproduced 87.9" in card.text
    queries = Page(tmp_path / "site" / "pages" / "queries.html")
    assert "No result has a file of its queries." in queries.text
    assert not [link for link in queries.links if "catalogue" in link]


def test_a_table_edited_by_hand_is_named_and_the_others_are_shown(tmp_path, out):
    paper = tmp_path / "paper"
    shutil.copytree(sites.FOLDER.parent, paper)
    file = paper / "tables" / "table5.yaml"
    file.write_text(file.read_text().replace("mAP: 87.8", "mAP: 87.9", 1))
    cells = ["--cells", str(out.parent.parent / "cells" / "table2.json")]
    assert render([*cells, "--paper", str(paper), "--out", str(tmp_path / "site")]) == 0
    assert "table5.yaml" in Page(tmp_path / "site" / "index.html").text
    assert (tmp_path / "site" / "pages" / "table2.html").exists()


def test_names_are_shown_as_they_are(tmp_path):
    (base,) = fabricate(seeds=(0,), models=MODELS[:1])
    base["training"]["data"]["variant"] = "<script>alert(1)</script>"
    out = sites.make(tmp_path, [base])
    assert "<script>alert" not in (out / "pages" / "table2_apn-0_market1501.html").read_text()


@pytest.mark.slow
def test_pages_stay_small_with_five_seeds_and_two_readings(tmp_path):
    """And so do the data of MSMT17's 11,659 queries."""
    readings, seeds = ("written", "released"), range(5)
    made = sites.whole(readings, seeds)
    out = sites.make(tmp_path, made, sites.TABLES, seeds, readings, {"msmt17": 11659})
    sizes = {file.name: file.stat().st_size for file in out.rglob("*.*")}
    names = {file: size for file, size in sizes.items() if file.startswith("queries.")}
    assert max(names.values()) < 400_000, "names of queries, which evaluations share"
    others = {file: size for file, size in sizes.items() if file not in names}
    assert max(others.values()) < 200_000, max(others.items(), key=lambda item: item[1])


def test_the_scripts_stay_small():
    lines = [line for file in SCRIPTS.glob("*.js") for line in file.read_text().splitlines()]
    assert len(lines) < 200
