"""Splits that are folders of images, as in Market-1501 and those in its layout."""

import os
from collections.abc import Callable
from pathlib import Path

from apnet.config.readings import Reading
from apnet.data.dataset import Part, Splits
from apnet.data.naming import Naming
from apnet.errors import InputError

TRAIN, QUERY, GALLERY = FOLDERS = ("bounding_box_train", "query", "bounding_box_test")

MARKER = "SYNTHETIC.json"
"""A file that only drawn datasets have, in their own folder."""

_IMAGES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp")


def list_folder(folder: Path) -> list[str]:
    """Names in a folder, sorted: every file system lists in an order of its own.

    Raises:
        InputError: it cannot be read.
    """
    try:
        return sorted(os.listdir(folder))
    except OSError as error:
        raise closed(folder, error.strerror) from error


def closed(folder: Path, reason: str = "Permission denied") -> InputError:
    """The error of a folder that cannot be read."""
    return InputError(f"cannot read {folder} ({reason}): make it a folder that you may read")


def read_folder(root: Path, folder: str, naming: Naming, identities: range) -> Part:
    """Every image of root/folder.

    Skips what is not an image (Market-1501 comes with Thumbs.db) and hidden files (macOS puts a
    `._` file beside every file of an archive). An image of
    another name is a problem.

    Raises:
        InputError: the folder cannot be read.
    """
    part = Part(folder)
    for name in list_folder(root / folder):
        if name.lower().endswith(_IMAGES) and not name.startswith("."):
            part.add(naming.read(folder, name, identities))
    return part


def three_folders(naming: Naming, identities: range) -> Callable[[Path, Reading], Splits]:
    """A reader of training, query and gallery folders, the same under every reading."""

    def read(root: Path, _reading: Reading) -> Splits:
        return Splits(*(read_folder(root, folder, naming, identities) for folder in FOLDERS))

    return read


JUNK, DISTRACTOR = -1, 0
"""Identities by which Market-1501's gallery marks missed detections, and people of no query."""


def marked_folders(
    naming: Naming, last: int, distractors: Callable[[Reading], str] = lambda _reading: "keep"
) -> Callable[[Path, Reading], Splits]:
    """A reader of three folders whose gallery marks junk and distractors.

    Args:
        last: people are numbered from 1 to this.
        distractors: whether a reading keeps distractors, `keep`, or leaves them out, `drop`.
    """
    people = range(1, last + 1)

    def read(root: Path, reading: Reading) -> Splits:
        gallery = read_folder(root, GALLERY, naming, range(JUNK, last + 1))
        left_out = {JUNK, DISTRACTOR} if distractors(reading) == "drop" else {JUNK}
        kept = [sample for sample in gallery.samples if sample.identity not in left_out]
        return Splits(
            train=read_folder(root, TRAIN, naming, people),
            query=read_folder(root, QUERY, naming, people),
            gallery=Part(gallery.file, kept, gallery.problems),
            junk=sum(sample.identity == JUNK for sample in gallery.samples),
            distractors=sum(sample.identity == DISTRACTOR for sample in gallery.samples),
        )

    return read
