"""From fabricated evaluations to cells, checked by arithmetic of its own."""

import math

import pytest
from scipy import stats

from tests.workflow import records


def test_every_cell_is_there_in_the_order_of_print(judge):
    cells = judge()["cells"]
    assert [(cell["row"], cell["column"], cell["metric"]) for cell in cells[:4]] == [
        ("base", "market1501", "mAP"),
        ("base", "market1501", "R-1"),
        ("base", "dukemtmc", "mAP"),
        ("ours", "market1501", "mAP"),
    ]
    assert [cell["status"] for cell in cells] == ["not run"] * 9 + ["quoted"] * 3
    assert cells[3]["reported"] == 90.5 and cells[3]["reported_bold"]
    assert not cells[4]["reported_bold"]


def test_numbers_of_a_cell(judge):
    base, ours = [0.8731, 0.8789, 0.8767], [0.9041, 0.9058]
    for seed, mAP in enumerate(base):
        records.write(judge.scale, records.record(seed=seed, mAP=mAP))
    for seed, mAP in enumerate(ours):
        records.write(judge.scale, records.record(model="resnet50-apnet-c2", seed=seed, mAP=mAP))
    cell = judge.cell("base", seeds=(0, 1, 2))
    mean = (87.31 + 87.89 + 87.67) / 3
    squares = sum((100 * x - mean) ** 2 for x in base)
    pooled = math.sqrt((squares + (90.58 - 90.41) ** 2 / 2) / 3)
    error = pooled / math.sqrt(3)
    half, far = 2.353 * error, 3.182 * error  # t at 95 and 97.5 % with 2 + 1 degrees of freedom
    assert cell["values"] == pytest.approx([87.31, 87.89, 87.67])
    assert cell["mean"] == pytest.approx(mean)
    assert cell["sd"] == pytest.approx(math.sqrt(squares / 2))
    assert (cell["pooled_sd"], cell["dof"]) == (pytest.approx(pooled), 3)
    assert cell["interval"] == pytest.approx([mean - half, mean + half], abs=1e-3)
    assert cell["prediction_interval"][1] == pytest.approx(mean + 2 * far, abs=1e-3)
    assert cell["difference"] == pytest.approx(mean - 87.8)
    # R-1 is 95 % in every run, of no spread and beyond e; this p-value is the largest of four.
    room = (0.5 - (87.8 - mean)) / error
    assert cell["p_value"] == cell["adjusted_p"] == pytest.approx(stats.t.sf(room, 3), rel=1e-6)
    assert (cell["compatible"], cell["best_of"]) == (True, 2)
    assert cell["comparable"] and cell["why_not"] == [] and cell["marks"] == []
    assert cell["seeds"] == [0, 1, 2]


def test_rank_k_is_taken_from_the_cmc(judge):
    records.write(judge.scale, records.record(**{"cmc.1": 0.91125}))
    assert judge.cell(metric="R-1")["values"] == [91.125]


@pytest.mark.parametrize(
    ("means", "verdict"),
    [((0.878, 0.878), "match"), ((0.93, 0.93), "better"), ((0.80, 0.80), "worse")],
)
def test_verdicts_of_real_runs(judge, means, verdict):
    for seed, mAP in enumerate(means):
        records.write(judge.scale, records.record(seed=seed, mAP=mAP))
    assert judge.cell(seeds=(0, 1))["verdict"] == verdict


def test_one_run_is_a_single_run(judge):
    records.write(judge.scale, records.record(mAP=0.878))
    cell = judge.cell()
    assert (cell["verdict"], cell["leaning"], cell["sd"]) == ("single run", "within", None)


def test_one_run_has_the_second_answer_where_others_lend_their_spread(judge):
    records.write(judge.scale, records.record(mAP=0.878))
    alone = judge.cell()
    assert [alone[name] for name in ("compatible", "best_of", "pooled_sd")] == [None] * 3
    for seed, mAP in enumerate((0.904, 0.908)):
        records.write(judge.scale, records.record(model="resnet50-apnet-c2", seed=seed, mAP=mAP))
    cell = judge.cell(seeds=(0, 1))
    assert (cell["verdict"], cell["interval"], cell["p_value"]) == ("single run", None, None)
    # 12.706 is t for one degree of freedom; 12.706 · 0.283 · √2 = 5.08.
    assert cell["prediction_interval"] == pytest.approx([87.8 - 5.08, 87.8 + 5.08], abs=0.01)
    assert (cell["compatible"], cell["best_of"]) == (True, 1)


def test_what_is_not_compared_has_no_answer(judge):
    records.write(
        judge.scale, *(records.synthetic(seed=seed, mAP=0.2 + seed / 9) for seed in (0, 1))
    )
    cell = judge.cell(seeds=(0, 1))
    assert cell["prediction_interval"] and cell["verdict"] == "not comparable"
    names = ("p_value", "adjusted_p", "compatible", "best_of")
    assert [cell[name] for name in names] == [None] * 4


def test_decisions_are_corrected_together_within_a_series(judge):
    # p of mAP is 0.045, of R-1 nearly 1/2: 92.3 and 92.3 ± 0.1 beside the reported 92.8 - 0.5.
    for seed, (mAP, first) in enumerate(((0.879, 0.922), (0.880, 0.924))):
        curve = {"1": first, "5": 0.99, "10": 0.99, "20": 0.99}
        records.write(judge.scale, records.record(seed=seed, mAP=mAP, cmc=curve))
        exact = {"1": 0.928 + seed / 1e5, "5": 0.99, "10": 0.99, "20": 0.99}
        other = {"reading": "released", "mAP": 0.878 + seed / 1e5, "cmc": exact}
        records.write(judge.scale, records.record(seed=seed, **other))
    cell = judge.cell(seeds=(0, 1))
    assert cell["p_value"] == pytest.approx(0.045, abs=0.001)
    assert (cell["verdict"], cell["adjusted_p"]) == ("inconclusive", 2 * cell["p_value"])
    both = {"seeds": (0, 1), "readings": ("written", "released")}
    written, released = (item for item in judge(**both)["cells"][:2])
    assert written == cell and released["verdict"] == "match"


def test_only_the_seeds_asked_for_count(judge):
    for seed in range(3):
        records.write(judge.scale, records.record(seed=seed, mAP=0.8 + seed / 100))
    assert judge.cell(seeds=(1,))["seeds"] == [1]


def test_a_cell_the_paper_leaves_open_has_a_number_and_no_difference(judge):
    records.write(judge.scale, records.record("dukemtmc", "resnet50-apnet-s2", mAP=0.7))
    cell = judge.cell("space", "dukemtmc")
    assert cell["values"] == [70.0]
    assert (cell["verdict"], cell["difference"]) == ("not reported", None)


def test_what_is_not_comparable_has_no_difference_and_what_is_not_reported_is_not_that(judge):
    records.write(
        judge.scale, records.synthetic(), records.synthetic("dukemtmc", records.MODELS["space"])
    )
    cell, open_ = judge.cell(), judge.cell("space", "dukemtmc")
    assert (cell["verdict"], cell["difference"]) == ("not comparable", None)
    assert (open_["verdict"], open_["comparable"]) == ("not reported", False)


def test_circumstances_are_those_of_the_records(judge):
    ours = records.record(model="resnet50-apnet-c2", **{"protocol.flip": False})
    records.write(judge.scale, records.record(), ours, records.record("dukemtmc"))
    market, duke = judge()["context"]
    assert (market["column"], market["runs"]) == ("market1501", 2)
    flipped = ["averaged with the mirror" in text for text in market["texts"]["protocol"]]
    assert flipped == [True, False]
    (data,) = market["texts"]["data"]
    assert data.startswith("Counts as published: 12,936 training images")
    assert (duke["column"], duke["runs"]) == ("dukemtmc", 1)
    assert duke["texts"]["recipe"] == ["channel"]


def test_readings_are_cells_of_their_own(judge):
    records.write(judge.scale, records.record(reading="released", mAP=0.5))
    cells = judge(readings=("written", "released"))["cells"][:2]
    assert [(cell["series"], cell["status"]) for cell in cells] == [
        ("written", "not run"),
        ("released", "run"),
    ]


def test_what_was_never_released_is_said_under_released(judge):
    cells = judge(readings=("written", "released"))["cells"]
    words = {(cell["row"], cell["series"]): cell.get("caveats") for cell in cells}
    assert "never released" in words["space", "released"][0]
    assert words["space", "written"] == words["base", "released"] == []


def test_a_table_without_datasets_is_refused(judge, capsys):
    (judge.folder / "table8.yaml").unlink()
    metrics = {"GFLOPS": {"unit": "gflops", "better": "lower", "decimals": 2}}
    columns = [{"key": "cost", "label": "GFLOPS", "metrics": ["GFLOPS"]}]
    cells = {"cost": {"GFLOPS": 6.23}}
    row = {"id": "a", "label": "A", "latex": "A", "citation": None, "experiment": "base"}
    rows = [row | {"group": None, "cells": cells, "bold": []}]
    records.table(judge.folder, metrics=metrics, columns=columns, rows=rows)
    assert judge.status() == 2
    assert "cost" in capsys.readouterr().err
