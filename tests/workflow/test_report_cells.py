"""What stands in the cells of a report, read back from its Markdown."""

import re

import pytest

from tests.workflow import records
from tests.workflow.markdown import fact, grids, row

C2, S2 = "resnet50-apnet-c2", "resnet50-apnet-s2"


@pytest.mark.parametrize(
    ("values", "sign", "shown"),
    [
        ((0.878, 0.878), "● ≈", "● match ≈"),
        ((0.93, 0.93), "▲ ≉", "▲ better ≉"),
        ((0.80, 0.80), "▼ ≉", "▼ worse ≉"),
        ((0.873, 0.875), "? ≈", "? inconclusive +6 ≈"),
        ((0.878,), "○", "○ 1 run: within"),
        ((0.93,), "△", "△ 1 run: better"),
        ((0.80,), "▽", "▽ 1 run: worse"),
    ],
)
def test_signs_of_verdicts(judge, values, sign, shown):
    judge.write(*(records.record(seed=seed, mAP=mAP) for seed, mAP in enumerate(values)))
    text = judge.render(".md", seeds=range(len(values)))
    overview, market, *_ = grids(text)
    assert row(overview, "Base")[1].endswith(f" {sign}")
    assert row(market, "Base")[4] == shown
    assert all(
        re.search(rf"^{re.escape(one)} |, {re.escape(one)} ", text, re.M) for one in sign.split()
    )


def test_numbers_of_a_block(judge):
    judge.write(records.record(seed=0, mAP=0.8731), records.record(seed=1, mAP=0.8789))
    market = grids(judge.render(".md", seeds=(0, 1)))[1]
    # Mean 87.60, half the distance times the root of two 0.41, against 87.8 reported.
    assert row(market, "Base")[1:4] == ["87.8", "87.6 ± 0.4", "−0.2"]


def test_differences_have_a_true_sign_or_none(judge):
    judge.write(records.record(mAP=0.8783), records.record(model=C2, mAP=0.95))
    market = grids(judge.render(".md"))[1]
    assert row(market, "Base")[3] == "0.0"
    assert row(market, "Ours")[3] == "+4.5"


def test_bold_is_computed_anew_and_ties_are_all_bold(judge):
    judge.write(
        records.record(mAP=0.90043),
        records.record(model=C2, mAP=0.89957),
        records.record(model=S2, mAP=0.99 - 0.05),
        records.record("dukemtmc", mAP=0.9),
        records.record("dukemtmc", C2, mAP=0.8),
    )
    overview = grids(judge.render(".md"))[0]
    assert row(overview, "Base")[1] == "87.8 / **90.0** △"
    assert row(overview, "Ours")[1] == "**90.5** / **90.0** ▽"
    assert row(overview, "Space")[1] == "89.0 / 94.0 △", "alone among its group's reproduced rows"
    assert "**90.0**" in row(overview, "Base")[3]
    assert "**" not in row(overview, "Ours")[3]


def test_partial_seeds_are_noted(judge):
    judge.write(records.record(mAP=0.878))
    text = judge.render(".md", seeds=(0, 1, 2))
    overview, market, *_ = grids(text)
    assert row(overview, "Base")[1] == "87.8 / 87.8 (1 of 3) ○"
    assert row(market, "Base")[2] == "87.8 (1 of 3)"
    assert "- **n of 3**: n of the seeds asked for are there" in text


def test_readings_stand_side_by_side(judge):
    judge.write(records.record(mAP=0.878), records.record(reading="released", mAP=0.86))
    text = judge.render(".md", readings=("written", "released"))
    written, released, market, *_ = grids(text)
    assert row(written, "Base")[1] == "87.8 / 87.8 ○"
    assert row(released, "Base")[1] == "87.8 / 86.0 ▽"
    assert market[0][1:] == [
        *("reported", "written reproduced", "Δ", "verdict"),
        *("released reproduced", "Δ", "verdict"),
    ]
    assert row(market, "Base")[1:4] == ["87.8", "87.8", "0.0"]
    assert row(market, "Base")[5:7] == ["86.0", "−1.8"]
    assert text.index("### Reading: written") < text.index("### Reading: released")
    assert "### Market-1501, mAP" in text and "### Market-1501, R-1" in text
    assert fact(text, "Outcome, written").startswith("of 9 cells 2 single run")


def test_marks_and_caveats_are_footnotes(judge):
    judge.write(
        records.record(**{"training.provenance": "imported"}),
        records.record(model=C2, code_fingerprint="0123"),
        records.record(model=S2, reading="released"),
    )
    text = judge.render(".md", readings=("written", "released"))
    _, released, market, *_ = grids(text)
    assert row(market, "Base")[2] == "**90.0**†"
    assert row(market, "Ours")[2].endswith("‡")
    assert row(released, "Space")[0] == "Space§", "a note to all of a row is set once"
    assert row(released, "Space")[1] == "89.0 / 90.0 △"
    assert "- † imported\n- ‡ made with earlier code\n- § the spatial code was never" in text


def test_several_marks_have_commas_between(judge):
    both = {"training.switches.market_distractors": "drop", "code_fingerprint": "0123"}
    judge.write(records.record(**both))
    market = grids(judge.render(".md"))[1]
    assert row(market, "Base")[2] == "90.0†,‡"


def test_why_a_cell_is_not_comparable_is_a_footnote(judge):
    judge.write(records.record(mAP=0.878, **{"training.data.published": False}))
    text = judge.render(".md")
    overview, market, *_ = grids(text)
    assert row(overview, "Base")[1] == "87.8 / 87.8†"
    assert row(market, "Base")[4] == "n/c†"
    assert "- † counts differ from the published: market1501 (training)" in text
    assert "- **not comparable**:" in text


def test_quoted_rows_have_the_papers_number_alone(judge):
    overview, market, *_ = grids(judge.render(".md"))
    assert row(overview, r"\*Other")[1:] == ["86.9", "91.9", "78.4"]
    # The blocks of the datasets are about what is made here.
    assert not any(cells[0].startswith(r"\*Other") for cells in market)


def test_an_absent_dataset_is_named_in_its_cells_and_stays_no_failure(judge, tmp_path):
    judge.note("train/written/market1501/resnet50/seed0")
    cells = judge("--data-root", str(tmp_path / "nothing"))["cells"]
    absent = [cell for cell in cells if cell["status"] == "not run"]
    assert absent and not [cell for cell in cells if cell["status"] == "failed"]
    wanted = f"{absent[0]['column']} not found under {tmp_path / 'nothing'}"
    assert {item["message"] for item in absent[0]["missing"]} == {wanted}
    out = tmp_path / "table8.md"
    assert judge.render_status(out) == 0
    assert f"† {wanted}" in out.read_text() and "not run†" in out.read_text()


def test_a_cell_that_the_paper_leaves_out(judge):
    judge.write(records.record("dukemtmc", S2, mAP=0.7))
    text = judge.render(".md")
    overview, _, duke, *_ = grids(text)
    assert row(overview, "Space")[3] == "– / 70.0"
    assert row(duke, "Space")[1:5] == ["–", "70.0", "", "not reported"]
    assert "- **not reported**: the paper gives no value here" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "0.5 on Market-1501 and DukeMTMC-reID"),
        (["dukemtmc=0.7"], "0.5 on Market-1501; 0.7 on DukeMTMC-reID"),
        (["mAP=0.7"], "0.7 on mAP; 0.5 on R-1"),
        (
            ["market1501/mAP=0.7"],
            "0.7 on Market-1501 mAP; 0.5 on Market-1501 R-1 and DukeMTMC-reID mAP",
        ),
    ],
)
def test_the_tolerances_are_said_in_the_shortest_way(judge, tmp_path, words, said):
    judge.write(records.record())
    judge(*(["--tolerance", *words] if words else []))
    assert judge.render_status(tmp_path / "table8.md") == 0
    text = (tmp_path / "table8.md").read_text()
    assert f"- **e**: the tolerance, in percent points: {said}\n" in text


def test_reasons_give_the_numbers_that_decided(judge):
    judge.write(records.record(seed=0, mAP=0.8785), records.record(seed=1, mAP=0.8815))
    text = judge.render(".md", seeds=(0, 1))
    reasons = grids(text)[-1]
    # The deviation is 0.212. For one degree of freedom t is 6.314; 6.314 · 0.212 / √2 = 0.95, and
    # the chance of more than (0.5 - 0.2) / 0.15 = 2 is 0.148. It is 12.706 of one more run: 3.30.
    assert row(reasons, "Base_0, Market-1501 mAP")[1:] == [
        *("? inconclusive", "2", "87.05 to 88.95", "87.3 to 88.3", "0.148", "about 2"),
        *("84.7 to 91.3 ≈", "1"),
    ]
    assert "<details><summary>The numbers behind 2 verdicts</summary>\n\n|" in text


@pytest.mark.parametrize(
    ("suffix", "made", "quoted"),
    [
        (".md", "| Base_0†", r"| \*Other \[33\]‡"),
        (".html", 'aria-label="note: mixes two rows">†<', 'aria-label="note: no code">‡<'),
        (".tex", r"\word{not run}", r"[33]\textsuperscript{\ddag{}}"),
    ],
)
def test_a_remark_is_a_footnote_to_its_row(judge, suffix, made, quoted):
    content = records.yaml.safe_load(judge.table.read_text())
    content["rows"][0]["remark"] = "mixes two rows"
    content["rows"][3]["remark"] = "no code"
    judge.table.write_text(records.yaml.safe_dump(content, sort_keys=False))
    text = judge.render(suffix)
    assert made in text and quoted in text
    assert "mixes two rows" in text and "no code" in text
