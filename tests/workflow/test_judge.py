"""From fabricated evaluations to cells, checked by arithmetic of its own."""

import json
import math
import sys
from types import ModuleType

import pytest
from scipy import stats

from apnet.errors import InputError
from apnet.records.paths import CHECK, RECORD
from tests.workflow import records
from tests.workflow.judging import Judge
from workflow.lib.tolerances import parse_tolerances


@pytest.fixture
def judge(tmp_path):
    return Judge(tmp_path)


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


def test_tolerances_by_dataset(judge):
    for seed, mAP in enumerate((0.868, 0.868)):
        records.write(judge.scale, records.record(seed=seed, mAP=mAP))
    assert judge.cell(seeds=(0, 1))["verdict"] == "worse"
    wide = ("--tolerance", "0.1", "market1501=1.5")
    assert judge.cell(more=wide, seeds=(0, 1))["verdict"] == "match"
    assert judge.cell(dataset="dukemtmc", more=wide)["tolerance"] == 0.1


def test_a_tolerance_of_the_papers_metric_wins_over_the_datasets(tmp_path):
    judge = Judge(tmp_path, **{"metrics.mAP": records.ACCURACY | {"tolerance": 1.5}})
    records.write(judge.scale, records.record(mAP=0.868))
    assert judge.cell()["tolerance"] == judge.cell(more=("--tolerance", "0.1"))["tolerance"] == 1.5
    assert judge.cell(metric="R-1")["tolerance"] == 0.5


@pytest.mark.parametrize("own", [None, 1.5])
def test_what_is_said_of_a_metric_wins_over_what_is_said_of_a_dataset(tmp_path, own):
    metric = records.ACCURACY | ({"tolerance": own} if own else {})
    judge = Judge(tmp_path, **{"metrics.mAP": metric})
    words = ["market1501=0.1", "mAP=0.2", "market1501/mAP=0.3", "R-1=0.4"]
    got = [judge.cell(more=("--tolerance", *words[:count]))["tolerance"] for count in (1, 2, 3)]
    assert got == [own or 0.1, 0.2, 0.3]
    assert judge.cell(metric="R-1", more=("--tolerance", *words))["tolerance"] == 0.4


def test_small_datasets_are_given_a_point():
    tolerances = parse_tolerances([])
    names = ("cuhk03-labeled", "occluded-dukemtmc", "msmt17")
    assert [tolerances[name] for name in names] == [1.0, 1.0, 0.5]


@pytest.mark.parametrize(
    ("word", "words"),
    [
        ("market=1", "unknown metric or dataset in tolerances 'market'"),
        ("wide", "'wide' is no positive number"),
        ("0", "'0' is no positive number"),
        ("msmt17=nan", "'nan' is no positive number"),
        ("msmt17=", "'' is no positive number"),
        ("msmt/mAP=1", "unknown dataset in tolerances 'msmt'"),
        ("msmt17/R-2=1", "unknown metric in tolerances 'R-2'"),
    ],
)
def test_a_wrong_tolerance_is_named(word, words):
    with pytest.raises(InputError, match=words):
        parse_tolerances([word])


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


def test_an_open_cell_names_the_file_that_would_fill_it(judge):
    (lacking,) = judge.cell()["missing"]
    assert lacking["status"] == "not run"
    assert lacking["file"] == str(judge.scale / records.place(records.record()))


@pytest.mark.parametrize(
    "place",
    [
        "train/written/market1501/resnet50/seed0",
        "evaluate/written/market1501/resnet50/seed0/market1501",
        "check/written/market1501",
    ],
)
def test_a_failed_job_is_told_in_its_cell(judge, place):
    judge.note(place)
    cell = judge.cell()
    assert (cell["status"], cell["detail"]) == ("failed", "out of memory")
    assert cell["missing"][0]["log"] == f"{place}.log"
    assert judge.cell("ours", "dukemtmc")["status"] == "not run"


def test_a_note_of_another_form_is_named_in_its_cell(judge):
    judge.note("train/written/market1501/resnet50/seed0", message=3)
    detail = judge.cell()["detail"]
    assert "seed0.failed.json: message: 3 is not of type 'string': delete it" in detail
    assert judge.cell("ours")["status"] == "not run"


def test_a_seed_that_failed_leaves_the_others(judge):
    records.write(judge.scale, records.record(mAP=0.878))
    judge.note("train/written/market1501/resnet50/seed1")
    cell = judge.cell(seeds=(0, 1))
    assert (cell["status"], cell["seeds"]) == ("run", [0])
    assert [(item["seed"], item["status"]) for item in cell["missing"]] == [(1, "failed")]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"schema": 2}, "schema"),
        ({"mAP": float("nan")}, "mAP is not a finite number"),
        ({"mAP": 87.8}, "mAP"),
        ({"mAP": "0.9"}, "mAP"),
        ({"cmc": {"1": 0.9}}, "cmc"),
        ({"cmc.5": 0.1}, "cmc falls"),
        ({"data": {}}, "data"),
        ({"dataset": "dukemtmc"}, "test set is 'dukemtmc'"),
        ({"data.name": "dukemtmc"}, "test data is 'dukemtmc'"),
        ({"training_set": "dukemtmc"}, "training set"),
        ({"seed": 3}, "seed is 3"),
        ({"reading": "released"}, "reading is 'released'"),
        ({"model": "resnet50-se"}, "model is 'resnet50-se'"),
    ],
)
def test_a_record_that_cannot_be_believed_is_named_in_its_cell(judge, changes, words):
    content = records.record() | records.changed(records.record(), changes)
    refused(judge, json.dumps(content), words)


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", json.dumps(records.record())[:900]])
def test_what_is_no_record_is_named_in_its_cell(judge, text):
    refused(judge, text, "")


def refused(judge, text, words):
    """Its own cell fails with a sentence that names the file; the next seed and row are shown."""
    records.write(judge.scale, records.record(seed=1), records.record(model="resnet50-se"))
    file = records.write(judge.scale, records.record())
    file.write_text(text)
    cell = judge.cell(seeds=(0, 1))
    assert (cell["status"], cell["seeds"]) == ("run", [1])
    (missing,) = cell["missing"]
    assert (missing["status"], missing["file"]) == ("failed", str(file))
    assert str(file) in missing["message"] and words in missing["message"]
    assert missing["message"].endswith("delete it to evaluate again")
    assert judge.cell()["verdict"] == "failed" and str(file) in judge.render(".md")


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("data", "its test data is not what {}: delete it to evaluate again"),
        ("training.data", "its training data is not what {}: delete its run to train it again"),
    ],
)
def test_a_record_of_other_data_than_was_checked_is_named_in_its_cell(judge, part, words):
    check = judge.scale / CHECK.format(reading="written", dataset="market1501")
    judge.write(records.record(), records.record(seed=1, **{f"{part}.fingerprint": "another"}))
    check.write_text('{"fingerprint": "fingerprint of market1501"}')
    cell = judge.cell(seeds=(0, 1))
    assert (cell["status"], cell["seeds"]) == ("run", [0])
    assert words.format(f"{check} describes") in cell["missing"][0]["message"]
    check.write_text("{")
    assert judge.cell(seeds=(0, 1))["seeds"] == [0, 1], "nobody can tell"


def test_of_a_run_in_the_folder_of_another_reading_the_run_is_to_be_moved(judge):
    file = judge.write(records.record())
    file.write_text(json.dumps(records.record(reading="released")))
    (file.parent.parent / RECORD).write_text('{"reading": "released"}')
    message = judge.cell()["missing"][0]["message"]
    assert message.endswith("its path says 'written': move its run away")


def test_a_broken_dataset_leaves_its_own_cells_open(judge, monkeypatch):
    records.write(judge.scale, records.record(), records.record("dukemtmc"))
    whole = judge("--tolerance", "0.3")["cells"]
    assert [cell["status"] for cell in whole[:3]] == ["run", "run", "run"]
    broken = ModuleType("dukemtmc")
    monkeypatch.setitem(sys.modules, "apnet.data.datasets.dukemtmc", broken)
    cells = judge("--tolerance", "0.3", "--data-root", str(judge.folder))["cells"]
    assert cells[:2] == whole[:2] and cells[2]["status"] == "not run"
    (missing,) = cells[2]["missing"]
    assert missing["message"].startswith("apnet/data/datasets/dukemtmc.py gives no SOURCE (")


def test_a_copied_run_is_not_a_second_seed(judge):
    copy = records.record(seed=1, checkpoint_sha256=records.record()["checkpoint_sha256"])
    records.write(judge.scale, records.record(), copy, records.record(seed=2))
    cell = judge.cell(seeds=(0, 1, 2))
    assert (cell["verdict"], cell["seeds"]) == ("single run", [2])
    assert [item["seed"] for item in cell["missing"]] == [0, 1]
    assert all("same weights" in item["message"] for item in cell["missing"])


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
