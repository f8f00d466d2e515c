"""What a folder that is no dataset, or not the one asked for, is told."""

import os

import pytest
import tiny

from apnet.config.readings import WRITTEN, get_reading
from apnet.data import get_source, load_dataset
from apnet.errors import InputError


def refusal(name, root, reading=WRITTEN):
    with pytest.raises(InputError) as error:
        load_dataset(name, root, reading)
    message = str(error.value)
    assert "\n" not in message
    return message


def test_data_root_is_there_and_holds_the_dataset(tmp_path, monkeypatch):
    assert f"cannot read the data root {tmp_path / 'no'}" in refusal("market1501", tmp_path / "no")
    assert "is empty" in refusal("market1501", tmp_path)
    file = tiny.draw(tmp_path / "file.png")
    assert "Not a directory" in refusal("market1501", file)
    tiny.write(tmp_path / "DukeMTMC-reID", tiny.DUKE)
    message = refusal("market1501", tmp_path)
    assert f"no market1501 in the data root {tmp_path}" in message
    assert all(folder in message for folder in get_source("market1501").folders)
    assert "unknown dataset 'market'" in refusal("market", tmp_path)
    assert "occluded-dukemtmc" in refusal("market", tmp_path)

    def deny(folder):
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(os, "listdir", deny)
    assert "Permission denied" in refusal("market1501", tmp_path)


def test_an_incomplete_dataset_says_what_it_lacks(tmp_path):
    splits = {name: files for name, files in tiny.MARKET.items() if name != "query"}
    root = tiny.write(tmp_path / "market1501" / "Market-1501-v15.09.15", splits)
    assert f"{root} lacks query: unpack the whole" in refusal("market1501", tmp_path)
    assert f"{root} lacks query" in refusal("market1501", root)
    (root / "query").mkdir()
    assert f"{root / 'query'} has no query images" in refusal("market1501", tmp_path)
    (root / "query").rmdir()
    (root / "query").write_text("")
    assert f"cannot read {root / 'query'} (Not a directory)" in refusal("market1501", tmp_path)


def test_msmt17_says_what_it_lacks_of_the_version_that_it_is(tmp_path):
    root = tiny.write_msmt17(tmp_path / "msmt17", "mask_train_v2", "mask_test_v2")
    (root / "mask_test_v2").rename(root / "elsewhere")
    assert f"{root} lacks mask_test_v2: unpack" in refusal("msmt17", tmp_path)
    (root / "elsewhere").rename(root / "test")
    (root / "mask_train_v2").rename(root / "train")
    (root / "list_val.txt").unlink()
    assert f"{root} lacks list_val.txt: unpack" in refusal("msmt17", tmp_path)


def test_another_datasets_folder_is_refused(tmp_path):
    duke = tiny.write(tmp_path / "DukeMTMC-reID", tiny.DUKE)
    expected = f"{duke} is the folder of dukemtmc, not of market1501"
    assert expected in refusal("market1501", duke)
    assert "of dukemtmc, not of occluded-dukemtmc" in refusal("occluded-dukemtmc", duke)
    labeled = tiny.write(tmp_path / "cuhk03-np" / "labeled", tiny.CUHK03)
    assert "of cuhk03-labeled" in refusal("cuhk03-detected", labeled)
    misplaced = tiny.write(tmp_path / "other" / "market1501", tiny.DUKE)
    message = refusal("market1501", misplaced.parent)
    assert "0001_c2_f0046182.jpg is not named like 0002_c1s1_000451_03.jpg" in message
    assert "but as in dukemtmc or occluded-dukemtmc" in message


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        ("query/0001.jpg", "is not named like"),
        ("query/0001_c1s1_001051_00.png", "is not named like"),
        ("query/00001_c1s1_001051_00.jpg", "is not named like"),
        ("query/x0001_c1s1_001051_00.jpg", "is not named like"),
        ("query/0001_c1s1_001051_00.jpg.jpg", "is not named like"),
        ("query/０００１_c1s1_001051_00.jpg", "is not named like"),
        ("query/-1_c1s1_001051_00.jpg", "has identity -1, which is not among 1 to 1501"),
        ("bounding_box_train/0000_c1s1_001051_00.jpg", "has identity 0"),
        ("bounding_box_test/1502_c1s1_001051_00.jpg", "has identity 1502"),
        ("query/0001_c7s1_001051_00.jpg", "has camera 7, which is not among 1 to 6"),
        ("query/0001_c0s1_001051_00.jpg", "has camera 0"),
        ("bounding_box_train/0001_c1s1_001051_00.jpg", "which query or gallery have too"),
    ],
)
def test_a_wrong_file_is_named(tmp_path, file, fault):
    root = tiny.write(tmp_path / "market1501", tiny.MARKET)
    tiny.draw(root / file)
    message = refusal("market1501", tmp_path)
    assert f"{root / file} " in message and fault in message


@pytest.mark.parametrize(
    ("file", "line", "fault"),
    [
        ("list_query.txt", "0000/none.jpg 0", "list_query.txt names 0000/none.jpg, which is not"),
        ("list_val.txt", "0009/none.jpg 9", "list_val.txt names 0009/none.jpg, which is not"),
        ("list_query.txt", "nonsense", "list_query.txt names nonsense, which is not in test"),
        (
            "list_gallery.txt",
            "0000/0000_000_02_0303afternoon_0100_0.jpg 1",
            "list_gallery.txt gives identity 1 to 0000/0000_000_02",
        ),
        (
            "list_query.txt",
            "0000/0000_000_02_0303afternoon_0100_0.jpg 0",
            "list_query.txt names test/0000/0000_000_02_0303afternoon_0100_0.jpg twice",
        ),
    ],
)
def test_a_wrong_line_of_a_list_is_named(tmp_path, file, line, fault):
    root = tiny.write_msmt17(tmp_path / "msmt17")
    with (root / file).open("a") as stream:
        stream.write(f"{line}\n")
    assert fault in refusal("msmt17", tmp_path)


def test_an_image_in_anothers_folder_is_named(tmp_path):
    root = tiny.write_msmt17(tmp_path / "msmt17")
    tiny.draw(root / "test" / "0001" / "0000_000_02_0303noon_0100_9.jpg")
    with (root / "list_query.txt").open("a") as stream:
        stream.write("0001/0000_000_02_0303noon_0100_9.jpg 0\n")
    assert "gives identity 0001 to 0001/0000_000_02" in refusal("msmt17", tmp_path)


def test_a_list_that_is_no_text_or_lacks_an_image(tmp_path):
    root = tiny.write(tmp_path / "occluded-dukemtmc", tiny.OCCLUDED, tiny.OCCLUDED_LISTS)
    (root / "query" / "0033_c1_f0057706.jpg").unlink()
    message = refusal("occluded-dukemtmc", tmp_path)
    assert f"{root / 'query.list'} names 0033_c1_f0057706.jpg, which is not in query" in message
    (root / "query.list").write_bytes(b"\xff\xfe\x00")
    assert "it is not UTF-8 text" in refusal("occluded-dukemtmc", tmp_path)
    (root / "query.list").unlink()
    assert "No such file" in refusal("occluded-dukemtmc", tmp_path)


@pytest.mark.parametrize("switch", ["market_distractors", "msmt17_training"])
def test_an_unknown_value_of_a_switch_is_refused(switch):
    with pytest.raises(InputError, match=f"value of the switch {switch} 'maybe'"):
        get_reading("written", **{switch: "maybe"})
