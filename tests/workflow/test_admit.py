"""Data whose counts are not the published ones: refused, or accepted in words."""

import json

import pytest

from tests.unit import tiny
from tests.workflow import records
from tests.workflow.conftest import jobs_in
from tests.workflow.judging import Judge
from workflow.lib import admit
from workflow.lib.admit import differences

RUN = "results/damaged/written/market1501/resnet50/seed0"
TARGET = f"{RUN}/test/market1501.json"
CONFIG = """
scale: damaged
readings: [written]
seeds: [0]
recipes: {channel: smoke, spatial: smoke}
set: {epochs: 1, steps_per_epoch: 1, identities: 2}
"""
WORDS = "accept_counts={market1501: 36 images were damaged}"
MARKET = records.data("market1501")["counts"]


def fewer(**images):
    return {
        split: counts | {"images": images.get(split, counts["images"])}
        if isinstance(counts, dict)
        else counts
        for split, counts in MARKET.items()
    }


def check(**changes):
    return records.dataset_check("market1501", **{"counts": fewer(train=12_900), **changes})


def run(folder, content, *words):
    (folder / "dataset.json").write_text(json.dumps(content))
    paths = ["--data", str(folder / "dataset.json"), "--out", str(folder / "admitted.json")]
    return admit.main([*paths, *words])


def test_differences():
    assert differences(MARKET, MARKET) == []
    other = fewer(train=12_900, gallery=16_000) | {"junk": 0}
    assert differences(other, MARKET) == [
        "12,900 training images (published: 12,936)",
        "16,000 gallery images (published: 15,913)",
        "0 junk (published: 3,819)",
    ]


def test_other_counts_are_refused_in_one_sentence(tmp_path, capsys):
    assert run(tmp_path, check()) == 2
    message = capsys.readouterr().err
    assert message.startswith("apnet: market1501 has 12,900 training images (published: 12,936): ")
    assert "accept_counts: {market1501: " in message and message.count("\n") == 1
    assert not (tmp_path / "admitted.json").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([], "is not a JSON object"),
        ({}, "is not a valid record: lacks name"),
        (check(counts=None), "is not a valid record: counts is None, not an object"),
        (check(counts=fewer(train="12")), "counts.train.images is '12', not a valid integer"),
        (check(published_counts=MARKET | {"train": {}}), "lacks published_counts.train.images"),
    ],
)
def test_a_damaged_check_is_one_sentence(tmp_path, capsys, content, said):
    assert run(tmp_path, content) == 2
    error = capsys.readouterr().err
    assert "/dataset.json is not a" in error and said in error and error.count("\n") == 1
    assert error.endswith("delete it to check the dataset again\n")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (check(counts=MARKET), ()),
        (check(synthetic=True), ()),
        (check(), ("--words", "36 images were damaged")),
    ],
)
def test_what_is_admitted(tmp_path, content, words):
    assert run(tmp_path, content, *words) == 0
    assert (tmp_path / "admitted.json").exists()


def test_the_difference_and_the_words_stand_beside_the_number(tmp_path):
    judge = Judge(tmp_path)
    other = {"published": False, "counts": fewer(train=12_900)}
    changes = {f"training.data.{key}": value for key, value in other.items()}
    judge.write(records.record(**changes))
    difference = "market1501 has 12,900 training images (published: 12,936)"
    cell = judge.cell()
    assert cell["marks"] == [difference]
    assert cell["why_not"] == ["counts differ from the published: market1501 (training)"]
    words = ("--accepted", "market1501=36 = too many were damaged", "dukemtmc=no matter")
    accepted = f"{difference}; accepted: 36 = too many were damaged"
    assert judge.cell(more=words)["marks"] == [accepted]
    judge.write(records.record(**changes, **{f"data.{key}": other[key] for key in other}))
    assert judge.cell(more=words)["marks"] == [accepted]


def test_blurred_faces_are_said(tmp_path):
    judge = Judge(tmp_path)
    judge.write(records.record(**{"data.variant": "V2, whose faces are blurred"}))
    assert judge.cell()["marks"] == ["market1501 is V2, whose faces are blurred"]
    assert judge.cell()["comparable"]


def test_drawn_data_need_no_words(tmp_path):
    judge = Judge(tmp_path)
    judge.write(records.synthetic(**{"data.counts": fewer(train=12)}))
    assert judge.cell()["marks"] == ["thin networks"]


@pytest.fixture
def ask(snakemake, tmp_path):
    """The smallest run on a folder of a few real images."""
    tiny.write(tmp_path / "data" / "market1501", tiny.MARKET)
    (tmp_path / "mine.yaml").write_text(CONFIG)
    options = ["--configfile", str(tmp_path / "mine.yaml")]

    def ask(*config, target=TARGET, more=(), check=True):
        config = [f"data_root={tmp_path / 'data'}", *config]
        return snakemake(target, options=[*options, *more], config=config, check=check)

    return ask


def test_an_unknown_name_or_no_word_is_refused(ask):
    for config, message in (
        ("{market: it is mine}", "unknown dataset in accept_counts 'market'"),
        ("{market1501: yes}", "accept_counts.market1501"),
    ):
        done = ask(f"accept_counts={config}", more=["--dry-run"], check=False)
        assert done.returncode == 2 and message in done.stderr


def test_table_i_asks_for_no_admission(ask):
    done = ask(target="reports/table1.md", more=["--dry-run"])
    assert "admit" not in jobs_in(done.stdout + done.stderr)


@pytest.mark.slow
def test_from_refusal_to_footnote(ask, tmp_path):
    refused = ask(check=False)
    assert "5 training images (published: 12,936)" in refused.stderr
    assert not (tmp_path / RUN).exists()
    shown = ask("missing=show", target="reports/table2.md")
    assert shown.returncode == 0
    assert "failed" in (tmp_path / "reports" / "table2.md").read_text()

    ask(WORDS)
    made = (tmp_path / RUN / "run.json").stat().st_mtime_ns
    for suffix in ("md", "html", "tex"):
        ask(WORDS, "missing=show", target=f"reports/table2.{suffix}")
        report = (tmp_path / "reports" / f"table2.{suffix}").read_text()
        assert "5 training images (published: 12,936)" in report
        assert "accepted: 36 images were damaged" in report

    # Other words make the table anew, and train nothing; taken back, the data is refused again.
    other = WORDS.replace("36", "37")
    ask(other)
    ask(other, "missing=show", target="reports/table2.md")
    assert "37 images" in (tmp_path / "reports" / "table2.md").read_text()
    assert (tmp_path / RUN / "run.json").stat().st_mtime_ns == made
    assert ask(check=False).returncode != 0
    assert (tmp_path / RUN / "run.json").stat().st_mtime_ns == made
