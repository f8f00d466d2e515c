"""The description of a dataset in its own file: all that differs between datasets."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from apnet.config.readings import Reading, Switch
from apnet.data.dataset import Part, Problem, ReIDDataset, Sample, Splits
from apnet.data.folders import MARKER
from apnet.data.labels import MISPLACED, is_junk, marks
from apnet.data.naming import Naming
from apnet.data.reach import is_file
from apnet.data.synthesis import Synthesis

Counts = dict[str, object]


TOLERANCE = 0.5
"""In percent points, about what reruns of one training differ by on the large datasets."""


@dataclass(frozen=True)
class Source:
    """A dataset: where it may lie, how it is read, what its distributor counted.

    Attributes:
        folders: under the data root, as distributors and toolboxes leave them, in the
            order in which they are tried.
        holds: what the dataset's own folder must hold.
        or_holds: what it holds in its other forms.
        naming: of its images.
        read: reads its own folder under a reading's protocol.
        published: its distributor's counts under a reading's protocol, in the form of
            :meth:`ReIDDataset.counts`; None of a custom dataset.
        disjoint: whether equal identities in training and testing would be one person.
        partial: whether it may have training images alone, or query and gallery alone.
        tolerance: how near a result on it is near enough, in percent points.
        switches: of its protocol; they act on no other dataset.
        feature: which feature is compared on it, `bn` or `logits`, under a reading.
        distractors: whether its distractors stay in the gallery, `keep`, or leave it, `drop`.
        synthesis: how it is drawn; None if it cannot be.
    """

    name: str
    folders: tuple[str, ...]
    holds: tuple[str, ...]
    naming: Naming
    read: Callable[[Path, Reading], Splits]
    published: Callable[[Reading], Counts] | None = None
    disjoint: bool = True
    partial: bool = False
    or_holds: tuple[tuple[str, ...], ...] = ()
    tolerance: float = TOLERANCE
    switches: tuple[Switch, ...] = ()
    feature: Callable[[Reading], str] = lambda _reading: "bn"
    distractors: Callable[[Reading], str] = lambda _reading: "keep"
    synthesis: Synthesis | None = None

    def scan(self, root: Path, reading: Reading) -> tuple[ReIDDataset, tuple[Problem, ...]]:
        """The dataset in its own folder `root`, and what is wrong with it.

        Raises:
            InputError: a folder or a list cannot be read.
        """
        splits = self.read(root, reading)
        found = marks(*(_identities(part) for part in (splits.query, splits.gallery)))
        drop = self.distractors(reading) == "drop"
        left_out = found.junk | found.distractors if drop else found.junk
        kept = list(compress(splits.gallery.samples, ~left_out))
        splits = replace(splits, gallery=replace(splits.gallery, samples=kept))
        dataset = ReIDDataset(
            name=self.name,
            root=root,
            train=_by_path(splits.train),
            query=_by_path(splits.query),
            gallery=_by_path(splits.gallery),
            junk=int(found.junk.sum()),
            distractors=int(found.distractors.sum()),
            synthetic=_is_drawn(root, splits),
            listed=splits.listed,
            variant=splits.variant,
        )
        empty = _empty(splits, self.partial)
        overlaps = _overlaps(dataset) if self.disjoint else ()
        return dataset, (*_in_splits(splits), *_misplaced(splits), *empty, *overlaps)


def published_counts(
    train: tuple[int, int],
    query: tuple[int, int],
    gallery: tuple[int, int],
    *,
    cameras: int,
    junk: int = 0,
    distractors: int = 0,
) -> Counts:
    """(images, identities) of each split in the form of :meth:`ReIDDataset.counts`."""
    splits = {"train": train, "query": query, "gallery": gallery}
    counts: Counts = {
        split: {"images": images, "identities": identities, "cameras": cameras}
        for split, (images, identities) in splits.items()
    }
    return counts | {"junk": junk, "distractors": distractors}


def _by_path(part: Part) -> tuple[Sample, ...]:
    return tuple(sorted(part.samples, key=lambda sample: sample.path.as_posix()))


def _is_drawn(root: Path, splits: Splits) -> bool:
    """Whether the dataset was drawn, or any other that its images lie in or are links into."""
    parts = (splits.train, splits.query, splits.gallery)
    folders = {root / folder for part in parts for folder in {s.path.parent for s in part.samples}}
    folders |= {target for folder in folders for target in _linked(folder)}
    # Not Path.resolve, which raises at a loop of links.
    folders = {Path(os.path.realpath(folder)) for folder in folders}
    above = {parent for folder in folders for parent in (folder, *folder.parents)}
    return any(is_file(folder / MARKER) for folder in {root, *above})


def _linked(folder: Path) -> set[Path]:
    """Folders that links in a folder lead into, by one listing instead of a look at each file."""
    try:
        with os.scandir(folder) as entries:
            links = [Path(entry.path).readlink() for entry in entries if entry.is_symlink()]
    except OSError:
        return set()  # inside an archive, or closed: then reading its images gives the error
    return {folder / parent for parent in {link.parent for link in links}}


def _identities(part: Part) -> NDArray[np.generic]:
    return np.array([sample.identity for sample in part.samples])


def _misplaced(splits: Splits) -> Iterator[Problem]:
    """Junk outside of the gallery."""
    for part in (splits.train, splits.query):
        for sample in part.samples:
            if is_junk(sample.identity):
                yield Problem(part.file, f"lists {sample.path.as_posix()}, which {MISPLACED}")


def _empty(splits: Splits, partial: bool) -> Iterator[Problem]:
    parts = {"training": splits.train, "query": splits.query, "gallery": splits.gallery}
    empty = {split for split, part in parts.items() if not part.samples}
    if partial and empty in ({"training"}, {"query", "gallery"}):
        return
    for split, part in parts.items():
        if split in empty:
            yield Problem(part.file, f"has no {split} images")


def _in_splits(splits: Splits) -> Iterator[Problem]:
    parts = (splits.train, splits.query, splits.gallery)
    for part in parts:
        yield from part.problems
    for part in parts:
        seen: set[Path] = set()
        for sample in part.samples:
            if sample.path in seen:
                yield Problem(part.file, f"names {sample.path.as_posix()} twice")
            seen.add(sample.path)


def _overlaps(dataset: ReIDDataset) -> Iterator[Problem]:
    """The first image of each training identity that query or gallery have too."""
    tested = {sample.identity for part in dataset.test() for sample in part}
    for sample in dataset.train:
        if sample.identity in tested:
            tested.remove(sample.identity)
            yield Problem(
                sample.path.as_posix(),
                f"has identity {sample.identity}, which query or gallery have too",
            )
