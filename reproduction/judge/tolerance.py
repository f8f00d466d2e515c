"""How near is near enough: e, in percent points, by test set."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from apnet.data import DATASETS
from apnet.errors import InputError, one_of

DEFAULT = 0.5
"""About what reruns of one training differ by on the large datasets."""

SMALL = {"cuhk03-detected": 1.0, "cuhk03-labeled": 1.0, "occluded-dukemtmc": 1.0}
"""With 1,400 and 2,210 queries, sampling alone moves rank-1 by 2 points."""


@dataclass(frozen=True)
class Tolerances:
    """e by test set, and of all the others."""

    default: float = DEFAULT
    by_dataset: Mapping[str, float] = field(default_factory=lambda: dict(SMALL))

    def of(self, test_set: str) -> float:
        """The tolerance on a test set."""
        return self.by_dataset.get(test_set, self.default)


def parse_tolerances(words: Iterable[str]) -> Tolerances:
    """Tolerances from words such as `0.3` or `msmt17=0.8`, over the defaults.

    Raises:
        InputError: an unknown dataset, or no positive number.
    """
    default, by_dataset = DEFAULT, dict(SMALL)
    for word in words:
        dataset, _, number = word.rpartition("=")
        if not dataset:
            default = _positive(number)
        elif dataset not in DATASETS:
            raise one_of("dataset", dataset, DATASETS)
        else:
            by_dataset[dataset] = _positive(number)
    return Tolerances(default, by_dataset)


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise InputError(f"--tolerance {text!r} is no positive number: give percent points")
    return number
