"""Splits that are lists of image names."""

import errno
import os
from functools import cache
from pathlib import Path

from apnet.data.dataset import Part, Problem
from apnet.data.folders import closed
from apnet.data.naming import Naming
from apnet.errors import InputError


def read_lines(file: Path) -> list[str]:
    """Lines of a list, stripped, without empty ones.

    Raises:
        InputError: it cannot be read as text.
    """
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InputError(
            f"cannot read {file} ({reason}): take it from the dataset's archive"
        ) from error
    return [line.strip() for line in lines if line.strip()]


def read_list(root: Path, file: str, folder: str, naming: Naming, identities: range) -> Part:
    """The images of root/folder that a list names, one bare file name a line.

    Raises:
        InputError: the list or the folder cannot be read.
    """
    part = Part(file)
    is_there = Presence(root / folder)
    for name in read_lines(root / file):
        if is_there(name):
            part.add(naming.read(folder, name, identities))
        else:
            part.add(absent(file, name, folder))
    return part


def absent(file: str, path: str, folder: str) -> Problem:
    """The problem of a list that names an image which is not there."""
    return Problem(file, f"names {path}, which is not in {folder}")


_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}
"""Errors that mean that there is no such folder; after any other it is not known."""


class Presence:
    """Whether files lie under a folder.

    One listing a subfolder: over a network that takes seconds, where one question a
    file takes minutes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = cache(self._list)

    def __call__(self, path: str) -> bool:
        """Whether `path`, relative to the folder, exists."""
        parent, _, name = path.rpartition("/")
        return name in self._names(parent)

    def _list(self, parent: str) -> frozenset[str]:
        folder = self._folder / parent
        try:
            return frozenset(os.listdir(folder))
        except ValueError:  # no name at all
            return frozenset()
        except OSError as error:
            if error.errno in _ABSENT:
                return frozenset()
            raise closed(folder, error.strerror) from error
