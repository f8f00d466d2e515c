"""The other gallery's numbers beside a cell, from records to reports."""

import csv
import io
import re

import pytest

from reproduction.errors import InputError
from reproduction.results.csvfile import read_results, write_results
from tests.workflow import records
from tests.workflow.judging import Judge
from tests.workflow.markdown import grids, row

OWN, OTHER = (0.8775, 0.8779, 0.8777), (0.8903, 0.8908, 0.8903)
"""Of three seeds, reported 87.8."""


def write(judge, other="dropped", **changes):
    for seed, (own, mAP) in enumerate(zip(OWN, OTHER, strict=True)):
        block = records.other_gallery(mAP, other)
        judge.write(records.record(seed=seed, mAP=own, other_gallery=block, **changes))


def test_alternatives_are_judged_as_runs_of_their_own_would_be(judge, tmp_path):
    write(judge)
    cell = judge.cell(seeds=(0, 1, 2))
    (tmp_path / "alone").mkdir()
    alone = Judge(tmp_path / "alone")
    for seed, mAP in enumerate(OTHER):
        alone.write(records.record(seed=seed, mAP=mAP))
    wanted = alone.cell(seeds=(0, 1, 2))
    (found,) = cell["alternatives"]
    assert (cell["choice"], found["label"]) == ("with distractors", "without distractors")
    assert found["mean"] == pytest.approx(100 * sum(OTHER) / 3)
    assert found["change"] == pytest.approx(100 * (sum(OTHER) - sum(OWN)) / 3)
    for key in ("difference", "verdict", "leaning"):
        assert found[key] == wanted[key]
    assert (cell["verdict"], found["verdict"]) == ("match", "better")
    assert cell["values"] == pytest.approx([100 * mAP for mAP in OWN])


def test_a_run_without_them_leaves_its_cell_without(judge):
    write(judge)
    judge.write(records.record(seed=3, mAP=0.875))
    assert judge.cell(seeds=range(4))["alternatives"] == []
    assert len(judge.cell(seeds=range(3))["alternatives"]) == 1


def test_where_distractors_are_dropped_the_other_gallery_has_them(judge):
    write(judge, other="kept", **{"protocol.distractors": "dropped"})
    cell = judge.cell(seeds=(0, 1, 2))
    assert cell["choice"] == "without distractors"
    assert cell["alternatives"][0]["label"] == "with distractors"


def test_every_format_shows_them(judge):
    write(judge)
    text = judge.render(".md", seeds=(0, 1, 2))
    assert "## Market-1501: with distractors and without distractors" in text
    shown = grids(text)[-1]
    assert row(shown, "Base")[1:3] == ["with distractors", "87.8 ●"]
    below = shown[shown.index(row(shown, "Base")) + 1]
    assert below[:3] == ["", "without distractors", "89.0 (+1.3) ▲"]
    page, tex = (judge.render(suffix, seeds=(0, 1, 2)) for suffix in (".html", ".tex"))
    assert "89.0 (+1.3) ▲" in page and r"89.0 (+1.3) $\blacktriangle$" in tex
    key = "the verdict without distractors; the first sign is the verdict with distractors"
    assert re.search(r"87.8 / 87.8 ● [≈≉] \(▲\)", text) and f"( ) {key}" in text
    other = 'aria-label="without distractors: better">▲</span>)'
    assert f'(<span class="sign better" role="img" {other}' in page and key in page
    assert re.search(r"\\match\\(in)?compatible\\other\\better", tex) and key in tex
    assert "| Base_0, Market-1501 mAP, with distractors | ● match " in text
    lines = csv.DictReader(io.StringIO(judge.render(".csv", seeds=(0, 1, 2))))
    line = next(line for line in lines if line["metric"] == "mAP")
    assert line["choice"] == "with distractors"
    assert line["alternatives"].startswith("without distractors=89.04")
    assert line["alternatives"].endswith(" (better)")


def test_of_synthetic_data_the_number_alone_is_shown(judge):
    judge.write(records.synthetic(other_gallery=records.other_gallery(0.3)))
    text = judge.render(".md")
    shown = grids(text)[-1]
    below = shown[shown.index(row(shown, "Base")) + 1]
    assert below[:3] == ["", "without distractors", "30.0ˢ"]
    assert "( )" not in text


HEAD = "experiment,test_set,metric,value,alternatives\n"


def test_a_csv_of_results_gives_and_takes_them(tmp_path):
    file = tmp_path / "results.csv"
    file.write_text(f"{HEAD}a,b,c,1,x=1.25 | without y = 2e1\na,b,d,1,\n")
    frame = read_results(file)
    assert frame["alternatives"].tolist() == [("x=1.25", "without y=20.0"), ()]
    file.write_text(write_results(frame))
    assert read_results(file).equals(frame)


@pytest.mark.parametrize("text", ["x", "x=", "=1", "x=nan", "x=1_0", "x=inf", "x=1 | x=2"])
def test_other_texts_are_refused_by_line(tmp_path, text):
    file = tmp_path / "results.csv"
    file.write_text(f"{HEAD}a,b,c,1,{text}\n")
    with pytest.raises(InputError, match=r"line 2: alternatives .* is not a choice with a number"):
        read_results(file)
