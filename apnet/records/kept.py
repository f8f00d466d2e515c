"""Finished results that keep a second name while their first is deleted to make them again.

Snakemake deletes what a job made before it runs that job once more, also where only its own
bookkeeping says so: it was killed while the job ended well, or what it had noted was lost. The
second name is a hard link, so it takes no space; the job puts the files back if they are
what it would make. It also deletes what a job made that was killed between its last file and
its end: such a job is told to keep its results by itself (:data:`VARIABLE`).
"""

import os
from contextlib import suppress
from pathlib import Path

VARIABLE = "APNET_KEEP_RESULTS"
"""Environment variable by which a job is told that somebody else ends the keeping."""

_FOLDER = ".kept"


def second_name(file: Path) -> Path:
    """The name under which a result is kept, in a folder beside it."""
    return file.parent / _FOLDER / file.name


def keep(*files: Path) -> None:
    """Give results their second names, in place of what had these.

    Raises:
        OSError: the folder cannot be written.
    """
    for file in files:
        second = second_name(file)
        second.parent.mkdir(exist_ok=True)
        _name_again(file, second)


def put_back(*files: Path) -> None:
    """Give kept results their first names again, in this order, as files of now.

    Snakemake takes no result that is older than what it was made from.
    """
    for file in files:
        _name_again(second_name(file), file)
        os.utime(file)
    settle(*files)


def settle(*files: Path) -> None:
    """End a job that made results: keep these if it is told to, else forget what they replace."""
    forget(*files)
    if VARIABLE in os.environ:
        for file in files:
            with suppress(OSError):  # a file system without links
                second_name(file).parent.mkdir(exist_ok=True)
                second_name(file).hardlink_to(file)


def forget(*files: Path) -> None:
    """Remove second names, those of results that were made again."""
    for file in files:
        second_name(file).unlink(missing_ok=True)
        with suppress(OSError):  # absent, or it holds others
            second_name(file).parent.rmdir()


def _name_again(file: Path, other: Path) -> None:
    """Name a file `other` too; where the file system has no links, instead."""
    other.unlink(missing_ok=True)
    try:
        other.hardlink_to(file)
    except OSError:
        file.replace(other)
