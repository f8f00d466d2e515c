"""CSV of fabricated judged cells."""

import csv
import io

import pytest

from tests.workflow import records


def lines(text):
    return {
        (line["row"], line["dataset"], line["metric"], line["reading"]): line
        for line in csv.DictReader(io.StringIO(text))
    }


def test_columns_are_these(judge):
    head = judge.render(".csv").partition("\n")[0]
    assert head == (
        "table,row,dataset,metric,reading,reported,mean,sd,seeds,difference,verdict,comparable,"
        "tolerance,p_value,adjusted_p,compatible,best_of,choice,alternatives"
    )


def test_a_line_a_cell_and_reading_in_the_order_of_print(judge):
    cells = [*lines(judge.render(".csv", readings=("written", "released")))]
    assert len(cells) == 9 * 2 + 3
    assert cells[:3] == [
        ("base", "market1501", "mAP", "written"),
        ("base", "market1501", "mAP", "released"),
        ("base", "market1501", "R-1", "written"),
    ]
    assert cells[-1] == ("other", "dukemtmc", "mAP", "")


def test_numbers_have_full_precision(judge):
    first, second = 0.87654321987654321, 0.8801234567890123
    judge.write(records.record(seed=0, mAP=first), records.record(seed=1, mAP=second))
    line = lines(judge.render(".csv", seeds=(0, 1)))["base", "market1501", "mAP", "written"]
    mean = (100 * first + 100 * second) / 2
    assert float(line["mean"]) == pytest.approx(mean, rel=1e-15)
    assert float(line["sd"]) == pytest.approx(100 * (second - first) / 2**0.5, rel=1e-12)
    assert float(line["difference"]) == pytest.approx(mean - 87.8, rel=1e-12)
    assert (line["table"], line["reported"], line["seeds"]) == ("table8", "87.8", "2")
    assert (line["verdict"], line["comparable"]) == ("inconclusive", "True")
    assert (line["compatible"], line["best_of"], line["tolerance"]) == ("True", "1", "0.5")
    assert 0.05 < float(line["p_value"]) == float(line["adjusted_p"]) < 0.5


def test_what_does_not_exist_is_empty(judge):
    judge.write(records.record("dukemtmc", "resnet50-apnet-s2", mAP=0.5))
    judge.note("train/written/market1501/resnet50/seed0", "it, broke")
    cells = lines(judge.render(".csv"))
    failed = cells["base", "market1501", "mAP", "written"]
    assert [failed[name] for name in ("mean", "sd", "difference")] == ["", "", ""]
    assert (failed["seeds"], failed["verdict"], failed["comparable"]) == ("0", "failed", "False")
    assert cells["ours", "market1501", "mAP", "written"]["verdict"] == "not run"
    left_out = cells["space", "dukemtmc", "mAP", "written"]
    assert (left_out["reported"], left_out["mean"], left_out["sd"]) == ("", "50.0", "")
    quoted = cells["other", "market1501", "mAP", ""]
    assert (quoted["reported"], quoted["seeds"], quoted["verdict"]) == ("86.9", "0", "quoted")


def test_what_does_not_compare_says_why(judge):
    real = records.record(**{"training.paper_recipe": False, "training.settings.epochs": 2})
    judge.write(real, records.synthetic(model="resnet50-apnet-c2"))
    cells = lines(judge.render(".csv"))
    assert cells["base", "market1501", "mAP", "written"]["verdict"] == (
        "not comparable (settings differ from the paper's recipe: epochs 2 instead of 160)"
    )
    drawn = cells["ours", "market1501", "mAP", "written"]
    assert (drawn["verdict"], drawn["comparable"]) == ("not comparable (synthetic data)", "False")


def test_a_synthetic_seed_beside_a_real_one_is_named_first(judge):
    odd = {"training.paper_recipe": False, "training.settings.epochs": 2}
    judge.write(records.record(**odd), records.synthetic(seed=1))
    line = lines(judge.render(".csv", seeds=(0, 1)))["base", "market1501", "mAP", "written"]
    assert line["verdict"] == "not comparable (synthetic data)"
