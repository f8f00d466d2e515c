"""A cell of a set of results, whatever the set was read from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DECIMALS = 2
"""Where no table says how a metric is printed."""


@dataclass(frozen=True)
class Measured:
    """A cell of one set; numbers in the unit of its metric.

    Attributes:
        address: tells it from all other cells, the same in every set.
        name: for a reader.
        experiment: what makes it; cells of several tables may be of one.
        group: of the cells whose spread is pooled: same data, metric and series.
        better: `higher` or `lower`; None where no paper says, or neither is.
        exact: whether it is counted, and has no spread.
        verdict: empty where nothing was judged.
        compatible: whether the reported number could be one more run; None where nobody asked.
        conditions: what its runs are, by name; each variant once.
    """

    address: tuple[str, ...]
    name: str
    experiment: str
    group: tuple[str, ...]
    values: tuple[float, ...]
    decimals: int = DECIMALS
    better: str | None = None
    exact: bool = False
    verdict: str = ""
    compatible: bool | None = None
    synthetic: bool = False
    conditions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class ResultSet:
    """The cells of a set by address, what was left out of it, and what refused, in words."""

    source: Path
    cells: Mapping[tuple[str, ...], Measured]
    left_out: str = ""
    refused: tuple[str, ...] = ()
