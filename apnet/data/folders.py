"""Splits that are folders of images, as in Market-1501 and those in its layout."""

import os
from collections.abc import Callable
from pathlib import Path

from apnet.config.readings import Reading
from apnet.data.dataset import Part, Splits
from apnet.data.labels import JUNK
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


def three_folders(
    naming: Naming, identities: range, in_gallery: range | None = None
) -> Callable[[Path, Reading], Splits]:
    """A reader of training, query and gallery folders, the same under every reading.

    Args:
        identities: that images may have.
        in_gallery: those of the gallery, where they are others.
    """
    spans = (identities, identities, in_gallery or identities)

    def read(root: Path, _reading: Reading) -> Splits:
        parts = zip(FOLDERS, spans, strict=True)
        return Splits(*(read_folder(root, folder, naming, span) for folder, span in parts))

    return read


def marked_folders(naming: Naming, last: int) -> Callable[[Path, Reading], Splits]:
    """A reader of three folders whose gallery marks junk and distractors.

    Args:
        last: people are numbered from 1 to this.
    """
    return three_folders(naming, range(1, last + 1), range(JUNK, last + 1))
