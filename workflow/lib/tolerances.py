"""How near a reproduced accuracy has to come on each dataset, in percent points."""

import math
from collections.abc import Iterable

from apnet.data import DATASETS, tolerance
from apnet.data.source import TOLERANCE
from apnet.errors import InputError, one_of
from reproduction.judging.tolerance import Tolerances


def parse_tolerances(words: Iterable[str]) -> Tolerances:
    """Tolerances from words such as `0.3` or `msmt17=0.8`, over the datasets' own.

    Raises:
        InputError: an unknown dataset, or no positive number.
    """
    each = {name: tolerance(name) for name in DATASETS}
    default, by_dataset = TOLERANCE, {name: e for name, e in each.items() if e != TOLERANCE}
    for word in words:
        dataset, _, number = word.rpartition("=")
        if not dataset:
            default = _positive(number)
        elif dataset not in DATASETS:
            raise one_of("dataset", dataset, DATASETS)
        else:
            by_dataset[dataset] = _positive(number)
    return Tolerances(by_dataset, default)


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise InputError(f"--tolerance {text!r} is no positive number: give percent points")
    return number
