"""Splits that are lists of image names."""

import errno
import os
import unicodedata
from functools import cache
from pathlib import Path

from apnet.data.dataset import Part, Problem
from apnet.data.folders import closed
from apnet.data.naming import Naming, printable
from apnet.errors import InputError


def read_lines(file: Path) -> list[str]:
    """Lines of a list, stripped, without empty ones.

    Raises:
        InputError: it cannot be read as text.
    """
    try:
        # Editors may put a byte order mark in front.
        lines = file.read_text(encoding="utf-8-sig").split("\n")
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
    find = Presence(root / folder)
    for name in read_lines(root / file):
        found = find(name)
        if found is None:
            part.add(absent(file, name, folder))
        else:
            part.add(naming.read(folder, found, identities))
    return part


def absent(file: str, path: str, folder: str) -> Problem:
    """The problem of a list that names an image which is not there."""
    return Problem(file, f"names {printable(path)}, which is not in {folder}")


_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}
"""Errors that mean that there is no such folder; after any other it is not known."""


class Presence:
    """Which files lie under a folder.

    One listing a subfolder: over a network that takes seconds, where one question a
    file takes minutes.

    An `ü` is one letter or two, by the system that wrote the name: macOS takes it apart.
    Names that differ in that alone are one, unless a folder has both.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._listed = cache(self._list)

    def __call__(self, path: str) -> str | None:
        """`path`, relative to the folder, in the letters that it has there; None if absent."""
        parent, slash, name = path.rpartition("/")
        spelled, names = self._listed(parent + slash)
        found = names.get(name) or names.get(_composed(name))
        return found and spelled + found

    def _list(self, parent: str) -> tuple[str, dict[str, str]]:
        """A subfolder in its own letters, with a slash, and its names by their spellings."""
        folder = self._folder / parent
        try:
            names = os.listdir(folder)
        except ValueError:  # no name at all
            return parent, {}
        except OSError as error:
            if error.errno not in _ABSENT:
                raise closed(folder, error.strerror) from error
            spelled = None if parent.isascii() else self(parent[:-1])
            if spelled is None or f"{spelled}/" == parent:
                return parent, {}
            return self._listed(f"{spelled}/")
        return parent, {_composed(name): name for name in names} | {name: name for name in names}


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)
