"""Cells whose results are missing, failed or refused: what they say of each, and what they keep."""

import json
import sys
from types import ModuleType

import pytest

from apnet.records.paths import CHECK, RECORD
from tests.workflow import records


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
