"""Images that are not good JPEGs under the name of one: they are read, or named."""

import io
import os

import numpy as np
import pytest
import tiny
from PIL import Image
from tiny import check

from apnet.config.readings import WRITTEN
from apnet.data import load_dataset
from apnet.data.check import describe_data
from apnet.data.images import read_image
from apnet.errors import InputError
from apnet.files import write_json

QUERY = tiny.MARKET["query"]


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
def test_pictures_of_other_kinds_under_the_name_of_a_jpeg(market, mode, kind, near):
    file = market / "query" / QUERY[0]
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
    assert check(market)["problems"] == []


@pytest.mark.parametrize(
    ("kind", "values"), [("PNG", np.uint16), ("TIFF", np.int32), ("TIFF", np.float32)]
)
def test_greys_that_pillow_would_cut_off_are_no_images(market, kind, values):
    stream = io.BytesIO()
    Image.fromarray(np.full((16, 8), 40_000, values)).save(stream, kind)
    (market / "query" / QUERY[0]).write_bytes(stream.getvalue())
    (problem,) = check(market)["problems"]
    assert problem["problem"] == "is grey with more than 8 bits a pixel"


def test_more_pixels_than_pillow_decodes_are_no_damage(market, monkeypatch):
    file = market / "query" / QUERY[0]
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 8 * 16 // 2 - 1)
    (problem, *_) = check(market)["problems"]
    assert problem["problem"] == "has too many pixels (limit 126), shrink it"
    with pytest.raises(InputError, match=r"jpg has too many pixels \(limit 126\), shrink it$"):
        read_image(file)


def test_what_would_be_waited_for_is_no_image(market):
    (market / "query" / QUERY[0]).unlink()
    os.mkfifo(market / "query" / QUERY[0])
    (problem,) = check(market)["problems"]
    assert problem == {"file": f"query/{QUERY[0]}", "problem": "is no regular file"}


def test_a_damaged_image_is_not_trained_with(market):
    dataset = load_dataset("market1501", market, WRITTEN)
    (market / "query" / QUERY[0]).write_bytes(b"\xff\xd8\xff")
    write_json(market.parent / "data.json", check(market))
    for record in (None, market.parent / "data.json"):
        with pytest.raises(InputError, match=rf"query/{QUERY[0]} is .*: mend it or leave it out"):
            describe_data(dataset, market, WRITTEN, record)


def test_a_cut_jpeg_is_named_and_never_filled_up(market):
    file = market / "query" / QUERY[0]
    content, _ = encoded("RGB", "JPEG", quality=95)
    for size in (len(content) // 2, 20, 2):
        file.write_bytes(content[:size])
        (problem,) = check(market)["problems"]
        assert problem["file"] == f"query/{QUERY[0]}"
        with pytest.raises(InputError, match="take it from the dataset's archive again"):
            read_image(file)


def test_a_folder_that_is_called_as_an_image(market):
    (market / "query" / "0001_c2s1_000001_00.jpg").mkdir()
    (problem,) = check(market)["problems"]
    assert problem == {
        "file": "query/0001_c2s1_000001_00.jpg",
        "problem": "cannot be read (Is a directory)",
    }
    with pytest.raises(InputError, match="Is a directory"):
        read_image(market / problem["file"])
    (market / "query" / "x.jpg").mkdir()
    with pytest.raises(InputError, match=r"x\.jpg is not named like"):
        load_dataset("market1501", market, WRITTEN)
