"""Every evaluation in one CSV."""

import json

import pandas as pd
import pytest

import reproduction
from tests.workflow import records
from workflow.lib.catalogue import paper
from workflow.lib.collect import main


def collect(folder, *more):
    out = folder / "metrics.csv"
    status = main(["--results", str(folder), "--scale", "paper", *more, "--out", str(out)])
    return status, out


def test_a_line_for_each_metric_of_each_evaluation(tmp_path):
    scale = tmp_path / "paper"
    records.write(
        scale,
        records.record(seed=10, mAP=0.123456789012345),
        records.record(seed=9),
        records.record(test="dukemtmc", seed=9),
        records.synthetic(reading="released"),
    )
    (scale / "cells").mkdir()
    (scale / "cells" / "table2.json").write_text("{}")
    status, out = collect(tmp_path)
    table = pd.read_csv(out, dtype={"value": str})
    assert status == 0 and len(table) == 4 * 5
    assert list(table.metric[:5]) == ["mAP", "R-1", "R-5", "R-10", "R-20"]
    assert list(table.columns[:7]) == [
        *("series", "training_set", "model", "seed", "test_set", "metric", "value"),
    ]
    last = table[(table.seed == 10) & (table.metric == "mAP")].iloc[0]
    assert float(last.value) == 100 * 0.123456789012345
    assert (last.published, last.synthetic, last.provenance) == (True, False, "trained")
    assert list(table[table.series == "released"].synthetic) == [True] * 5
    # Seed 9 stands before seed 10: they are numbers.
    assert list(dict.fromkeys(table[table.series == "written"].seed)) == [9, 10]


def test_nothing_yet_is_a_header(tmp_path):
    status, out = collect(tmp_path)
    assert status == 0 and out.read_text().startswith("series,training_set,")
    assert out.read_text().count("\n") == 1


def test_a_broken_record_is_named_in_its_lines_beside_the_others(tmp_path):
    records.write(tmp_path / "paper", records.record(seed=1))
    file = records.write(tmp_path / "paper", records.record())
    file.write_text(json.dumps(records.record(mAP=2)))
    status, out = collect(tmp_path)
    results = reproduction.read_results(out)
    broken = results[results.seed == 0]
    assert status == 0 and len(results) == 10 and results[results.seed == 1].value.notna().all()
    assert broken.value.isna().all() and {*broken.status} == {"failed"}
    assert str(file) in broken.message.iloc[0] and "mAP is 2" in broken.message.iloc[0]


def test_a_folder_that_is_no_seed_is_named(tmp_path, capsys):
    file = records.write(tmp_path / "paper", records.record())
    file.parent.parent.rename(file.parent.parent.with_name("seed0-old"))
    status, _ = collect(tmp_path)
    assert status == 2 and "'seed0-old'" in capsys.readouterr().err


def test_other_counts_stand_in_each_line_with_the_words_that_accept_them(tmp_path):
    counts = {**records.data("market1501")["counts"], "junk": 3}
    other = {"published": False, "counts": counts}
    changes = {f"{place}.{key}": other[key] for place in ("training.data", "data") for key in other}
    records.write(tmp_path / "paper", records.record(seed=1, **changes), records.record(seed=2))
    _, out = collect(tmp_path, "--accepted", "market1501=it is a test", "dukemtmc=no matter")
    table = pd.read_csv(out, keep_default_na=False)
    words = "market1501 has 3 junk (published: 3,819); accepted: it is a test"
    assert list(table[table.seed == 1].other_counts) == [words] * 5
    assert list(table[table.seed == 2].other_counts) == [""] * 5


def test_the_file_is_results_that_a_notebook_judges(tmp_path):
    runs = [records.record(seed=seed, mAP=0.878) for seed in (0, 1)]
    drawn = [
        records.synthetic(model=model)
        for model in ("resnet50-se", "resnet101-se", "resnet101-apnet-c1")
    ]
    records.write(tmp_path / "paper", *runs, *drawn)
    _, out = collect(tmp_path)
    with pytest.warns(UserWarning, match="16 of 25 results are of no cell"):
        cells = reproduction.judge(paper(), reproduction.read_results(out))
    frame = cells.to_frame().set_index(["table", "row", "column", "metric"])
    assert frame.loc[("table2", "apn-0", "market1501", "mAP"), "verdict"] == "match"
    synthetic = frame.loc[("table2", "se-resnet", "market1501", "mAP")]
    assert (synthetic.verdict, synthetic.why_not[0]) == ("not comparable", "synthetic data")
