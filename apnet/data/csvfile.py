"""Splits that a CSV lists: path, identity, camera and split of each image.

Identities and cameras are texts (:mod:`apnet.data.labels`), numbered in their sorted order. Other
columns are ignored.
"""

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from apnet.data.dataset import Part, Problem, Sample, Splits
from apnet.data.labels import DISTRACTOR, JUNK, MISPLACED, NO_VALUE, clean, is_junk, marks
from apnet.data.lists import Presence
from apnet.data.naming import printable
from apnet.errors import InputError

COLUMNS = ("path", "identity", "camera", "split")
SPLITS = ("train", "query", "gallery")


class _Row(NamedTuple):
    line: int
    path: Path
    identity: str
    camera: str
    split: str


def read_csv(root: Path, file: str) -> Splits:
    """The images that the CSV root/file lists; their paths start from `root`.

    Raises:
        InputError: it cannot be read, or lacks a column.
    """
    lines = list(_rows(root, file))
    rows = [row for row in lines if isinstance(row, _Row)]
    people = _people(rows)
    cameras = _numbered(row.camera for row in rows)
    parts = {split: Part(file) for split in SPLITS}
    for row in rows:
        sample = Sample(row.path, people[row.identity], cameras[row.camera])
        parts[row.split].add(sample)
    problems = [row for row in lines if isinstance(row, Problem)]
    parts["train"].problems += [*problems, *_overlaps(file, rows), *_contradictions(file, rows)]
    return Splits(*parts.values(), listed=True)


def _rows(root: Path, file: str) -> Iterator[_Row | Problem]:
    find, folder_of = Presence(root), _one_name_each(root)
    for line, cells in _cells(root / file):
        fault = _fault(cells)
        if fault is None:
            path, identity, camera, split = _stripped(cells)
            image = find((folder_of(Path(path).parent) / Path(path).name).as_posix())
            if image is not None:
                yield _Row(line, Path(image), identity, camera, split)
                continue
            fault = f"names {path}, which is not there"
        yield Problem(file, f"line {line} {fault}")


def _one_name_each(root: Path) -> Callable[[Path], Path]:
    """How a folder is called without `..`, where behind a link that is not another folder."""

    @cache
    def name(folder: Path) -> Path:
        short = Path(os.path.normpath(folder))
        same = os.path.realpath(root / short) == os.path.realpath(root / folder)
        return short if same else folder

    return name


def _cells(file: Path) -> Iterator[tuple[int, dict[str | None, str | None]]]:
    """The number of each line, and its cells by column."""
    try:
        # Spreadsheets put a byte order mark in front.
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            reader.fieldnames = [clean(name) for name in reader.fieldnames or ()]
            for column in COLUMNS:
                count = reader.fieldnames.count(column)
                if count != 1:
                    raise InputError(
                        f"{file} has {count or 'no'} column{'s' * (count > 1)} {column}: its first "
                        f"line has to name the columns {', '.join(COLUMNS)}, with commas between"
                    )
            for cells in reader:
                yield reader.line_num, cells
    except OSError as error:
        raise InputError(f"cannot read {file} ({error.strerror}): let it be read") from error
    except (UnicodeDecodeError, csv.Error) as error:
        reason = error if isinstance(error, csv.Error) else "it is not UTF-8 text"
        raise InputError(f"cannot read {file} ({reason}): save it as CSV in UTF-8") from error


def _fault(cells: dict[str | None, str | None]) -> str | None:
    """What is wrong with a line, as the rest of a sentence that begins with its number."""
    if None in cells:
        return "has more cells than the first line names columns"
    path, identity, _, split = texts = _stripped(cells)
    for what, text in zip(COLUMNS, texts, strict=True):
        if text in NO_VALUE and (what != "path" or not text):
            return f"has no {what}"
    if printable(path) != path:
        return f"names {printable(path)}, which cannot be printed on one line"
    if split not in SPLITS:
        return f"has split {split!r}, which is not {' or '.join(SPLITS)}"
    return MISPLACED if split != "gallery" and is_junk(identity) else None


def _stripped(cells: dict[str | None, str | None]) -> list[str]:
    """The cells of :data:`COLUMNS`, without what surrounds their contents."""
    path, *labels = (cells[column] or "" for column in COLUMNS)
    return [path.strip(), *map(clean, labels)]


def _numbered(texts: Iterable[str]) -> dict[str, int]:
    return {text: number for number, text in enumerate(sorted(set(texts)), 1)}


def _people(rows: Sequence[_Row]) -> dict[str, int]:
    """The number of each identity; of junk and of distractors their mark."""
    query, gallery = (
        np.array([row.identity for row in rows if row.split == split], dtype=str)
        for split in ("query", "gallery")
    )
    found = marks(query, gallery)
    marked = dict.fromkeys(gallery[found.junk].tolist(), JUNK)
    marked |= dict.fromkeys(gallery[found.distractors].tolist(), DISTRACTOR)
    return _numbered(row.identity for row in rows if row.identity not in marked) | marked


def _overlaps(file: str, rows: list[_Row]) -> Iterator[Problem]:
    """The first line of each training identity that query or gallery have too."""
    tested = {row.identity for row in rows if row.split != "train"}
    for row in rows:
        if row.split == "train" and row.identity in tested:
            tested.remove(row.identity)
            yield Problem(
                file,
                f"line {row.line} trains on identity {row.identity!r}, "
                f"which query or gallery have too",
            )


def _contradictions(file: str, rows: list[_Row]) -> Iterator[Problem]:
    """The lines that give an image another identity or camera than a line of another split."""
    first: dict[Path, _Row] = {}
    for row in rows:
        before = first.setdefault(row.path, row)
        for what in ("identity", "camera"):
            value, other = getattr(row, what), getattr(before, what)
            if row.split != before.split and value != other:
                yield Problem(
                    file,
                    f"line {row.line} gives {row.path.as_posix()} {what} {value!r}, "
                    f"line {before.line} {other!r}",
                )
