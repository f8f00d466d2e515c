"""MSMT17 (Wei et al., CVPR 2018), V1 and V2 (faces blurred), read by its lists.

Identities start at 0 in training and again at 0 in testing, for other people. The lists
`train` and `val` share their 1,041 identities: the paper trains on both, 32,621 images
(Table I), the release on the first, 30,248.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from apnet.config.discrepancies import Discrepancy
from apnet.config.readings import Reading, Switch
from apnet.data.dataset import Part, Problem, Sample, Splits
from apnet.data.lists import Presence, absent, read_lines
from apnet.data.naming import Naming
from apnet.data.source import Counts, Source, published_counts
from apnet.data.styles import INDOORS_AND_OUT
from apnet.data.synthesis import Shot, Synthesis

_TRAINED, _TESTED = range(1041), range(3060)
_TRAINING = {
    "train+val": (("list_train.txt", "list_val.txt"), 32_621),
    "train": (("list_train.txt",), 30_248),
}
"""Value of the switch -> lists and the number of images in them."""
_LISTS = ("list_train.txt", "list_val.txt", "list_query.txt", "list_gallery.txt")
_V1, _V2 = ("train", "test"), ("mask_train_v2", "mask_test_v2")
"""Folders of training and test images."""

TRAINING = Switch(
    "msmt17_training",
    choices=tuple(_TRAINING),
    written="train+val",
    released="train",
    about="`train+val`, 32,621 images (Table I), or `train`, 30,248 (release).",
    discrepancy=Discrepancy(
        "difference",
        paper="32,621 training images, of both lists: Table I, Section IV-A",
        code="list_train alone, 30,248 images",
        byte_code="loader of 2021-01-22: list_train alone as well",
    ),
)
FEATURE = Switch(
    "msmt17_feature",
    choices=("bn", "logits"),
    written="bn",
    released="logits",
    about="What is compared: the `bn` feature (Section IV-B) or the `logits` (release).",
    discrepancy=Discrepancy(
        "difference",
        paper='"the 2048 dimension features after the BN bottleneck": Section IV-B',
        code="the classifier's 1,041 logits",
    ),
)

NAMING = Naming(
    re.compile(
        r"(?P<identity>[0-9]{4})_[0-9]{3}_(?P<camera>[0-9]{2})"
        r"_[0-9]{4}(morning|noon|afternoon)_[0-9]{4}_[0-9]+(_ex)?\.jpg"
    ),
    example="0000_000_01_0303morning_0015_0.jpg",
    cameras=15,
)


def _read(root: Path, reading: Reading) -> Splits:
    training, _ = _TRAINING[TRAINING.of(reading)]
    blurred = all((root / folder).is_dir() for folder in _V2)
    train, test = _V2 if blurred else _V1
    return Splits(
        train=_listed(root, training, train, _TRAINED),
        query=_listed(root, ("list_query.txt",), test, _TESTED),
        gallery=_listed(root, ("list_gallery.txt",), test, _TESTED),
        variant="V2, whose faces are blurred" if blurred else "",
    )


def _listed(root: Path, files: tuple[str, ...], folder: str, identities: range) -> Part:
    part = Part(files[0])
    find = Presence(root / folder)
    for file in files:
        for line in read_lines(root / file):
            path, _, identity = line.rpartition(" ")
            if find(path):
                part.add(_sample(file, folder, path, identity, identities))
            else:
                part.add(absent(file, path or line, folder))
    return part


def _sample(
    file: str, folder: str, path: str, identity: str, identities: range
) -> Sample | Problem:
    """The image of one line, `0000/0000_000_01_0303morning_0015_0.jpg 0`."""
    subfolder, _, name = path.rpartition("/")
    sample = NAMING.read(f"{folder}/{subfolder}", name, identities)
    if isinstance(sample, Problem):
        return sample
    for what in (subfolder, identity):
        if not what.isdecimal() or int(what) != sample.identity:
            return Problem(file, f"gives identity {what} to {path}, which its name denies")
    return sample


def _published(reading: Reading) -> Counts:
    _, images = _TRAINING[TRAINING.of(reading)]
    return published_counts((images, 1_041), (11_659, 3_060), (82_161, 3_060), cameras=15)


def _file(part: str, identity: int, camera: int, number: int) -> str:
    half = "train" if part in ("train", "val") else "test"
    moment = ("0303morning", "0113noon", "0114afternoon", "0302noon")[number % 4]
    name = f"{identity:04d}_{number % 1000:03d}_{camera:02d}_{moment}_{number % 10000:04d}"
    return f"{half}/{identity:04d}/{name}_{number // 10000}.jpg"


def _lists(shots: Sequence[Shot]) -> dict[str, list[str]]:
    return {
        f"list_{part}.txt": [
            f"{shot.files[0].split('/', 1)[1]} {shot.identity}"
            for shot in shots
            if shot.part == part
        ]
        for part in ("train", "val", "query", "gallery")
    }


SOURCE = Source(
    name="msmt17",
    folders=(
        "msmt17",
        "msmt17/MSMT17_V1",
        "MSMT17_V1",
        "msmt17/MSMT17_V2",
        "MSMT17_V2",
        "MSMT17",
    ),
    holds=(*_LISTS, *_V1),
    or_holds=((*_LISTS, *_V2),),
    naming=NAMING,
    read=_read,
    published=_published,
    disjoint=False,
    switches=(TRAINING, FEATURE),
    feature=FEATURE.of,
    synthesis=Synthesis(
        INDOORS_AND_OUT, _file, identity=lambda _half, index: index, lists=_lists, val=2_373
    ),
)
