"""Rows of a table compared with each other, through the commands that judge and render."""

import csv
import math
import re
import shutil

import numpy as np
import pytest
from scipy import stats

from apnet.config.readings import get_reading
from apnet.data import get_source
from reproduction.__main__ import main as reproduce
from reproduction.judging import floors
from reproduction.judging.compared_rows import compared
from reproduction.paper.loading import load_paper
from reproduction.site.__main__ import main as site
from tests.workflow import perquery, records, tableii
from tests.workflow.judging import Judge

SEEDS = (0, 1, 2)
QUALITY = {"base": 1.0, "ours": 1.4, "space": 1.0}


@pytest.fixture
def judge(tmp_path):
    return Judge(tmp_path, compare=[["ours", "base"], ["space", "base"]])


def evaluate(judge, seeds=SEEDS, **changes):
    """The small table's runs; returns the files of queries, each with its arrays, by row and seed.

    Ours is much better than the baseline, and what looks at space as good.
    """
    return {
        (row, seed): perquery.write(
            judge.scale,
            quality,
            model=records.MODELS[row],
            recipe=records.RECIPES[row],
            seed=seed,
            **changes,
        )
        for row, quality in QUALITY.items()
        for seed in seeds
    }


def pair(judged, row="ours", column="market1501", metric="mAP"):
    (match,) = (
        one
        for one in judged["pairs"]
        if (one["row"], one["column"], one["metric"]) == (row, column, metric)
    )
    return match


def test_a_row_wins_by_its_queries_and_seeds_and_another_does_not(judge):
    evaluate(judge)
    judged = judge(seeds=SEEDS)
    means = {
        cell["row"]: cell["mean"]
        for cell in judged["cells"]
        if (cell["column"], cell["metric"]) == ("market1501", "mAP")
    }
    won, even = pair(judged), pair(judged, "space")
    assert (won["verdict"], won["reported"], won["queries"]) == ("wins", 2.7, 300)
    assert won["difference"] == pytest.approx(means["ours"] - means["base"])
    assert 0 < won["interval"][0] < won["difference"] < won["interval"][1]
    assert even["verdict"] == "not settled"
    assert even["interval"][0] < 0 < even["interval"][1]


def test_a_card_of_the_site_sets_a_row_beside_those_it_is_compared_with(judge, tmp_path):
    evaluate(judge)
    won = pair(judge(seeds=SEEDS))
    tables, cells = tmp_path / "paper" / "tables", tmp_path / "table8.json"
    tables.mkdir(parents=True)
    shutil.copy(judge.table, tables)
    shutil.copy(judge.folder / "cells.json", cells)
    given = ["--cells", str(cells), "--paper", str(tables.parent), "--out", str(tmp_path / "site")]
    assert site([*given, "--home", "../index.html"]) == 0
    card = (tmp_path / "site" / "pages" / "table8_ours_market1501.html").read_text()
    beside = card[card.index("<h2>Beside other rows</h2>") : card.index("How each was made")]
    assert f"<td>+{won['difference']:.1f} ▲</td>" in beside
    assert beside.count(">over ") == 1, "the other pair is of other rows"
    assert re.findall('<th scope="col">(.*?)</th>', beside)[2:] == ["mAP", "R‑1"]
    base = (tmp_path / "site" / "pages" / "table8_base_market1501.html").read_text()
    assert f"<td>+{won['difference']:.1f} ▲</td>" in base
    assert '<a href="../index.html">All reports</a>' in (tmp_path / "site/index.html").read_text()


def test_the_ps_are_corrected_together(judge):
    evaluate(judge)
    pairs = [one for one in judge(seeds=SEEDS)["pairs"] if one["p_value"]]
    assert len(pairs) == 4
    ordered = sorted(one["p_value"] for one in pairs)
    for one in pairs:
        above = [(p * 4 / (rank + 1)) for rank, p in enumerate(ordered) if p >= one["p_value"]]
        assert one["adjusted_p"] == pytest.approx(min(1, *above))


def test_the_names_of_images_bring_queries_into_one_order(judge):
    files = evaluate(judge)
    straight = judge(seeds=SEEDS)["pairs"]
    file, arrays = files["ours", 1]
    order = np.random.default_rng(0).permutation(300)
    np.savez(file, **{name: array[order] for name, array in arrays.items()})
    assert judge(seeds=SEEDS)["pairs"] == straight
    # An older file has no names; its queries are taken as they lie.
    file, arrays = files["base", 0]
    np.savez(file, **{name: arrays[name] for name in arrays if name != "image"})
    assert judge(seeds=SEEDS)["pairs"] == straight


def test_queries_without_a_match_in_some_run_are_left_out_and_counted(judge):
    evaluate(judge, unmatched=[3, 7])
    perquery.write(
        judge.scale, 1.4, model=records.MODELS["ours"], recipe="channel", unmatched=[3, 9]
    )
    judged = judge(seeds=SEEDS)
    assert (pair(judged)["queries"], pair(judged)["left_out"]) == (297, 3)
    assert pair(judged, "space")["left_out"] == 2
    assert "up to 3 queries that have no true match" in judge.render(".md", seeds=SEEDS)


DAMAGES = {
    "is absent": (lambda file, arrays: file.unlink(), "No such file"),
    "is cut short": (lambda file, arrays: file.write_bytes(file.read_bytes()[:99]), "BadZipFile"),
    "is of another test set": (
        lambda file, arrays: np.savez(
            file, **arrays | {"image": np.array([f"x{index}" for index in range(300)])}
        ),
        "evaluated on other queries",
    ),
    "is of another run": (
        lambda file, arrays: np.savez(
            file, **arrays | {"average_precision": arrays["average_precision"] ** 2}
        ),
        "and the result is",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_that_will_not_do_leaves_its_pairs_open_and_the_rest_stands(judge, damage):
    files = evaluate(judge)
    work, words = DAMAGES[damage]
    work(*files["ours", 1])
    judged = judge(seeds=SEEDS)
    assert pair(judged)["verdict"] == "open" and words in pair(judged)["why"]
    assert pair(judged)["difference"] is None
    assert pair(judged, "space")["verdict"] == "not settled"
    assert words in judge.render(".md", seeds=SEEDS)


def test_rows_without_runs_are_open_and_of_one_run_not_settled(judge):
    evaluate(judge, seeds=(0,))
    judged = judge(seeds=(0,))
    assert (pair(judged)["verdict"], pair(judged)["why"]) == ("not settled", "one run of a row")
    assert pair(judged)["difference"] > 0 and pair(judged)["interval"] is None
    assert pair(judged, column="dukemtmc")["why"] == "no run of Ours|C_2"
    assert "(4 with one run of a row)" in judge.render(".md")


@pytest.mark.parametrize("make", [records.record, records.synthetic])
def test_a_report_shows_the_differences_and_marks_those_of_drawn_images(judge, make):
    evaluate(judge, make=make)
    text = judge.render(".md", seeds=SEEDS)
    annex = text.partition("## Rows compared with each other")[2]
    (reported, ours) = [line.rsplit("|", 5)[1:3] for line in annex.splitlines() if "| " in line][
        1:3
    ]
    assert [field.strip() for field in reported] == ["paper", "+2.7"]
    mark = "ˢ" if make is records.synthetic else ""
    difference = pair(judge(seeds=SEEDS))["difference"]
    assert [field.strip() for field in ours] == ["written", f"+{difference:.1f}{mark} ▲"]
    assert "all differences tested here (4)" in annex
    html = judge.render(".html", seeds=SEEDS)
    assert "<summary>The numbers behind 4 comparisons of rows</summary>" in html
    # A page of print has no room for it.
    assert "compared with" not in judge.render(".tex", seeds=SEEDS)


def test_a_report_names_the_gallery_of_what_it_compares(judge):
    evaluate(judge)
    assert "ours are" not in judge.render(".md", seeds=SEEDS)
    evaluate(judge, other_gallery=records.other_gallery(0.9, "dropped"))
    assert "of ours on the same queries. Of Market-1501 ours are with distractors." in judge.render(
        ".md", seeds=SEEDS
    )


def test_the_csv_of_pairs_has_their_numbers_at_full_precision(judge):
    evaluate(judge)
    judged = judge(seeds=SEEDS)
    out = judge.folder / "table8.pairs.csv"
    assert judge.render_status(out) == 0
    with out.open() as file:
        first, *rest = csv.DictReader(file)
    assert len(rest) == len(judged["pairs"]) - 1
    one = judged["pairs"][0]
    assert (first["row"], first["over"], first["dataset"]) == ("ours", "base", "market1501")
    assert (first["reading"], first["verdict"]) == ("written", "wins")
    assert float(first["difference"]) == one["difference"]
    assert [float(first["low"]), float(first["high"])] == one["interval"]


def test_any_paper_may_name_files_of_queries_in_its_csv(judge, capsys):
    files = evaluate(judge)
    lines = ["experiment,test_set,metric,value,seed,queries"]
    for (row, seed), (file, arrays) in files.items():
        mean = 100 * arrays["average_precision"].mean()
        place = file.relative_to(judge.folder)
        lines.append(f"{row},market1501,mAP,{mean:.1f},{seed},{place}")
    (judge.folder / "results.csv").write_text("\n".join(lines))
    (judge.folder / "tables").mkdir()
    judge.table.rename(judge.folder / "tables" / "table8.yaml")
    places = {"--paper": "", "--results": "results.csv", "--out": "reports"}
    words = [word for key, place in places.items() for word in (key, str(judge.folder / place))]
    assert reproduce(["render", *words]) == 0
    with (judge.folder / "reports" / "table8.pairs.csv").open() as file:
        verdicts = {
            (line["row"], line["dataset"], line["metric"]): line["verdict"]
            for line in csv.DictReader(file)
        }
    assert verdicts["ours", "market1501", "mAP"] == "wins"
    assert verdicts["ours", "market1501", "R-1"] == "open"


def test_rows_are_compared_with_the_one_before_and_the_first_of_their_group():
    table = load_paper(tableii.ROOT / "paper").tables["table2"]
    pairs = [(a.id, b.id, step) for key, name, a, b, step in compared(table) if name == "mAP"]
    assert len(pairs) == 3 * 14
    assert pairs[:3] == [
        ("se-resnet", "apn-0", True),
        ("stacked-c", "se-resnet", True),
        ("stacked-c", "apn-0", False),
    ]
    assert pairs[9:11] == [("apnet-s1", "stacked-s", True), ("apnet-s2", "apnet-s1", True)]


def test_quoted_rows_are_passed_over_and_a_table_may_name_its_pairs():
    tables = load_paper(tableii.ROOT / "paper").tables
    pairs = {
        name: [(a.id, b.id) for key, metric, a, b, _ in compared(table) if metric == "mAP"]
        for name, table in tables.items()
    }
    assert pairs["table6"] == [("apnet-c2", "apnet-c1")]
    assert ("apnet-c1", "baseline") in pairs["table7"]
    assert len(pairs["table5"]) == 4
    assert pairs["table5"][0] == ("resnet50-apnet-c", "resnet50")


def test_a_pair_of_an_unknown_row_is_refused(tmp_path, capsys):
    assert Judge(tmp_path, compare=[["ours", "bse"]]).status() == 2
    assert "compare: row 'bse' is not among base, ours" in capsys.readouterr().err


def test_the_tables_have_as_many_queries_as_the_datasets():
    tables = load_paper(tableii.ROOT / "paper").tables.values()
    columns = [column for table in tables if not table.exact for column in table.columns]
    assert len(columns) > 10
    for column in columns:
        published = get_source(column.test_set).published(get_reading("written"))
        assert column.queries == published["query"]["images"]


def test_the_noise_of_a_share_of_queries_is_binomial():
    assert 100 * floors.binomial(0.962, 3368) == pytest.approx(0.65, abs=0.005)
    low, high = stats.binomtest(round(0.962 * 3368), 3368).proportion_ci(method="wilson")
    assert floors.binomial(0.962, 3368) == pytest.approx((high - low) / 2, rel=0.01)
    ones = np.array([1.0] * 962 + [0.0] * 38 + [math.nan] * 5)
    assert floors.measured(ones) == pytest.approx(floors.binomial(0.962, 1000))


def test_a_report_says_how_many_of_the_papers_steps_its_queries_cannot_show(tmp_path):
    text = tableii.render(tmp_path, ".md").read_text()
    table = load_paper(tableii.ROOT / "paper").tables["table2"]
    steps = [
        (abs(a.cells[key]["R-1"] - b.cells[key]["R-1"]), key)
        for key, name, a, b, step in compared(table)
        if step and name == "R-1"
    ]
    half_widths = {"market1501": 0.646, "dukemtmc": 1.223, "msmt17": 0.670}
    below = sum(step < half_widths[key] for step, key in steps)
    assert f"of the paper's steps from row to row, {below} of {len(steps)} in R-1" in text
    assert (below, len(steps)) == (17, 24)
    line = next(line for line in text.splitlines() if line.startswith("| queries alone, ±"))
    fields = [field.strip() for field in line.split("|")]
    assert fields[2:6] == ["paper", "", "0.65", "0.37"]
