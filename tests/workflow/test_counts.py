"""Counts of the datasets on disk beside those of Table I."""

import json

import pytest

from apnet.errors import InputError
from reproduction.__main__ import main as reproduce
from reproduction.errors import InputError as PaperError
from reproduction.paper.loading import load_table
from tests.workflow import records
from tests.workflow.conftest import ROOT
from workflow.lib.counting import check_counting
from workflow.lib.counts import main

TABLE = ROOT / "paper" / "tables" / "table1.yaml"

# As the distributors count: (images, identities) of training, queries and gallery; cameras, junk.
REAL = {
    "market1501": ((12936, 751), (3368, 750), (15913, 751), 6, 3819),
    "dukemtmc": ((16522, 702), (2228, 702), (17661, 1110), 8, 0),
    "cuhk03-detected": ((7365, 767), (1400, 700), (5332, 700), 2, 0),
    "msmt17": ((32621, 1041), (11659, 3060), (82161, 3060), 15, 0),
    "occluded-dukemtmc": ((15618, 702), (2210, 519), (17661, 1110), 8, 0),
}


def write(folder, name, *, reading="written", synthetic=False, train=None):
    *splits, cameras, junk = REAL[name]
    counts = {
        split: {"images": images, "identities": identities, "cameras": cameras}
        for split, (images, identities) in zip(("train", "query", "gallery"), splits, strict=True)
    }
    if train:
        counts["train"]["images"] = train
    file = folder / "results" / "paper" / reading / name / "dataset.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    counts |= {"junk": junk, "distractors": 0}
    check = records.dataset_check(name, counts=counts, synthetic=synthetic)
    file.write_text(json.dumps(check))


def judge(folder, readings=("written",)):
    out = folder / "cells.json"
    status = main(
        ["--table", str(TABLE), "--results", str(folder / "results"), "--scale", "paper"]
        + ["--readings", *readings, "--data-root", str(folder), "--out", str(out)]
    )
    assert status == 0
    cells = json.loads(out.read_text())["cells"]
    return {(c["row"], c["column"], c["metric"], c["series"]): c for c in cells}


def report(folder):
    out = folder / "table1.md"
    arguments = ["--cells", str(folder / "cells.json"), "--table", str(TABLE)]
    assert reproduce(["table", *arguments, "--command", "snakemake", "--out", str(out)]) == 0
    return out.read_text()


@pytest.fixture
def real(tmp_path):
    for name in REAL:
        write(tmp_path, name)
    return tmp_path


def test_the_real_datasets_are_the_papers_but_for_two_cells(real):
    cells = judge(real)
    assert len(cells) == 25
    odd = {key[:3]: cell["mean"] for key, cell in cells.items() if cell["verdict"] != "equal"}
    assert odd == {("msmt17", "train", "IDs"): 1041, ("cuhk03", "all", "Cam"): 2}
    text = report(real)
    assert "4101 / 1041 ≠" in text and "19732 / 19732 =" in text
    assert "two cameras for each scene" in text and "ˢ" not in text


def test_each_reading_counts_what_it_trains_on(real):
    for name in REAL:
        write(real, name, reading="released", train=30248 if name == "msmt17" else None)
    cells = judge(real, ("written", "released"))
    assert cells["msmt17", "train", "images", "written"]["verdict"] == "equal"
    assert cells["msmt17", "train", "images", "released"]["verdict"] == "unequal"
    assert "trained on list_train.txt alone" in report(real)


def test_drawn_datasets_are_not_held_against_the_paper(real):
    for name in REAL:
        write(real, name, synthetic=True)
    assert {cell["verdict"] for cell in judge(real).values()} == {"not comparable"}
    text = report(real)
    assert "Synthetic data." in text and "12936 / 12936ˢ" in text


def test_an_absent_dataset_is_named_in_its_cells(real):
    (real / "results" / "paper" / "written" / "msmt17" / "dataset.json").unlink()
    cells = judge(real)
    assert {key[0] for key, cell in cells.items() if cell["status"] != "run"} == {"msmt17"}
    text = report(real)
    assert f"msmt17 not found under {real}" in text
    (row,) = (line for line in text.splitlines() if line.startswith("| MSMT"))
    assert row.count("not run") == 5
    assert "**Open:** 1 result is not there yet" in text


@pytest.mark.parametrize(
    "content",
    [
        *("", "[]", "{}"),
        json.dumps(records.dataset_check("msmt17", counts={"train": 3})),
        json.dumps(records.dataset_check("dukemtmc")),
        json.dumps(records.dataset_check("msmt17", reading="released")),
    ],
)
def test_a_check_of_another_form_or_dataset_fails_its_own_cells(real, content):
    file = real / "results" / "paper" / "written" / "msmt17" / "dataset.json"
    file.write_text(content)
    cells = judge(real)
    assert {key[0] for key, cell in cells.items() if cell["status"] != "run"} == {"msmt17"}
    (message,) = {item["message"] for cell in cells.values() for item in cell["missing"]}
    assert str(file) in message and message.endswith("delete it to check the dataset again")
    assert message in report(real)


@pytest.mark.parametrize(
    ("table", "old", "new", "said"),
    [
        ("table1", "    all/Cam:", "    all/cameras:", "counting has no 'all/Cam'"),
        ("table1", "[gallery.images, junk]", "[galery.images]", "'galery.images' does not match"),
        ("table1", "dataset: dukemtmc", "dataset: duke", "counting 'duke': choose one of"),
        ("table3", "kind: cost", "kind: count", "counting: "),
        ("table3", "  GFLOPS: {rules:", "  FLOPS: {rules:", "counting has no 'GFLOPS'"),
        ("table3", "apnet-s3: APNet", "apnet-s9: APNet", "beside: model 'resnet50-apnet-s9'"),
        ("table3", "experiment: apnet-c1", "experiment: {cost: apnet-c1}", "row apnet-c1: a cost"),
    ],
)
def test_a_slip_in_how_it_is_counted_is_one_sentence(tmp_path, table, old, new, said):
    file = tmp_path / f"{table}.yaml"
    text = (TABLE.parent / file.name).read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    with pytest.raises((InputError, PaperError)) as error:
        check_counting(load_table(file), str(file))
    assert f"{table}.yaml: " in str(error.value) and said in str(error.value)
