"""What lies in real folders beside good JPEGs: it works, or it is named."""

import errno
import io
import os
import re
import shutil

import numpy as np
import pytest
import tiny
from PIL import Image

from apnet.cli import main
from apnet.config.readings import WRITTEN
from apnet.data import load_dataset
from apnet.data.check import check_dataset, describe_check, describe_data
from apnet.data.images import read_image
from apnet.data.lists import Presence
from apnet.errors import InputError
from apnet.files import write_json

TRAIN, QUERY, GALLERY = (
    tiny.MARKET[name] for name in ("bounding_box_train", "query", "bounding_box_test")
)


@pytest.fixture
def root(tmp_path):
    return tiny.write(tmp_path / "market1501", tiny.MARKET)


def check(root):
    return check_dataset("market1501", root, WRITTEN)


def copy(root, source, target):
    shutil.copy(root / source, root / target)


def encoded(mode, kind, **options):
    """A picture of 8 x 16 in a mode, and what it is in RGB."""
    generator = np.random.default_rng(5)
    blocks = generator.integers(0, 256, (16, 8, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(blocks).convert(mode).save(stream, kind, **options)
    return stream.getvalue(), blocks


@pytest.mark.parametrize(
    ("mode", "kind", "near"),
    [
        ("RGB", "PNG", 0),
        ("RGB", "BMP", 0),
        ("RGBA", "PNG", 0),
        ("RGB", "JPEG", 120),
        ("CMYK", "JPEG", 120),
        ("L", "JPEG", None),
        ("P", "PNG", None),
        ("1", "PNG", None),
    ],
)
def test_pictures_of_other_kinds_under_the_name_of_a_jpeg(root, mode, kind, near):
    file = root / "query" / QUERY[0]
    content, expected = encoded(mode, kind)
    file.write_bytes(content)
    found = read_image(file)
    assert found.shape == (16, 8, 3) and found.dtype == np.uint8
    if near is not None:
        # A JPEG of noise is far from it in places, and near in the mean.
        assert np.abs(found.astype(int) - expected).max() <= near * 2
        assert np.abs(found.astype(int) - expected).mean() <= near / 2
    if mode == "L":
        assert (found[..., 0] == found[..., 1]).all() and (found[..., 1] == found[..., 2]).all()
    assert check(root)["problems"] == []


@pytest.mark.parametrize(
    ("kind", "values"), [("PNG", np.uint16), ("TIFF", np.int32), ("TIFF", np.float32)]
)
def test_greys_that_pillow_would_cut_off_are_no_images(root, kind, values):
    stream = io.BytesIO()
    Image.fromarray(np.full((16, 8), 40_000, values)).save(stream, kind)
    (root / "query" / QUERY[0]).write_bytes(stream.getvalue())
    (problem,) = check(root)["problems"]
    assert problem["problem"] == "is grey with more than 8 bits a pixel"


def test_more_pixels_than_pillow_decodes_are_no_damage(root, monkeypatch):
    file = root / "query" / QUERY[0]
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 8 * 16 // 2 - 1)
    (problem, *_) = check(root)["problems"]
    assert problem["problem"] == "has too many pixels (limit 126), shrink it"
    with pytest.raises(InputError, match=r"jpg has too many pixels \(limit 126\), shrink it$"):
        read_image(file)


def test_what_would_be_waited_for_is_no_image(root):
    (root / "query" / QUERY[0]).unlink()
    os.mkfifo(root / "query" / QUERY[0])
    (problem,) = check(root)["problems"]
    assert problem == {"file": f"query/{QUERY[0]}", "problem": "is no regular file"}


def test_a_damaged_image_is_not_trained_with(root):
    dataset = load_dataset("market1501", root, WRITTEN)
    (root / "query" / QUERY[0]).write_bytes(b"\xff\xd8\xff")
    write_json(root.parent / "data.json", check(root))
    for record in (None, root.parent / "data.json"):
        with pytest.raises(InputError, match=rf"query/{QUERY[0]} is .*: mend it or leave it out"):
            describe_data(dataset, root, WRITTEN, record)


def test_a_folder_that_may_not_be_entered_is_named(root, monkeypatch):
    (root.parent / "msmt17").mkdir()
    monkeypatch.setattr(os, "access", lambda place, mode: place != root.parent / "msmt17")
    message = rf"cannot read {root.parent / 'msmt17'} \(Permission denied\): make it a folder"
    with pytest.raises(InputError, match=message):
        load_dataset("msmt17", root.parent, WRITTEN)
    assert load_dataset("market1501", root.parent, WRITTEN).train


@pytest.mark.parametrize("number", [errno.EACCES, errno.ESTALE, errno.EIO])
def test_a_listed_folder_that_cannot_be_read_is_named(root, monkeypatch, number):
    def listdir(place):
        raise OSError(number, os.strerror(number))

    for folder in ("absent", "x" * 300, "a\0", "query/file.jpg"):
        assert not Presence(root)(f"{folder}/x.jpg")
    monkeypatch.setattr(os, "listdir", listdir)
    reason = re.escape(f"cannot read {root / 'query'} ({os.strerror(number)})")
    with pytest.raises(InputError, match=reason):
        Presence(root)(f"query/{QUERY[0]}")


def test_a_folder_whose_files_may_not_be_looked_at_is_a_list_of_problems(root, monkeypatch):
    def denied(*_arguments, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("apnet.data.check.read_content", denied)
    monkeypatch.setattr("pathlib.Path.is_symlink", denied)
    monkeypatch.setattr("os.lstat", denied)
    assert {item["problem"] for item in check(root)["problems"]} == {
        "cannot be read (Permission denied)"
    }


def test_a_cut_jpeg_is_named_and_never_filled_up(root):
    file = root / "query" / QUERY[0]
    content, _ = encoded("RGB", "JPEG", quality=95)
    for size in (len(content) // 2, 20, 2):
        file.write_bytes(content[:size])
        (problem,) = check(root)["problems"]
        assert problem["file"] == f"query/{QUERY[0]}"
        with pytest.raises(InputError, match="take it from the dataset's archive again"):
            read_image(file)


def test_a_folder_that_is_called_as_an_image(root):
    (root / "query" / "0001_c2s1_000001_00.jpg").mkdir()
    (problem,) = check(root)["problems"]
    assert problem == {
        "file": "query/0001_c2s1_000001_00.jpg",
        "problem": "cannot be read (Is a directory)",
    }
    with pytest.raises(InputError, match="Is a directory"):
        read_image(root / problem["file"])
    (root / "query" / "x.jpg").mkdir()
    with pytest.raises(InputError, match=r"x\.jpg is not named like"):
        load_dataset("market1501", root, WRITTEN)


def test_folders_in_other_alphabets(tmp_path):
    root = tiny.write(tmp_path / "данные 数据 \N{PILE OF POO}" / "market1501", tiny.MARKET)
    found = check_dataset("market1501", root.parent, WRITTEN)
    assert found["problems"] == [] and found["counts"]["query"]["images"] == 2


def test_names_that_are_no_utf_8_are_named(root, capsys):
    (root / "query" / os.fsdecode(b"0001_c1s1_\xff.jpg")).touch()
    assert main(["data", "check", "market1501", str(root), "--out", str(root / "out.json")]) == 0
    said = "query/0001_c1s1_\\udcff.jpg has a name that is no UTF-8"
    assert said in capsys.readouterr().out
    with pytest.raises(InputError, match="has a name that is no UTF-8"):
        load_dataset("mine", root, WRITTEN)


def test_names_that_no_line_holds_are_shown_escaped(root):
    (root / "query" / "a\nb\x1b.jpg").touch()
    (problem,) = check(root)["problems"]
    assert problem["file"] == "query/a\\nb\\x1b.jpg"
    assert problem["problem"] == "has a name that cannot be printed on one line"


def test_links_to_drawn_images_are_drawn(root, tmp_path):
    linked = tmp_path / "linked" / "market1501"
    linked.mkdir(parents=True)
    for folder in ("bounding_box_train", "bounding_box_test"):
        (linked / folder).symlink_to(root / folder)
    (linked / "query").mkdir()
    for file in (root / "query").iterdir():
        (linked / "query" / file.name).symlink_to(file)
    assert not load_dataset("market1501", linked, WRITTEN).synthetic
    (root / "SYNTHETIC.json").write_text("{}")
    assert load_dataset("market1501", linked, WRITTEN).synthetic
    for folder in ("bounding_box_train", "bounding_box_test"):
        (linked / folder).unlink()
        shutil.copytree(root / folder, linked / folder)
    assert load_dataset("market1501", linked, WRITTEN).synthetic


def test_symbolic_links(root, tmp_path):
    before = check(root)
    file = root / "query" / QUERY[0]
    moved = file.rename(tmp_path / "elsewhere.jpg")
    file.symlink_to(moved)
    folder = (root / "bounding_box_train").rename(tmp_path / "train")
    (root / "bounding_box_train").symlink_to(folder)
    linked = tmp_path / "data" / "market1501"
    linked.parent.mkdir()
    linked.symlink_to(root)
    found = check_dataset("market1501", linked.parent, WRITTEN)
    assert (found["fingerprint"], found["problems"]) == (before["fingerprint"], [])
    moved.unlink()
    (problem,) = check(root)["problems"]
    assert problem["problem"] == "cannot be read (No such file or directory)"
    file.unlink()
    file.symlink_to(file)
    (problem,) = check(root)["problems"]
    assert problem["problem"].startswith("cannot be read (")


def test_a_read_only_dataset(root):
    places = [root, *root.rglob("*")]
    for place in places:
        place.chmod(0o555 if place.is_dir() else 0o444)
    before = {place: place.stat().st_mtime_ns for place in places}
    try:
        assert check(root)["problems"] == []
        assert {place: place.stat().st_mtime_ns for place in places} == before
        assert sorted([root, *root.rglob("*")]) == sorted(places)
    finally:
        for place in places:
            place.chmod(0o755 if place.is_dir() else 0o644)


def test_the_same_bytes_under_two_names_are_noted(root):
    assert check(root)["notes"] == []
    copy(root, f"bounding_box_train/{TRAIN[0]}", "query/0001_c4s1_000001_00.jpg")
    copy(root, f"query/{QUERY[1]}", "bounding_box_test/0000_c3s1_000001_00.jpg")
    found = check(root)
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
def test_copies_that_change_nothing_are_not_noted(root, source, target):
    copy(root, source, target)
    assert check(root)["notes"] == []


def test_damaged_files_are_no_twins(root):
    for name in (*TRAIN[:3], *QUERY):
        folder = "query" if name in QUERY else "bounding_box_train"
        (root / folder / name).write_bytes(b"")
    found = check(root)
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
