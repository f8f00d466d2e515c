"""Splits that are folders of images, as in Market-1501 and those in its layout."""

import os
from collections.abc import Callable
from pathlib import Path

from apnet.config.readings import Reading
from apnet.data.naming import Naming
from apnet.data.parts import Part, Splits
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

    What is no image is passed over (Market-1501 comes with Thumbs.db), and so is what
    is hidden (macOS puts a `._` file beside every file of an archive). An image of
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
    """A reader of training, query and gallery folders that no reading reads otherwise."""

    def read(root: Path, _reading: Reading) -> Splits:
        return Splits(*(read_folder(root, folder, naming, identities) for folder in FOLDERS))

    return read
