"""MSMT17 (Wei et al., CVPR 2018), V1 and V2 (faces blurred), read by its lists.

Identities start at 0 in training and again at 0 in testing, for other people. The lists
`train` and `val` share their 1,041 identities: the paper trains on both, 32,621 images
(Table I), the release on the first, 30,248.
"""

import re
from pathlib import Path

from apnet.config.readings import Reading
from apnet.data.dataset import Sample
from apnet.data.lists import Presence, absent, read_lines
from apnet.data.naming import Naming
from apnet.data.parts import Part, Problem, Splits
from apnet.data.source import Counts, Source, published_counts
from apnet.errors import one_of

_TRAINED, _TESTED = range(1041), range(3060)
_TRAINING = {
    "train+val": (("list_train.txt", "list_val.txt"), 32_621),
    "train": (("list_train.txt",), 30_248),
}
"""Reading -> lists and the number of images in them."""
_LISTS = ("list_train.txt", "list_val.txt", "list_query.txt", "list_gallery.txt")
_V1, _V2 = ("train", "test"), ("mask_train_v2", "mask_test_v2")
"""Folders of training and test images."""

NAMING = Naming(
    re.compile(
        r"(?P<identity>[0-9]{4})_[0-9]{3}_(?P<camera>[0-9]{2})"
        r"_[0-9]{4}(morning|noon|afternoon)_[0-9]{4}_[0-9]+(_ex)?\.jpg"
    ),
    example="0000_000_01_0303morning_0015_0.jpg",
    cameras=15,
)


def _read(root: Path, reading: Reading) -> Splits:
    training, _ = _training(reading)
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
    is_there = Presence(root / folder)
    for file in files:
        for line in read_lines(root / file):
            path, _, identity = line.rpartition(" ")
            if is_there(path):
                part.add(_sample(file, folder, path, identity, identities))
            else:
                part.add(absent(file, path or line, folder))
    return part


def _sample(
    file: str, folder: str, path: str, identity: str, identities: range
) -> Sample | Problem:
    """The image of one line, `0000/0000_000_01_0303morning_0015_0.jpg 0`."""
    subfolder, _, name = path.rpartition("/")
    found = NAMING.read(f"{folder}/{subfolder}", name, identities)
    if isinstance(found, Problem):
        return found
    for what in (subfolder, identity):
        if not what.isdecimal() or int(what) != found.identity:
            return Problem(file, f"gives identity {what} to {path}, which its name denies")
    return found


def _training(reading: Reading) -> tuple[tuple[str, ...], int]:
    choice = reading.msmt17_training
    if choice not in _TRAINING:
        raise one_of("value of the switch msmt17_training", choice, tuple(_TRAINING))
    return _TRAINING[choice]


def _published(reading: Reading) -> Counts:
    _, images = _training(reading)
    return published_counts((images, 1_041), (11_659, 3_060), (82_161, 3_060), cameras=15)


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
)
