"""What a reader finds of a dataset, good and bad."""

from dataclasses import dataclass, field
from typing import NamedTuple

from apnet.data.dataset import Sample


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
    """What was found of one split.

    Attributes:
        place: the folder or list that it was read from.
    """

    place: str
    samples: list[Sample] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, found: Sample | Problem) -> None:
        """Put a sample or a problem where it belongs."""
        if isinstance(found, Sample):
            self.samples.append(found)
        else:
            self.problems.append(found)


@dataclass(frozen=True)
class Splits:
    """All that was found; the other fields as in :class:`ReIDDataset`."""

    train: Part
    query: Part
    gallery: Part
    junk: int = 0
    distractors: int = 0
    listed: bool = False
    variant: str = ""
