"""Markdown of fabricated judged cells, read back from its pipe tables."""

import re

from tests.workflow import records
from tests.workflow.judging import COMMAND, Judge
from tests.workflow.markdown import fact, grids, row

C2 = "resnet50-apnet-c2"
NUMBER = re.compile(r"\d+\.\d+")


def all_runs(make=records.record, **changes):
    return [
        make(training, model, seed, 0.9 + seed / 1000, **changes)
        for training in ("market1501", "dukemtmc")
        for model in records.MODELS.values()
        for seed in (0, 1)
    ]


def test_heading_says_scale_data_protocol_and_recipe(judge):
    judge.write(records.record())
    text = judge.render(".md")
    assert text.startswith("# Table VIII, reproduced beside reported\n\nA SMALL TABLE.\n")
    assert fact(text, "Scale") == "paper"
    assert fact(text, "Reading") == "written"
    assert fact(text, "Seeds") == "0"
    assert fact(text, "Data") == "Market-1501; counts as published"
    assert fact(text, "Training recipe") == "channel"
    protocol = fact(text, "Protocol")
    assert "single query; cosine distance; features after the BN neck" in protocol
    assert "mirror image's; last checkpoint; junk left out of the gallery" in protocol
    assert "Counts as published: 12,936 training images of 751 identities, 3,368 queries" in text


def test_heading_without_any_run(judge):
    text = judge.render(".md")
    for name in ("Data", "Protocol", "Training recipe"):
        assert fact(text, name) == "no run yet"
    assert fact(text, "Outcome") == "all 9 cells not run"


def test_what_one_dataset_does_otherwise_is_said_once(judge):
    judge.write(records.record(), records.record("dukemtmc", **{"protocol.feature": "logits"}))
    usual, other = fact(judge.render(".md"), "Protocol").split(" — but ")
    assert usual.count("single query") == 1 and "BN neck" in usual
    assert other.startswith("DukeMTMC-reID (written): single query")
    assert "classifier logits" in other


def test_counts_that_differ_are_said_of_the_data(judge):
    judge.write(records.record(**{"data.published": False, "training.data.published": False}))
    assert fact(judge.render(".md"), "Data") == "Market-1501; counts not as published"
    judge.write(records.record(**{"data.published": False}))
    assert fact(judge.render(".md"), "Data") == "Market-1501; counts not all as published"


def test_every_synthetic_number_carries_the_watermark(judge):
    judge.write(*all_runs(records.synthetic))
    text = judge.render(".md", seeds=(0, 1))
    overview, *blocks = grids(text)
    for cells in overview[2:]:
        for cell in cells[1:]:
            reported, _, ours = cell.partition(" / ")
            if cells[0] in ("untrained", "random ranking"):
                reported, ours = "", cell
            assert "ˢ" not in reported
            assert len(NUMBER.findall(ours)) == ours.count("ˢ")
    for head, _, *lines in blocks:
        for name, *cells in lines:
            for column, cell in zip(head[1:], cells, strict=True):
                marked = 0 if "reported" in column else len(NUMBER.findall(cell))
                assert cell.count("ˢ") == marked, (name, column)
    assert sum(cell.count("ˢ") for grid in grids(text) for line in grid for cell in line) > 30
    assert "> **Synthetic data.**" in text
    assert fact(text, "Data") == "Market-1501 and DukeMTMC-reID; synthetic stand-in"
    assert "Why each verdict" not in text


def test_no_real_number_carries_the_watermark(judge):
    judge.write(*all_runs())
    text = judge.render(".md", seeds=(0, 1))
    assert "ˢ" not in text and "ynthetic" not in text


def test_synthetic_and_real_rows_are_told_apart(judge):
    judge.write(records.synthetic(mAP=0.25), records.record(model=C2, mAP=0.9))
    overview = grids(judge.render(".md"))[0]
    assert row(overview, "Base")[1] == "87.8 / 25.0ˢ†", "thin beside one of full size"
    assert row(overview, "Ours")[1] == "**90.5** / 90.0 ○", "no best beside what is not compared"


def test_open_cells_name_the_command_and_what_failed(judge):
    judge.write(records.record(mAP=0.878))
    judge.note("train/written/market1501/resnet50-apnet-c2/seed0", "it *broke* |\n# twice <b>")
    text = judge.render(".md")
    overview, market, duke, *_ = grids(text)
    assert row(overview, "Ours")[1] == "**90.5** / failed"
    assert row(overview, "Base")[3] == "77.2 / not run"
    assert row(market, "Ours")[2:5] == ["failed", "", ""]
    assert row(duke, "Base")[2:5] == ["not run", "", ""]
    assert f"5 results are not there yet. One command makes them:\n\n    {COMMAND}\n" in text
    assert (
        r"**Failed:** Ours\|C_2 on Market-1501, seed 0: it \*broke\* \| \# twice \<b\> "
        "(log: train/written/market1501/resnet50-apnet-c2/seed0.log)"
    ) in text
    assert "- **not run**:" in text and "- **failed**:" in text


def test_jobs_that_failed_for_one_reason_are_one_sentence(judge):
    judge.note("check/written/market1501", "images are missing")
    text = judge.render(".md")
    assert text.count("images are missing") == 1
    assert "Base_0 on Market-1501, seed 0 and 2 more: images are missing" in text


def test_one_open_evaluation_is_one(judge):
    runs = [run for run in all_runs() if run["seed"] == 0]
    judge.write(*runs[1:])
    assert "1 result is not there yet. One command makes it:" in judge.render(".md")


def test_a_full_table_has_nothing_open(judge):
    judge.write(*all_runs())
    text = judge.render(".md", seeds=(0, 1))
    assert COMMAND not in text and "not run" not in text and "(1 of 2)" not in text
    assert "n of 2" not in text


def test_what_markdown_would_take_for_markup_is_escaped(tmp_path):
    notes = ["_a_ and b_c, <i>, `d`, [e](f), *g*, &lt; & H, ~~i~~, $j$"]
    judge = Judge(tmp_path, notes=notes, caption="A|B", heading="M|N")
    text = judge.render(".md")
    escaped = r"- \_a\_ and b_c, \<i\>, \`d\`, \[e\](f), \*g\*, \&lt; & H, \~\~i\~\~, \$j\$"
    assert escaped in text and r"A\|B" in text
    assert r"Ours\|C_2" in text
    for grid in grids(text):
        assert len({len(cells) for cells in grid}) == 1
        assert grid[0][0] == r"M\|N"


def test_groups_have_a_line_and_rows_keep_their_order(judge):
    labels = [cells[0] for cells in grids(judge.render(".md"))[0][2:]]
    assert labels == [
        *("*channel*", "Base_0", r"Ours\|C_2", "*spatial*", "Space", r"\*Other \[33\]"),
    ]


def test_publication_and_backbone_are_columns_of_the_papers_table(tmp_path):
    judge = Judge(tmp_path)
    content = records.yaml.safe_load(judge.table.read_text())
    content["rows"][3] |= {"publication": "CVPR'20", "backbone": "ResNet-50"}
    judge.table.write_text(records.yaml.safe_dump(content, sort_keys=False))
    overview, market, *_ = grids(judge.render(".md"))
    assert overview[0][:4] == ["Model", "Publication", "Backbone", "Market-1501 mAP"]
    assert row(overview, r"\*Other")[1:4] == ["CVPR'20", "ResNet-50", "86.9"]
    assert row(overview, "Base")[1:3] == ["", ""]
    assert market[0][1] == "mAP reported"
