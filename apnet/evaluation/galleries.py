"""The two galleries of a test set: with its distractors, and without them.

Both are ranked from one embedding. Which of them an evaluation's own numbers are of, the
reading decides; the other one's stand beside them.
"""

from dataclasses import dataclass, replace

from torch import Tensor

from apnet.config.readings import Reading
from apnet.data.dataset import ReIDDataset
from apnet.data.source import Source
from apnet.evaluation.result import RetrievalResult


@dataclass(frozen=True)
class Galleries:
    """A test set with its two galleries.

    Attributes:
        dataset: as the reading has it.
        whole: with its distractors.
        drop: whether the reading leaves them out.
    """

    dataset: ReIDDataset
    whole: ReIDDataset
    drop: bool

    def counted(self, features: Tensor) -> Tensor:
        """Of features of the whole gallery, g x d, those of the gallery that counts."""
        if self.whole is self.dataset:
            return features
        rows = {sample: row for row, sample in enumerate(self.whole.gallery)}
        return features[[rows[sample] for sample in self.dataset.gallery]]

    def ordered(self, result: RetrievalResult) -> tuple[RetrievalResult, RetrievalResult | None]:
        """The result that counts, and that of the other gallery; None without distractors."""
        others = result.without_distractors
        return (others, result) if self.drop and others else (result, others)


def galleries(dataset: ReIDDataset, source: Source, reading: Reading) -> Galleries:
    """Both galleries of a dataset that was read under this reading."""
    drop = source.distractors(reading) == "drop"
    whole = dataset
    if drop and dataset.distractors:
        keeping = replace(source, distractors=lambda _reading: "keep")
        whole, _ = keeping.scan(dataset.root, reading)
    return Galleries(dataset, whole, drop)
