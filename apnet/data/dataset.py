"""A dataset: its images, each with an identity and a camera, and what is wrong with it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from apnet.data.matfile import holder_of


@dataclass(frozen=True, slots=True, order=True)
class Sample:
    """One image.

    Attributes:
        path: relative to the dataset's own folder.
        identity: as on disk, so 0 may be a person or Market-1501's distractors.
        camera: as in the file name.
    """

    path: Path
    identity: int
    camera: int


class Problem(NamedTuple):
    """Something wrong with a dataset.

    Attributes:
        file: relative to the dataset's own folder.
        what: the rest of a sentence that begins with the file.
    """

    file: str
    what: str


@dataclass
class Part:
    """One split, as it was read.

    Attributes:
        file: the folder or list that it was read from.
    """

    file: str
    samples: list[Sample] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, item: Sample | Problem) -> None:
        """Put a sample or a problem where it belongs."""
        if isinstance(item, Sample):
            self.samples.append(item)
        else:
            self.problems.append(item)


@dataclass(frozen=True)
class Splits:
    """All three splits, with junk; the other fields as in :class:`ReIDDataset`."""

    train: Part
    query: Part
    gallery: Part
    listed: bool = False
    variant: str = ""


@dataclass(frozen=True)
class ReIDDataset:
    """A dataset under one reading's protocol. Every split is sorted by path.

    Attributes:
        root: the dataset's own folder.
        gallery: without junk; with distractors, unless the reading drops them.
        junk: gallery images of identity -1 (:mod:`apnet.data.labels`), left out.
        distractors: gallery images of identity 0 where no query has it, kept or dropped.
        synthetic: drawn, not photographed.
        listed: identities and cameras stand in a list and not in file names.
        variant: of the dataset, such as V1 or V2, if there is more than one.
    """

    name: str
    root: Path
    train: tuple[Sample, ...]
    query: tuple[Sample, ...]
    gallery: tuple[Sample, ...]
    junk: int = 0
    distractors: int = 0
    synthetic: bool = False
    listed: bool = False
    variant: str = ""

    def test(self) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
        """Query and gallery."""
        return self.query, self.gallery

    def listing(self) -> str:
        """SHA-256 over names, sizes and labels of all images, quicker than over their contents.

        It shows whether a record describes these images or others of the same number.
        """
        total = hashlib.sha256()
        for label, sample in self.labels():
            total.update(f"{file_state(self.root / sample.path)[0]} {label}\n".encode())
        return total.hexdigest()

    def labels(self) -> Iterator[tuple[str, Sample]]:
        """Split, identity, camera and path of each image as a text, and the image."""
        parts = {"train": self.train, "query": self.query, "gallery": self.gallery}
        for split, samples in parts.items():
            for sample in samples:
                yield f"{split} {sample.identity} {sample.camera}  {sample.path.as_posix()}", sample

    def counts(self) -> dict[str, object]:
        """Images, identities and cameras of each split, junk and distractors."""
        return {
            "train": _count(self.train),
            "query": _count(self.query),
            "gallery": _count(self.gallery),
            "junk": self.junk,
            "distractors": self.distractors,
        }


def file_state(file: Path) -> tuple[int, int]:
    """Bytes of a file, or of the one that it lies in, and when it was changed, in ns.

    -1 and 0 for one that cannot be reached: reading it gives the reason.
    """
    try:
        state = file.stat()
    except NotADirectoryError:
        state = holder_of(file).stat()
    except OSError:
        return -1, 0
    return state.st_size, state.st_mtime_ns


def _count(samples: Sequence[Sample]) -> dict[str, int]:
    return {
        "images": len(samples),
        "identities": len({sample.identity for sample in samples}),
        "cameras": len({sample.camera for sample in samples}),
    }
