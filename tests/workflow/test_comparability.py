"""Whether runs may be compared with the paper, and what is marked beside them."""

import math

import pytest

from tests.workflow import records


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"data.synthetic": True}, "synthetic data"),
        ({"training.data.synthetic": True}, "synthetic data"),
        ({"data.published": False}, "counts differ from the published: market1501 (test)"),
        (
            {"training.data.published": False},
            "counts differ from the published: market1501 (training)",
        ),
        ({"training.paper_recipe": False}, "not the paper's recipe"),
        (
            {"training.paper_recipe": False, "training.settings.epochs": 2},
            "settings differ from the paper's recipe: epochs 2 instead of 160",
        ),
    ],
)
def test_what_the_records_say_makes_a_cell_not_comparable(judge, changes, why):
    for seed in (0, 1):
        records.write(judge.scale, records.record(seed=seed, mAP=0.878, **changes))
    cell = judge.cell(seeds=(0, 1))
    assert (cell["verdict"], cell["comparable"]) == ("not comparable", False)
    assert cell["why_not"] == [why] and cell["detail"] == why


def test_a_smoke_run_says_so_first_and_is_short_about_its_recipe(judge):
    records.write(judge.scale, records.synthetic(mAP=0.878))
    cell = judge.cell()
    assert cell["synthetic"] and cell["verdict"] == "not comparable"
    assert cell["why_not"][0] == "synthetic data"
    assert "height 64 instead of 384" in cell["why_not"][1]
    assert cell["why_not"][1].endswith(" more")


def test_a_thin_network_on_real_data_says_so_first(judge):
    records.write(judge.scale, records.record(recipe="laptop", mAP=0.878))
    cell = judge.cell()
    assert not cell["comparable"] and cell["marks"] == ["thin networks"]
    (why,) = cell["why_not"]
    assert why.startswith("settings differ from the paper's recipe: backbone_size thin instead of")


def test_seeds_that_were_run_differently_do_not_make_one_cell(judge):
    records.write(
        judge.scale, records.record(), records.record(seed=1, **{"data.fingerprint": "x"})
    )
    assert judge.cell(seeds=(0, 1))["why_not"] == ["its seeds have different test data"]


def test_seeds_of_two_releases_make_one_cell(judge):
    """An older record lists the switches of all datasets, and none with the protocol."""
    older = {"training.switches": {"places": ["stage1", "stage2", "stage3", "stage4"]}}
    judge.write(
        records.record(seed=0, mAP=0.877, **older),
        records.record(seed=1, **{"protocol.switches": {"market_distractors": "keep"}}, mAP=0.879),
    )
    assert judge.cell(seeds=(0, 1))["why_not"] == []


def test_seeds_with_different_switches_do_not_make_one_cell(judge):
    judge.write(
        records.record(seed=0),
        records.record(seed=1, **{"training.switches.level_order": "fine-to-coarse"}),
    )
    assert judge.cell(seeds=(0, 1))["why_not"] == ["its seeds have different switches"]


def test_runs_that_do_not_compare_lend_no_spread(judge):
    for seed, mAP in enumerate((0.878, 0.879)):
        records.write(judge.scale, records.record(seed=seed, mAP=mAP))
    for seed, mAP in enumerate((0.2, 0.8)):
        wild = records.record(model="resnet50-apnet-c2", seed=seed, mAP=mAP)
        records.write(judge.scale, records.changed(wild, {"data.published": False}))
    assert judge.cell(seeds=(0, 1))["pooled_sd"] == pytest.approx(0.1 / math.sqrt(2))


def test_where_runs_come_from_is_marked_beside_the_verdict(judge):
    records.write(judge.scale, records.record(**{"training.provenance": "imported"}))
    cell = judge.cell()
    assert cell["marks"] == ["imported"] and cell["comparable"]


@pytest.mark.parametrize("place", ["code_fingerprint", "training.code_fingerprint"])
def test_earlier_code_is_marked_and_named(judge, place):
    records.write(judge.scale, records.record(**{place: "0123456789abcdef"}))
    assert judge.cell()["marks"] == ["made with earlier code"]
    (context,) = judge()["context"]
    codes = context["texts"]
    assert ["0123456789abcdef"] in (codes["training_code"], codes["evaluation_code"])


def test_a_switch_set_otherwise_is_marked_beside_the_verdict(judge):
    records.write(judge.scale, records.record(**{"training.switches.market_distractors": "drop"}))
    cell = judge.cell()
    assert cell["marks"] == ["not quite the reading written: market_distractors is drop"]
    assert cell["comparable"]
