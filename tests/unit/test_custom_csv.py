"""A CSV that a user brings as a dataset: its lines, labels and names, and what is wrong in it."""

import unicodedata

import pytest
import tiny
from tiny import ROWS, by_name, load, refusal, write_csv

from apnet.config.readings import WRITTEN
from apnet.data.check import check_dataset, describe_check


def test_a_csv(tmp_path):
    dataset = load(write_csv(tmp_path))
    assert (dataset.name, dataset.root, dataset.synthetic) == ("mine", tmp_path, False)
    train, query, gallery = (
        by_name(part) for part in (dataset.train, dataset.query, dataset.gallery)
    )
    assert list(train) == ["a/1.png", "a/10.png", "a/2.png"]
    # Whoever and whichever is the same in the CSV is the same number, and only then.
    assert train["a/1.png"][0] == train["a/2.png"][0] != train["a/10.png"][0]
    assert query["b/ü.png"][0] == gallery["b/5.png"][0] != query["b/4.png"][0]
    assert query["b/4.png"][0] == gallery["b/6.png"][0]
    assert query["b/ü.png"][1] == gallery["b/6.png"][1] == train["a/1.png"][1]
    assert query["b/4.png"][1] != query["b/ü.png"][1]
    assert dataset.counts()["query"] == {"images": 2, "identities": 2, "cameras": 2}
    assert (dataset.junk, dataset.distractors) == (0, 0)


def test_a_csv_of_a_spreadsheet(tmp_path):
    before = load(write_csv(tmp_path))
    rows = [",".join([row.split(",")[3], "a remark", *row.split(",")[:3]]) for row in ROWS]
    file = write_csv(tmp_path, rows, "split,remark,path,identity,camera")
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert load(file) == before


def test_a_csv_may_name_images_anywhere(tmp_path):
    write_csv(tmp_path / "images")
    file = write_csv(tmp_path / "lists", [f"../images/{row}" for row in ROWS])
    (tmp_path / "lists" / "a" / "1.png").unlink()
    assert len(load(file).train) == 3
    file = write_csv(tmp_path / "lists", [f"{tmp_path}/images/{row}" for row in ROWS])
    assert check_dataset("mine", file, WRITTEN)["problems"] == []


@pytest.mark.parametrize(
    ("splits", "counts"), [(("train",), (3, 0, 0)), (("query", "gallery"), (0, 2, 2))]
)
def test_training_or_testing_alone(tmp_path, splits, counts):
    dataset = load(write_csv(tmp_path, [row for row in ROWS if row.endswith(splits)]))
    assert (len(dataset.train), len(dataset.query), len(dataset.gallery)) == counts


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ((), "mine.csv has no training images"),
        (ROWS[:5], "mine.csv has no gallery images"),
        ((*ROWS, "a/3.png,anna,door,train"), "line 9 names a/3.png, which is not there"),
        ((*ROWS, "a/1.png,anna,door,test"), "line 9 has split 'test', which is not train or"),
        ((*ROWS, "a/1.png, ,door,train"), "line 9 has no identity"),
        ((*ROWS, "a/1.png,anna"), "line 9 has no camera"),
        ((*ROWS, "a/1.png,anna,door,train,x"), "line 9 has more cells than the first line"),
        ((*ROWS, "a/1.png,anna,yard,train"), "mine.csv names a/1.png twice"),
        ((*ROWS, "a/1.png,zoe,door,query"), "line 9 gives a/1.png identity 'zoe', line 2 'anna'"),
        ((*ROWS, "b/5.png,7,door,query"), "line 9 gives b/5.png camera 'door', line 7 'yard'"),
        ((*ROWS, "a/../a/1.png,anna,door,train"), "mine.csv names a/1.png twice"),
        (("a/1.png,7,door,train", *ROWS), "line 2 trains on identity '7', which query or"),
        ((*ROWS, "a/3.png,nan,door,train"), "line 9 has no identity"),
        ((*ROWS, "a/3.png,anna,\ufeff,train"), "line 9 has no camera"),
        ((*ROWS, "a/1.png, -1.0,door,train"), "line 9 has identity -1, the mark of junk, which"),
        ((*ROWS, "b/5.png,-01,door,query"), "line 9 has identity -1, the mark of junk, which"),
        ((*ROWS, "a\0b/1.png,anna,door,train"), "names a\\x00b/1.png, which cannot be printed on"),
        ((*ROWS, "a/1\x1b.png,anna,door,train"), "names a/1\\x1b.png, which cannot be printed"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, rows, fault):
    message = refusal(write_csv(tmp_path, rows))
    assert f"{tmp_path / 'mine.csv'} " in message and fault in message
    assert "mend it (apnet data check mine" in message


def test_a_csv_that_is_none(tmp_path):
    file = write_csv(tmp_path, head="path;identity;camera;split")
    assert f"{file} has no column path: its first line" in refusal(file)
    file = write_csv(tmp_path, head="path,identity,camera,split,path")
    assert f"{file} has 2 columns path: its first line" in refusal(file)
    assert load(write_csv(tmp_path, head="path, identity ,camera, split")).train
    file.write_bytes(b"path,identity,camera,split\n\xff\xfe,1,1,train\n")
    assert "it is not UTF-8 text" in refusal(file)
    file.write_text(f'path,identity,camera,split\n"{"x" * 200_000}",1,1,train\n')
    assert "field larger than field limit" in refusal(file)
    assert "for one of your own: " in refusal(tmp_path / "absent.csv")
    assert "absent.csv is not there" in refusal(tmp_path / "absent.csv")
    assert "is not there: give the folder of mine" in refusal(tmp_path / ("x" * 300))


def test_behind_a_link_another_folder_is_above(tmp_path):
    file = write_csv(
        tmp_path, [*ROWS, "link/../1.png,anna,door,train", "b/../a/3.png,anna,door,train"]
    )
    tiny.draw(tmp_path / "real" / "1.png")
    tiny.draw(tmp_path / "a" / "3.png")
    (tmp_path / "real" / "deep").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real" / "deep")
    names = {sample.path.as_posix() for sample in load(file).train}
    assert {"link/../1.png", "a/3.png"} < names


@pytest.mark.parametrize("junk", ["-1", " -1.0", "-001 ", "\N{MINUS SIGN}1"])
def test_the_same_images_are_the_same_gallery_as_a_folder_and_as_a_csv(tmp_path, junk):
    root = tiny.write(tmp_path / "own", tiny.MARKET)
    splits = {"bounding_box_train": "train", "query": "query", "bounding_box_test": "gallery"}
    lines = [
        f"{folder}/{name},{junk if name[0] == '-' else name[:4]},{name.split('_')[1][:2]},{split}"
        for folder, split in splits.items()
        for name in tiny.MARKET[folder]
    ]
    file = root / "mine.csv"
    file.write_text("\n".join(["path,identity,camera,split", *lines]), encoding="utf-8")
    folder, listed = load(root), load(file)
    assert listed.counts() == folder.counts()
    assert (listed.junk, listed.distractors) == (2, 1)

    def matches(dataset):
        pairs = ((query, image) for query in dataset.query for image in dataset.gallery)
        same = ("identity", "camera")
        return [[getattr(q, what) == getattr(g, what) for what in same] for q, g in pairs]

    for split in ("train", "query", "gallery"):
        assert by_name(getattr(listed, split)).keys() == by_name(getattr(folder, split)).keys()
    assert matches(listed) == matches(folder)
    assert "2 images left out as junk\n1 distractors" in describe_check(
        check_dataset("mine", file, WRITTEN)
    )


def test_zero_may_be_a_person_of_a_csv(tmp_path):
    rows = [row.replace(",7,", ",0,") for row in ROWS]
    assert load(write_csv(tmp_path, rows)).distractors == 0
    rows[3] = rows[3].replace(",0,", ",07,")
    dataset = load(write_csv(tmp_path, rows))
    assert (dataset.distractors, len(dataset.gallery)) == (1, 2)


def test_labels_are_one_however_their_letters_are_composed(tmp_path):
    rows = [*ROWS, "a/3.png,\u00a0O\u0308mer ,\ufeffdoor,train"]
    tiny.draw(tmp_path / "a" / "3.png")
    dataset = load(write_csv(tmp_path, rows))
    assert dataset.counts()["train"] == {"images": 4, "identities": 2, "cameras": 2}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_are_one_however_their_letters_are_composed(tmp_path, form):
    other = {"NFC": "NFD", "NFD": "NFC"}[form]
    names = ("T\u00fcr/\u00e9t\u00e9/1 \u00fc.png", "a/\u00c5.png")
    for name in names:
        tiny.draw(tmp_path / unicodedata.normalize(form, name))
    rows = [f"{unicodedata.normalize(other, name)},anna,door,train" for name in names]
    rows.append(f"{tmp_path}/{unicodedata.normalize(other, 'b/')}ü.png,anna,door,train")
    found = {sample.path.as_posix() for sample in load(write_csv(tmp_path, [*ROWS, *rows])).train}
    assert {unicodedata.normalize(form, name) for name in names} < found
    assert check_dataset("mine", tmp_path / "mine.csv", WRITTEN)["problems"] == []


def test_names_of_a_folder_that_has_both_are_two(tmp_path):
    names = ["a/\u00fc.png", "a/u\u0308.png"]
    for name in names:
        tiny.draw(tmp_path / name)
    rows = [f"{name},anna,door,train" for name in names]
    found = {sample.path.as_posix() for sample in load(write_csv(tmp_path, [*ROWS, *rows])).train}
    assert {*names} < found


def test_labels_are_part_of_a_csvs_fingerprint_and_its_form_is_not(tmp_path):
    found = [check_dataset("mine", write_csv(tmp_path), WRITTEN)]
    moved = write_csv(tmp_path / "moved", [*reversed(ROWS)])
    assert check_dataset("mine", moved, WRITTEN)["fingerprint"] == found[0]["fingerprint"]
    assert check_dataset("mine", moved, WRITTEN)["listing"] == found[0]["listing"]
    for old, new in (("Ömer", "anna"), ("anna,yard", "anna,door"), ("door,query", "door,gallery")):
        rows = [row.replace(old, new) for row in ROWS]
        found.append(check_dataset("mine", write_csv(tmp_path, rows), WRITTEN))
    assert len({item["fingerprint"] for item in found}) == 4
    assert len({item["listing"] for item in found}) == 4


def test_drawn_images_stay_drawn_in_a_csv(tmp_path):
    file = write_csv(tmp_path / "lists", [f"../images/{row}" for row in ROWS])
    write_csv(tmp_path / "images")
    assert not load(file).synthetic
    (tmp_path / "images" / "SYNTHETIC.json").write_text("{}")
    assert load(file).synthetic
