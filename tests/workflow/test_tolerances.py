"""Tolerances: which of several counts for a cell, and which are refused."""

import pytest

from apnet.errors import InputError
from tests.workflow import records
from tests.workflow.judging import Judge
from workflow.lib.tolerances import parse_tolerances


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
