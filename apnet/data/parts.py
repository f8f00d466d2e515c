"""What a reader returns of a dataset, good and bad."""

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
    """All three splits; the other fields as in :class:`ReIDDataset`."""

    train: Part
    query: Part
    gallery: Part
    junk: int = 0
    distractors: int = 0
    listed: bool = False
    variant: str = ""
