"""Where a dataset lies on disk, and how its folders and lists are read."""

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from apnet.data.dataset import ReIDDataset, Sample
from apnet.errors import InputError
from apnet.readings import Reading

MARKER = "SYNTHETIC.json"
"""A file that only drawn datasets have."""

Counts = dict[str, object]


@dataclass(frozen=True)
class Source:
    """What a dataset's own file says of it.

    Attributes:
        folders: where it may lie under the data root, as distributors and toolboxes leave it.
        marks: what its own folder must hold.
        load: reads its own folder under a reading's protocol.
        published: the counts that its distributor gives, under a reading's protocol.
    """

    name: str
    folders: tuple[str, ...]
    marks: tuple[str, ...]
    load: Callable[[Path, Reading], ReIDDataset]
    published: Callable[[Reading], Counts]


def find_folder(source: Source, data_root: Path) -> Path:
    """The dataset's own folder under the data root, or the data root if it is that folder.

    Raises:
        InputError: no data root, or the dataset is not under it.
    """
    try:
        if not any(data_root.iterdir()):
            raise InputError(f"the data root {data_root} is empty: put dataset folders there")
    except OSError as error:
        raise InputError(
            f"cannot read the data root {data_root} ({error.strerror}): give the folder that "
            f"holds the dataset folders"
        ) from error
    candidates = [data_root / folder for folder in source.folders] + [data_root]
    for folder in candidates:
        if all((folder / mark).exists() for mark in source.marks):
            return folder
    raise InputError(
        f"{source.name} not found under {data_root}: expected {', '.join(source.marks)} in one of "
        f"{', '.join(source.folders)} (docs/datasets.md)"
    )


def is_synthetic(root: Path) -> bool:
    """Whether the dataset in its own folder `root` was drawn, not photographed."""
    return (root / MARKER).is_file()


def read_folder(root: Path, split: str, name: "FileName") -> list[Sample]:
    """Every image of the folder `split`, sorted by name; other files are passed over.

    Raises:
        InputError: an image whose name is not the dataset's, or no image at all.
    """
    try:
        with os.scandir(root / split) as entries:
            files = sorted(entry.name for entry in entries if entry.is_file())
    except OSError as error:
        raise InputError(f"cannot read {root / split}: {error.strerror}") from error
    images = [file for file in files if file.endswith(name.suffix) and not file.startswith(".")]
    if not images:
        raise InputError(f"no {name.suffix} images in {root / split}: unpack the dataset again")
    return [name.sample(root, Path(split, file)) for file in images]


def read_list(root: Path, file: str) -> list[str]:
    """The lines of a list file, without empty ones.

    Raises:
        InputError: absent, unreadable or empty.
    """
    try:
        lines = (root / file).read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the list {root / file}: {error}") from error
    found = [line.strip() for line in lines if line.strip()]
    if not found:
        raise InputError(f"the list {root / file} is empty: unpack the dataset again")
    return found


def require_files(root: Path, samples: Iterable[Sample], listed_in: str) -> None:
    """Raise an InputError for the first sample whose image is not there."""
    for sample in samples:
        if not (root / sample.path).is_file():
            raise InputError(
                f"{root / listed_in} lists {sample.path}, which is not in {root}: "
                f"unpack the dataset again"
            )


@dataclass(frozen=True)
class FileName:
    """How a dataset names its images: a pattern for the file name alone.

    Attributes:
        dataset: for messages.
        pattern: has the groups `identity` and `camera`.
        identities: allowed range, as (least, greatest).
        cameras: allowed range, likewise.
    """

    dataset: str
    pattern: re.Pattern[str]
    identities: tuple[int, int]
    cameras: tuple[int, int]
    suffix: str = ".jpg"

    def sample(self, root: Path, path: Path) -> Sample:
        """The sample that a file name stands for.

        Raises:
            InputError: not a name of this dataset, or an identity or camera out of range.
        """
        match = self.pattern.fullmatch(path.name)
        if match is None:
            raise InputError(
                f"{root / path} is not named as {self.dataset} names its images: "
                f"is this folder another dataset?"
            )
        found = Sample(path, int(match["identity"]), int(match["camera"]))
        for what, value, (least, greatest) in (
            ("identity", found.identity, self.identities),
            ("camera", found.camera, self.cameras),
        ):
            if not least <= value <= greatest:
                raise InputError(
                    f"{root / path} names {what} {value}; {self.dataset} has {least} to {greatest}"
                )
        return found


def split_counts(
    train: tuple[int, int],
    query: tuple[int, int],
    gallery: tuple[int, int],
    cameras: int,
    junk: int = 0,
    distractors: int = 0,
) -> Counts:
    """Published counts in the form of :meth:`ReIDDataset.counts`, from (images, identities)."""
    parts = {"train": train, "query": query, "gallery": gallery}
    return {
        **{
            split: {"images": images, "identities": identities, "cameras": cameras}
            for split, (images, identities) in parts.items()
        },
        "junk": junk,
        "distractors": distractors,
    }
