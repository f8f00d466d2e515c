"""What lies in real folders beside good JPEGs: it works, or it is named."""

import io
import os
import shutil

import numpy as np
import pytest
import tiny
from PIL import Image

from apnet.cli import main
from apnet.data import load_dataset
from apnet.data.check import check_dataset, describe_check
from apnet.data.images import read_image
from apnet.errors import InputError
from apnet.readings import WRITTEN

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
        ("I;16", "PNG", None),
    ],
)
def test_pictures_of_other_kinds_under_the_name_of_a_jpeg(root, mode, kind, near):
    file = root / "query" / QUERY[0]
    content, expected = encoded("L" if mode == "I;16" else mode, kind)
    if mode == "I;16":
        stream = io.BytesIO()
        Image.fromarray(np.full((16, 8), 40_000, np.uint16)).save(stream, "PNG")
        content = stream.getvalue()
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
        "note": f"(query, identity 1) has the bytes of bounding_box_train/{TRAIN[0]} "
        "(training, identity 2)",
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


def test_occluded_duke_keeps_its_queries_in_the_gallery_without_notes(tmp_path):
    tiny.write(tmp_path / "Occluded_Duke", tiny.OCCLUDED, tiny.OCCLUDED_LISTS)
    assert check_dataset("occluded-dukemtmc", tmp_path, WRITTEN)["notes"] == []
