"""A dataset that a user brings: where it lies, its name, its folders, and what is made of it."""

import json

import pytest
import tiny
from tiny import ROWS, by_name, load, refusal, write_csv

from apnet.cli import main
from apnet.config.readings import WRITTEN, get_reading
from apnet.data import get_source
from apnet.data.check import check_dataset, describe_check
from apnet.data.roots import root_of
from apnet.errors import InputError

DROP = get_reading("written", market_distractors="drop")


def test_spaces_of_any_width_are_part_of_a_name(tmp_path):
    root = tiny.write(
        tmp_path / "own",
        {
            "bounding_box_train": ["1_c1_a\u00a02.png", "1_c2_\u3000x.png"],
            "query": ["3_c1.png"],
            "bounding_box_test": ["3_c2.png"],
        },
    )
    assert len(load(root).train) == 2


def test_a_name_that_could_be_no_folder_is_refused(tmp_path):
    file = write_csv(tmp_path)
    for name in ("../x", "Mine", "a b", ""):
        assert f"a dataset of your own is not called {name!r}: take small letters" in refusal(
            file, name
        )
    assert root_of("Mine", [f"Mine={file}"]) == file


def test_nothing_was_published_of_it(tmp_path):
    found = check_dataset("mine", write_csv(tmp_path), WRITTEN)
    assert (found["published"], found["published_counts"]) == (False, None)
    text = describe_check(found)
    assert "a dataset of your own, so there are no published counts; no problems" in text
    assert "(published:" not in text


def test_a_folder_in_markets_layout(tmp_path):
    splits = {
        "bounding_box_train": ["12_c1.png", "012_c30_b.JPG", "100000_c2s9_x.jpeg"],
        "query": ["3_c1_a.png"],
        "bounding_box_test": ["3_c2_a.png", "0000_c1_b.png", "-1_c1_c.png"],
    }
    root = tiny.write(tmp_path / "own", splits)
    dataset = load(root)
    assert sorted(by_name(dataset.train).values()) == [(12, 1), (12, 30), (100000, 2)]
    assert sorted(by_name(dataset.gallery).values()) == [(0, 1), (3, 2)]
    assert (dataset.junk, dataset.distractors) == (1, 1)
    assert load(root, DROP) == dataset  # the switch is Market-1501's
    tiny.draw(root / "query" / "anna_c1.png")
    assert "anna_c1.png is not named like 0001_c1_anything.jpg" in refusal(root)
    for file in (root / "query").iterdir():
        file.unlink()
    assert f"{root / 'query'} has no query images" in refusal(root)
    (root / "query").rmdir()
    assert f"{root} lacks query" in refusal(root)


def test_an_unknown_name_is_one_of_ones_own_only_where_it_lies(tmp_path):
    tiny.write(tmp_path / "market1501", tiny.MARKET)
    message = refusal(tmp_path, "market")
    assert "unknown dataset 'market': choose one of cuhk03-detected, " in message
    assert f"{tmp_path} lacks bounding_box_train, query, bounding_box_test" in message
    with pytest.raises(InputError, match="unknown dataset 'market'"):
        get_source("market")


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (["/data"], "/data"),
        (["/data", "mine=/own/mine.csv"], "/own/mine.csv"),
        (["mine=/own/a=b", "other=/data"], "/own/a=b"),
        (["/da=ta", "other=/own"], "/da=ta"),
        (["./mine=x"], "mine=x"),
    ],
)
def test_data_roots(words, place):
    assert str(root_of("mine", words)) == place


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["other=/data"], "no data root for mine: give"),
        (["/a", "/b"], "two data roots for mine, /a and /b"),
        (["mine=/a", "mine=/b"], "two data roots for mine"),
    ],
)
def test_data_roots_that_are_none(words, fault):
    with pytest.raises(InputError, match=fault):
        root_of("mine", words)


def test_it_is_checked_trained_on_and_evaluated_on_by_hand(tmp_path, capsys):
    roots = [f"mine={write_csv(tmp_path / 'own')}", str(tmp_path / "data")]
    tiny.write(tmp_path / "data" / "market1501", tiny.MARKET)
    assert main(["data", "check", "mine", *roots, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["train"]["images"] == 3
    run = tmp_path / "run"
    quick = ["epochs=1", "steps_per_epoch=1", "identities=2", "instances=2"]
    options = [word for setting in quick for word in ("--set", setting)]
    train = ["train", "--model", "resnet50", "--recipe", "smoke", "--device", "cpu", *options]
    assert main([*train, "--dataset", "mine", "--data-root", *roots, "--out", str(run)]) == 0
    for test_set in ("mine", "market1501"):
        out = run / "test" / f"{test_set}.json"
        evaluate = ["evaluate", "--run", str(run), "--dataset", test_set, "--out", str(out)]
        assert main([*evaluate, "--device", "cpu", "--data-root", *roots]) == 0
        record = json.loads(out.read_text())
        assert (record["training_set"], record["dataset"]) == ("mine", test_set)
        assert record["training"]["data"]["published"] is False


def test_what_it_lacks_is_said_when_it_is_wanted(tmp_path, capsys):
    tests = write_csv(tmp_path, [row for row in ROWS if not row.endswith("train")])
    train = ["train", "--model", "resnet50", "--recipe", "smoke", "--device", "cpu"]
    train += ["--dataset", "mine", "--data-root", str(tests), "--out", str(tmp_path / "run")]
    assert main(train) == 2
    assert "has no training images" in capsys.readouterr().err
