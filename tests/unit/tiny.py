"""Datasets of a few coloured rectangles, named and listed like the real ones or one's own."""

import zlib

import numpy as np
import pytest
from PIL import Image

from apnet.config.readings import WRITTEN
from apnet.data import load_dataset
from apnet.data.check import check_dataset
from apnet.errors import InputError

MARKET = {
    "bounding_box_train": [
        "0002_c1s1_000451_03.jpg",
        "0002_c2s1_000301_01.jpg",
        "0007_c3s3_077419_03.jpg",
        "0007_c6s2_000051_02.jpg",
        "1500_c6s3_086542_02.jpg",
    ],
    "query": ["0001_c1s1_001051_00.jpg", "0003_c5s1_001351_00.jpg"],
    "bounding_box_test": [
        "-1_c1s1_000401_03.jpg",
        "-1_c4s6_000026_01.jpg",
        "0000_c1s1_000151_01.jpg",
        "0001_c2s1_000301_00.jpg",
        "0003_c1s6_015996_02.jpg",
        "0003_c4s6_015641_05.jpg",
    ],
}
DUKE = {
    "bounding_box_train": ["0001_c2_f0046182.jpg", "0001_c5_f0057312.jpg", "7140_c8_f0210310.jpg"],
    "query": ["0005_c2_f0046985.jpg", "0033_c1_f0057706.jpg"],
    "bounding_box_test": ["0002_c1_f0044158.jpg", "0005_c5_f0051341.jpg", "0033_c7_f0100000.jpg"],
}
CUHK03 = {
    "bounding_box_train": ["0001_c1_1.png", "0001_c2_7.png", "1467_c1_14097.png"],
    "query": ["0003_c1_21.png", "0004_c2_35.png"],
    "bounding_box_test": ["0003_c2_26.png", "0004_c1_30.png"],
}
OCCLUDED = {
    "bounding_box_train": DUKE["bounding_box_train"],
    "query": ["0005_c2_f0046985.jpg", "0033_c1_f0057706.jpg"],
    "bounding_box_test": ["0005_c2_f0046985.jpg", "0005_c5_f0051341.jpg", "0033_c7_f0100000.jpg"],
}
OCCLUDED_LISTS = {
    "train.list": OCCLUDED["bounding_box_train"],
    "query.list": OCCLUDED["query"],
    "gallery.list": OCCLUDED["bounding_box_test"],
}
MSMT17_LISTS = {
    "list_train.txt": [
        "0000/0000_000_01_0303morning_0015_0.jpg 0",
        "0000/0000_001_14_0303morning_0025_2_ex.jpg 0",
        "1040/1040_002_05_0113noon_0008_1.jpg 1040",
    ],
    "list_val.txt": ["0000/0000_003_15_0114afternoon_0030_0.jpg 0"],
    "list_query.txt": [
        "0000/0000_000_02_0303afternoon_0100_0.jpg 0",
        "3059/3059_001_09_0113noon_1111_4.jpg 3059",
    ],
    "list_gallery.txt": [
        "0000/0000_004_03_0303noon_0009_0.jpg 0",
        "3059/3059_005_10_0303noon_0010_0.jpg 3059",
    ],
}
ROWS = (
    "a/1.png,anna,door,train",
    "a/2.png,anna,yard,train",
    "a/10.png,Ömer,door,train",
    "b/ü.png,7,door,query",
    "b/4.png,07,yard,query",
    "b/5.png,7,yard,gallery",
    "b/6.png,07,door,gallery",
)


def draw(file, size=(8, 16)):
    """One image, whose pixels follow from its name."""
    generator = np.random.default_rng(zlib.crc32(file.name.encode()))
    blocks = generator.integers(0, 256, (4, 2, 3), dtype=np.uint8)
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(blocks).resize(size, Image.Resampling.NEAREST).save(file)
    return file


def write(folder, splits, lists=()):
    """A dataset of folders (name -> file names) and lists (name -> lines) in its own folder."""
    for split, names in splits.items():
        for name in names:
            draw(folder / split / name)
    for name, lines in dict(lists).items():
        (folder / name).write_text("".join(f"{line}\n" for line in lines))
    return folder


def write_msmt17(folder, train="train", test="test"):
    """MSMT17 with the given names of its image folders."""
    halves = {"list_train.txt": train, "list_val.txt": train}
    splits = {train: [], test: []}
    for name, lines in MSMT17_LISTS.items():
        splits[halves.get(name, test)] += [line.split()[0] for line in lines]
    return write(folder, splits, MSMT17_LISTS)


def check(market):
    """The check of a Market-1501 in `market`."""
    return check_dataset("market1501", market, WRITTEN)


def write_csv(folder, rows=ROWS, head="path,identity,camera,split"):
    """A dataset of one's own, mine.csv, and the images of `ROWS` beside it."""
    for row in ROWS:
        draw(folder / row.split(",")[0])
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
