"""Names, links, folders, copies and lists as real datasets have them: they work, or are named."""

import errno
import os
import re
import shutil

import pytest
import tiny
from tiny import check

from apnet.cli import main
from apnet.config.readings import WRITTEN
from apnet.data import load_dataset
from apnet.data.check import check_dataset, describe_check
from apnet.data.lists import Presence
from apnet.errors import InputError

TRAIN, QUERY, GALLERY = (
    tiny.MARKET[name] for name in ("bounding_box_train", "query", "bounding_box_test")
)


def copy(market, source, target):
    shutil.copy(market / source, market / target)


def test_a_folder_that_may_not_be_entered_is_named(market, monkeypatch):
    (market.parent / "msmt17").mkdir()
    monkeypatch.setattr(os, "access", lambda place, mode: place != market.parent / "msmt17")
    message = rf"cannot read {market.parent / 'msmt17'} \(Permission denied\): make it a folder"
    with pytest.raises(InputError, match=message):
        load_dataset("msmt17", market.parent, WRITTEN)
    assert load_dataset("market1501", market.parent, WRITTEN).train


@pytest.mark.parametrize("number", [errno.EACCES, errno.ESTALE, errno.EIO])
def test_a_listed_folder_that_cannot_be_read_is_named(market, monkeypatch, number):
    def listdir(place):
        raise OSError(number, os.strerror(number))

    for folder in ("absent", "x" * 300, "a\0", "query/file.jpg"):
        assert not Presence(market)(f"{folder}/x.jpg")
    monkeypatch.setattr(os, "listdir", listdir)
    reason = re.escape(f"cannot read {market / 'query'} ({os.strerror(number)})")
    with pytest.raises(InputError, match=reason):
        Presence(market)(f"query/{QUERY[0]}")


def test_a_folder_whose_files_may_not_be_looked_at_is_a_list_of_problems(market, monkeypatch):
    def denied(*_arguments, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("apnet.data.check.read_content", denied)
    monkeypatch.setattr("pathlib.Path.is_symlink", denied)
    monkeypatch.setattr("os.lstat", denied)
    assert {item["problem"] for item in check(market)["problems"]} == {
        "cannot be read (Permission denied)"
    }


def test_folders_in_other_alphabets(tmp_path):
    root = tiny.write(tmp_path / "данные 数据 \N{PILE OF POO}" / "market1501", tiny.MARKET)
    found = check_dataset("market1501", root.parent, WRITTEN)
    assert found["problems"] == [] and found["counts"]["query"]["images"] == 2


def test_names_that_are_no_utf_8_are_named(market, capsys):
    (market / "query" / os.fsdecode(b"0001_c1s1_\xff.jpg")).touch()
    assert (
        main(["data", "check", "market1501", str(market), "--out", str(market / "out.json")]) == 0
    )
    said = "query/0001_c1s1_\\udcff.jpg has a name that is no UTF-8"
    assert said in capsys.readouterr().out
    with pytest.raises(InputError, match="has a name that is no UTF-8"):
        load_dataset("mine", market, WRITTEN)


def test_names_that_no_line_holds_are_shown_escaped(market):
    (market / "query" / "a\nb\x1b.jpg").touch()
    (problem,) = check(market)["problems"]
    assert problem["file"] == "query/a\\nb\\x1b.jpg"
    assert problem["problem"] == "has a name that cannot be printed on one line"


def test_links_to_drawn_images_are_drawn(market, tmp_path):
    linked = tmp_path / "linked" / "market1501"
    linked.mkdir(parents=True)
    for folder in ("bounding_box_train", "bounding_box_test"):
        (linked / folder).symlink_to(market / folder)
    (linked / "query").mkdir()
    for file in (market / "query").iterdir():
        (linked / "query" / file.name).symlink_to(file)
    assert not load_dataset("market1501", linked, WRITTEN).synthetic
    (market / "SYNTHETIC.json").write_text("{}")
    assert load_dataset("market1501", linked, WRITTEN).synthetic
    for folder in ("bounding_box_train", "bounding_box_test"):
        (linked / folder).unlink()
        shutil.copytree(market / folder, linked / folder)
    assert load_dataset("market1501", linked, WRITTEN).synthetic


def test_symbolic_links(market, tmp_path):
    before = check(market)
    file = market / "query" / QUERY[0]
    moved = file.rename(tmp_path / "elsewhere.jpg")
    file.symlink_to(moved)
    folder = (market / "bounding_box_train").rename(tmp_path / "train")
    (market / "bounding_box_train").symlink_to(folder)
    linked = tmp_path / "data" / "market1501"
    linked.parent.mkdir()
    linked.symlink_to(market)
    found = check_dataset("market1501", linked.parent, WRITTEN)
    assert (found["fingerprint"], found["problems"]) == (before["fingerprint"], [])
    moved.unlink()
    (problem,) = check(market)["problems"]
    assert problem["problem"] == "cannot be read (No such file or directory)"
    file.unlink()
    file.symlink_to(file)
    (problem,) = check(market)["problems"]
    assert problem["problem"].startswith("cannot be read (")


def test_a_read_only_dataset(market):
    places = [market, *market.rglob("*")]
    for place in places:
        place.chmod(0o555 if place.is_dir() else 0o444)
    before = {place: place.stat().st_mtime_ns for place in places}
    try:
        assert check(market)["problems"] == []
        assert {place: place.stat().st_mtime_ns for place in places} == before
        assert sorted([market, *market.rglob("*")]) == sorted(places)
    finally:
        for place in places:
            place.chmod(0o755 if place.is_dir() else 0o644)


def test_the_same_bytes_under_two_names_are_noted(market):
    assert check(market)["notes"] == []
    copy(market, f"bounding_box_train/{TRAIN[0]}", "query/0001_c4s1_000001_00.jpg")
    copy(market, f"query/{QUERY[1]}", "bounding_box_test/0000_c3s1_000001_00.jpg")
    found = check(market)
    assert found["problems"] == [] and found["note_count"] == 2
    first, second = found["notes"]
    assert first == {
        "file": "query/0001_c4s1_000001_00.jpg",
        "note": f"(query) has the bytes of bounding_box_train/{TRAIN[0]} (training), "
        "another identity's",
    }
    assert second["file"] == "bounding_box_test/0000_c3s1_000001_00.jpg"
    text = describe_check(found).splitlines()
    assert text[-3:] == [
        "2 with the bytes of another, which is no problem:",
        *(f"{item['file']} {item['note']}" for item in found["notes"]),
    ]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        # The same person in the same split, and a query that the gallery has too.
        (f"bounding_box_train/{TRAIN[0]}", "bounding_box_train/0002_c1s1_000999_00.jpg"),
        (f"query/{QUERY[0]}", "bounding_box_test/0001_c1s1_000999_00.jpg"),
        (f"bounding_box_test/{GALLERY[0]}", "query/0001_c4s1_000999_00.jpg"),
    ],
)
def test_copies_that_change_nothing_are_not_noted(market, source, target):
    copy(market, source, target)
    assert check(market)["notes"] == []


def test_damaged_files_are_no_twins(market):
    for name in (*TRAIN[:3], *QUERY):
        folder = "query" if name in QUERY else "bounding_box_train"
        (market / folder / name).write_bytes(b"")
    found = check(market)
    assert (found["problem_count"], found["note_count"]) == (5, 0)


def test_a_list_with_a_byte_order_mark_and_a_name_that_no_line_holds(tmp_path):
    root = tiny.write(tmp_path / "Occluded_Duke", tiny.OCCLUDED, tiny.OCCLUDED_LISTS)
    file = root / "query.list"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert check_dataset("occluded-dukemtmc", tmp_path, WRITTEN)["problems"] == []
    file.write_text(file.read_text() + "a\0b.jpg\n")
    (problem,) = check_dataset("occluded-dukemtmc", tmp_path, WRITTEN)["problems"]
    assert problem["problem"] == "names a\\x00b.jpg, which is not in query"


def test_occluded_duke_keeps_its_queries_in_the_gallery_without_notes(tmp_path):
    tiny.write(tmp_path / "Occluded_Duke", tiny.OCCLUDED, tiny.OCCLUDED_LISTS)
    assert check_dataset("occluded-dukemtmc", tmp_path, WRITTEN)["notes"] == []
