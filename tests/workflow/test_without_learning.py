"""What numbers on synthetic data have to beat, and what networks they are of."""

import csv
import io

import pytest

from tests.workflow import records
from tests.workflow.judging import Judge
from tests.workflow.markdown import fact, grids, row

C2 = "resnet50-apnet-c2"
BOTH = ("written", "released")


@pytest.fixture
def judge(tmp_path):
    """Two networks of one row, and one of another."""
    judge = Judge(tmp_path)
    judge.write(*(records.synthetic(seed=seed) for seed in (0, 1)))
    judge.write(records.synthetic(model=C2, **untrained(0.105)))
    return judge


def untrained(mAP):
    return {"without_learning.untrained": records.scores(mAP)}


def test_two_rows_stand_below_the_papers(judge):
    text = judge.render(".md", seeds=(0, 1))
    overview, market, duke, *_ = grids(text)
    # The mean of 8 and 9 is a row's, that of 8.5 and 10.5 the table's.
    assert row(overview, "untrained")[1:] == ["9.5ˢ", "10.5ˢ", ""]
    assert row(overview, "random")[1:] == ["4.0ˢ", "5.0ˢ", ""]
    assert row(market, "untrained")[1:5] == ["", "9.5ˢ", "", ""]
    assert not [line for line in duke if line[0] in ("untrained", "random ranking")]
    assert "before their first step; the mean of 3\n" in text
    assert "- **random ranking**: a gallery in random order, on average\n" in text


def test_each_reading_has_its_own(judge):
    judge.write(records.synthetic(reading="released", **untrained(0.2)))
    written, released, mAP, *_ = grids(judge.render(".md", seeds=(0, 1), readings=BOTH))
    assert row(written, "untrained")[1] == "9.5ˢ" and row(released, "untrained")[1] == "20.0ˢ"
    assert [row(mAP, "untrained")[column] for column in (2, 5)] == ["9.5ˢ", "20.0ˢ"]
    text = judge.render(".tex", seeds=(0, 1), readings=BOTH)
    assert text.partition("random ranking")[0].partition("untrained &")[2].count("20.0") == 1


def test_in_other_formats(judge):
    assert "untrained & 9.5 & \\syn{} & 10.5 &" in judge.render(".tex", seeds=(0, 1))
    assert ">untrained</th>" in judge.render(".html", seeds=(0, 1))
    lines = csv.DictReader(io.StringIO(judge.render(".csv", seeds=(0, 1))))
    line, *_ = (line for line in lines if line["row"] == "untrained")
    assert list(line.values()) == [
        *("table8", "untrained", "market1501", "mAP", "written", "", line["mean"], "", "2"),
        *("", "", "False", *[""] * 7),
    ]
    assert float(line["mean"]) == pytest.approx(9.5, rel=1e-12)


def test_runs_without_it_and_real_ones_have_none(tmp_path):
    judge, real = Judge(tmp_path), records.record()
    real["without_learning"] = records.synthetic()["without_learning"]
    older = records.synthetic(model=C2)
    del older["without_learning"]
    judge.write(real, older, records.synthetic("dukemtmc", **{"without_learning.untrained": None}))
    text = judge.render(".md")
    assert "untrained" not in text
    assert row(grids(text)[0], "random")[1:] == ["", "", "4.0ˢ"]


def test_thin_networks_are_said_once_in_the_heading(judge):
    text = judge.render(".md", seeds=(0, 1))
    assert fact(text, "Models") == "thin networks" and "synthetic stand-in, thin networks<" in text
    assert "† " not in text
    judge.write(records.record("dukemtmc"))
    text = judge.render(".md", seeds=(0, 1))
    assert fact(text, "Models") == "thin networks and networks of full size"
    assert "- † thin networks\n" in text


def test_a_run_of_no_epochs_is_marked(judge):
    judge.write(records.synthetic("dukemtmc", **{"training.provenance": "untrained"}))
    text = judge.render(".md", seeds=(0, 1))
    assert row(grids(text)[0], "Base")[3] == "77.2 / 25.0ˢ† (1 of 2)" and "- † untrained\n" in text
