"""One cell of a table: reported, reproduced, and the verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

EQUAL, UNEQUAL = "equal", "unequal"
"""Verdicts on what is counted."""

NOT_COMPARABLE, NOT_REPORTED, QUOTED, RUN = "not comparable", "not reported", "quoted", "run"


@dataclass(frozen=True)
class Missing:
    """A result that was asked for and is not there.

    Attributes:
        status: `not run` or `failed`.
        file: what would hold it.
        message: why, if that is known.
    """

    seed: int | None
    status: str
    file: str
    message: str
    log: str


@dataclass(frozen=True)
class Cell:
    """A cell under one series of results; numbers in the unit of its metric, at full precision.

    Attributes:
        column: its key.
        reported_bold: whether the paper prints it in bold.
        series: None where the paper quotes the cell and nothing makes it.
        status: `quoted`, `run`, `not run` or `failed`.
        seeds, values: of each run, in the same order.
        pooled_sd, dof: what the intervals stand on; None for one run.
        difference: reproduced minus reported.
        tolerance: e; None where the value is counted.
        verdict: a word; `detail` gives its reason, `leaning` and `more_seeds` are those of
            :class:`reproduction.judging.statistics.Verdict`.
        why_not: why it is not held against the paper.
        marks, caveats: what a reader has to know of its runs, and of what makes them.
        files: of the runs.
    """

    row: str
    label: str
    group: str | None
    column: str
    metric: str
    reported: float | None
    reported_bold: bool
    series: str | None
    experiment: str | None
    status: str
    verdict: str
    comparable: bool = False
    synthetic: bool = False
    seeds: tuple[int, ...] = ()
    values: tuple[float, ...] = ()
    mean: float | None = None
    sd: float | None = None
    pooled_sd: float | None = None
    dof: int | None = None
    interval: tuple[float, float] | None = None
    prediction_interval: tuple[float, float] | None = None
    difference: float | None = None
    tolerance: float | None = None
    detail: str = ""
    leaning: str | None = None
    more_seeds: int | None = None
    why_not: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()

    @classmethod
    def from_json(cls, content: Mapping[str, object]) -> "Cell":
        """The cell that :func:`dataclasses.asdict` gave."""
        parts = {item.name: content[item.name] for item in fields(cls)}
        lists = {key: tuple(value) for key, value in parts.items() if isinstance(value, list)}
        missing = tuple(Missing(**item) for item in parts["missing"])
        return cls(**parts | lists | {"missing": missing})
