"""A dataset that a user brings: a folder in Market-1501's layout, or a CSV."""

import json
import unicodedata

import pytest
import tiny

from apnet.cli import main
from apnet.config.readings import WRITTEN, get_reading
from apnet.data import get_source, load_dataset
from apnet.data.check import check_dataset, describe_check
from apnet.data.roots import root_of
from apnet.errors import InputError

DROP = get_reading("written", market_distractors="drop")
ROWS = (
    "a/1.png,anna,door,train",
    "a/2.png,anna,yard,train",
    "a/10.png,Ömer,door,train",
    "b/ü.png,7,door,query",
    "b/4.png,07,yard,query",
    "b/5.png,7,yard,gallery",
    "b/6.png,07,door,gallery",
)


def write(folder, rows=ROWS, head="path,identity,camera,split"):
    for row in ROWS:
        tiny.draw(folder / row.split(",")[0])
    file = folder / "mine.csv"
    file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return file


def load(place, reading=WRITTEN):
    return load_dataset("mine", place, reading)


def refusal(place, name="mine"):
    with pytest.raises(InputError) as error:
        load_dataset(name, place, WRITTEN)
    assert "\n" not in str(error.value)
    return str(error.value)


def by_name(samples):
    return {sample.path.as_posix(): (sample.identity, sample.camera) for sample in samples}


def test_a_csv(tmp_path):
    dataset = load(write(tmp_path))
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
    before = load(write(tmp_path))
    rows = [",".join([row.split(",")[3], "a remark", *row.split(",")[:3]]) for row in ROWS]
    file = write(tmp_path, rows, "split,remark,path,identity,camera")
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert load(file) == before


def test_a_csv_may_name_images_anywhere(tmp_path):
    write(tmp_path / "images")
    file = write(tmp_path / "lists", [f"../images/{row}" for row in ROWS])
    (tmp_path / "lists" / "a" / "1.png").unlink()
    assert len(load(file).train) == 3
    file = write(tmp_path / "lists", [f"{tmp_path}/images/{row}" for row in ROWS])
    assert check_dataset("mine", file, WRITTEN)["problems"] == []


@pytest.mark.parametrize(
    ("splits", "counts"), [(("train",), (3, 0, 0)), (("query", "gallery"), (0, 2, 2))]
)
def test_training_or_testing_alone(tmp_path, splits, counts):
    dataset = load(write(tmp_path, [row for row in ROWS if row.endswith(splits)]))
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
    message = refusal(write(tmp_path, rows))
    assert f"{tmp_path / 'mine.csv'} " in message and fault in message
    assert "mend it (apnet data check mine" in message


def test_a_csv_that_is_none(tmp_path):
    file = write(tmp_path, head="path;identity;camera;split")
    assert f"{file} has no column path: its first line" in refusal(file)
    file = write(tmp_path, head="path,identity,camera,split,path")
    assert f"{file} has 2 columns path: its first line" in refusal(file)
    assert load(write(tmp_path, head="path, identity ,camera, split")).train
    file.write_bytes(b"path,identity,camera,split\n\xff\xfe,1,1,train\n")
    assert "it is not UTF-8 text" in refusal(file)
    file.write_text(f'path,identity,camera,split\n"{"x" * 200_000}",1,1,train\n')
    assert "field larger than field limit" in refusal(file)
    assert "for one of your own: " in refusal(tmp_path / "absent.csv")
    assert "absent.csv is not there" in refusal(tmp_path / "absent.csv")
    assert "is not there: give the folder of mine" in refusal(tmp_path / ("x" * 300))


def test_behind_a_link_another_folder_is_above(tmp_path):
    file = write(tmp_path, [*ROWS, "link/../1.png,anna,door,train", "b/../a/3.png,anna,door,train"])
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
    assert load(write(tmp_path, rows)).distractors == 0
    rows[3] = rows[3].replace(",0,", ",07,")
    dataset = load(write(tmp_path, rows))
    assert (dataset.distractors, len(dataset.gallery)) == (1, 2)


def test_labels_are_one_however_their_letters_are_composed(tmp_path):
    rows = [*ROWS, "a/3.png,\u00a0O\u0308mer ,\ufeffdoor,train"]
    tiny.draw(tmp_path / "a" / "3.png")
    dataset = load(write(tmp_path, rows))
    assert dataset.counts()["train"] == {"images": 4, "identities": 2, "cameras": 2}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_are_one_however_their_letters_are_composed(tmp_path, form):
    other = {"NFC": "NFD", "NFD": "NFC"}[form]
    names = ("T\u00fcr/\u00e9t\u00e9/1 \u00fc.png", "a/\u00c5.png")
    for name in names:
        tiny.draw(tmp_path / unicodedata.normalize(form, name))
    rows = [f"{unicodedata.normalize(other, name)},anna,door,train" for name in names]
    rows.append(f"{tmp_path}/{unicodedata.normalize(other, 'b/')}ü.png,anna,door,train")
    found = {sample.path.as_posix() for sample in load(write(tmp_path, [*ROWS, *rows])).train}
    assert {unicodedata.normalize(form, name) for name in names} < found
    assert check_dataset("mine", tmp_path / "mine.csv", WRITTEN)["problems"] == []


def test_names_of_a_folder_that_has_both_are_two(tmp_path):
    names = ["a/\u00fc.png", "a/u\u0308.png"]
    for name in names:
        tiny.draw(tmp_path / name)
    rows = [f"{name},anna,door,train" for name in names]
    found = {sample.path.as_posix() for sample in load(write(tmp_path, [*ROWS, *rows])).train}
    assert {*names} < found


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
    file = write(tmp_path)
    for name in ("../x", "Mine", "a b", ""):
        assert f"a dataset of your own is not called {name!r}: take small letters" in refusal(
            file, name
        )
    assert root_of("Mine", [f"Mine={file}"]) == file


def test_labels_are_part_of_a_csvs_fingerprint_and_its_form_is_not(tmp_path):
    found = [check_dataset("mine", write(tmp_path), WRITTEN)]
    moved = write(tmp_path / "moved", [*reversed(ROWS)])
    assert check_dataset("mine", moved, WRITTEN)["fingerprint"] == found[0]["fingerprint"]
    assert check_dataset("mine", moved, WRITTEN)["listing"] == found[0]["listing"]
    for old, new in (("Ömer", "anna"), ("anna,yard", "anna,door"), ("door,query", "door,gallery")):
        rows = [row.replace(old, new) for row in ROWS]
        found.append(check_dataset("mine", write(tmp_path, rows), WRITTEN))
    assert len({item["fingerprint"] for item in found}) == 4
    assert len({item["listing"] for item in found}) == 4


def test_nothing_was_published_of_it(tmp_path):
    found = check_dataset("mine", write(tmp_path), WRITTEN)
    assert (found["published"], found["published_counts"]) == (False, None)
    text = describe_check(found)
    assert "a dataset of your own, so there are no published counts; no problems" in text
    assert "(published:" not in text


def test_drawn_images_stay_drawn_in_a_csv(tmp_path):
    file = write(tmp_path / "lists", [f"../images/{row}" for row in ROWS])
    write(tmp_path / "images")
    assert not load(file).synthetic
    (tmp_path / "images" / "SYNTHETIC.json").write_text("{}")
    assert load(file).synthetic


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
    roots = [f"mine={write(tmp_path / 'own')}", str(tmp_path / "data")]
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
    tests = write(tmp_path, [row for row in ROWS if not row.endswith("train")])
    train = ["train", "--model", "resnet50", "--recipe", "smoke", "--device", "cpu"]
    train += ["--dataset", "mine", "--data-root", str(tests), "--out", str(tmp_path / "run")]
    assert main(train) == 2
    assert "has no training images" in capsys.readouterr().err
