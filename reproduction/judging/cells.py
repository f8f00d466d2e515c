"""Judged tables and their cells: what a report is made from, and a frame for a notebook."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

EQUAL, UNEQUAL = "equal", "unequal"
"""Verdicts on what is counted."""

NOT_COMPARABLE, NOT_REPORTED, QUOTED, RUN = "not comparable", "not reported", "quoted", "run"

MOST_SEEDS, MOST_RUNS = 20, 100
"""Above so many the numbers of :attr:`Cell.more_seeds` and :attr:`Cell.best_of` are not given."""

WINS, LOSES, UNSETTLED, OPEN = "wins", "loses", "not settled", "open"
"""Verdicts on a pair of rows."""


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
class Alternative:
    """A cell's runs under another choice of the protocol, such as another gallery.

    Attributes:
        label: the choice, such as `without distractors`.
        change: `mean` minus the cell's.
        difference, verdict, leaning: as of a cell.
    """

    label: str
    mean: float
    change: float
    difference: float | None
    verdict: str
    leaning: str | None = None


@dataclass(frozen=True)
class Cell:
    """A cell under one series of results; numbers in the unit of its metric, at full precision.

    Attributes:
        column: its key.
        reported_bold: whether the paper prints it in bold.
        series: None where the paper quotes the cell and nothing makes it.
        status: `quoted`, `run`, `not run` or `failed`.
        seeds, values: of each run, in the same order; counts are whole numbers.
        pooled_sd, dof: what the intervals are computed from; None where nothing lends a spread.
        difference: reproduced minus reported; None where nothing is compared.
        tolerance: e; None where the value is counted.
        verdict: a word; `detail` gives its reason, `leaning` and `more_seeds` are those of
            :class:`reproduction.judging.rule.Verdict`.
        p_value, adjusted_p: that decided it, alone and among the table's cells of its series;
            those of :class:`reproduction.judging.rule.Tested`. None where nothing is tested.
        compatible: whether the reported number could be one more run; None where that is not
            asked.
        best_of: of how many runs the best would print the reported number, as
            :func:`reproduction.judging.selection.best_of` says; None beside a `compatible` that
            is not None: over :data:`MOST_RUNS`.
        why_not: why it is not held against the paper.
        marks, caveats: what a reader has to know of its runs, and of what makes them.
        files: of the runs.
        choice: of the protocol, that `alternatives` are the alternatives to.
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
    values: tuple[int | float, ...] = ()
    mean: int | float | None = None
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
    p_value: float | None = None
    adjusted_p: float | None = None
    compatible: bool | None = None
    best_of: int | None = None
    choice: str = ""
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True)
class Reference:
    """What the cells of a column, metric and series have to beat; no row of the paper's.

    Attributes:
        label: of its row in a report, such as `random ranking`.
        mean: in the unit of the metric, at full precision.
        count: of how many values, one a run.
        varies: whether they differ.
        notes: what it is.
    """

    label: str
    column: str
    metric: str
    series: str
    mean: float
    count: int
    varies: bool
    seeds: tuple[int, ...]
    synthetic: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Context:
    """The texts of the results of a column and series, each variant once.

    Attributes:
        runs: how many there are.
        texts: such as `protocol`, by name; none of a text that all leave empty.
    """

    column: str
    series: str
    runs: int
    texts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Pair:
    """Two rows of a table on the same queries, under one series; numbers in the metric's unit.

    Attributes:
        row, over: A and B, by the ids of their rows.
        step: whether the paper steps from B to A: they are neighbours, or the table says so.
        reported: the paper's A minus B, to its decimals; None where it lacks one of them.
        verdict: :data:`WINS`, :data:`LOSES`, :data:`UNSETTLED` or :data:`OPEN`; `why` says
            why it is open, or that there is one run.
        difference: A minus B over seeds and queries, at full precision.
        interval, p_value: those of :class:`reproduction.judging.paired.Outcome`.
        adjusted_p: among the pairs of the table (Benjamini-Hochberg).
        queries: how many were compared; `left_out` had no true match in some run.
    """

    row: str
    over: str
    column: str
    metric: str
    series: str
    step: bool
    reported: float | None
    verdict: str = OPEN
    why: str = ""
    difference: float | None = None
    interval: tuple[float, float] | None = None
    p_value: float | None = None
    adjusted_p: float | None = None
    queries: int = 0
    left_out: int = 0
    synthetic: bool = False


@dataclass(frozen=True)
class Floor:
    """How far a number of one run moves by the draw of its queries alone.

    Attributes:
        series: None for the numbers that the paper prints.
        half_width: of the 95 % interval, in the unit of the metric; of the compared rows the
            smallest.
        queries: how many.
    """

    column: str
    metric: str
    series: str | None
    half_width: float
    queries: int
    synthetic: bool = False


@dataclass(frozen=True)
class Grid:
    """A grid of texts below a table.

    Attributes:
        text: sentences above the grid.
        head: of the columns; the first two hold words, the others numbers.
        wide: whether a page of print has no room for it.
        folded: whether it is shown only to who asks.
    """

    title: str
    text: tuple[str, ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    wide: bool = False
    folded: bool = False


@dataclass(frozen=True)
class JudgedTable:
    """A table's cells, in the order of print and of the series, and what they share.

    Attributes:
        table: its id.
        series, seeds: those asked for.
        context: of each column and series with runs.
        names: of the texts that the results give, whether or not they are empty.
        references: what its numbers have to beat.
        series_name: what the series are called in a heading.
        facts: (name, text) that stand above the table, before those of the results.
        how: counted values were obtained.
        guide: path, from the reports, of a page on how to read them.
        pairs: of rows that are compared with each other, in the order of print.
        floors: by the draw of the queries alone, of the columns and metrics of the pairs.
    """

    table: str
    series: tuple[str, ...]
    seeds: tuple[int, ...]
    context: tuple[Context, ...]
    names: tuple[str, ...]
    cells: tuple[Cell, ...]
    references: tuple[Reference, ...] = ()
    series_name: str = "Series"
    facts: tuple[tuple[str, str], ...] = ()
    how: str = ""
    guide: str = ""
    annexes: tuple[Grid, ...] = ()
    pairs: tuple[Pair, ...] = ()
    floors: tuple[Floor, ...] = ()

    @property
    def synthetic(self) -> bool:
        """Whether any number is of synthetic data."""
        return any(cell.synthetic for cell in self.cells)

    def texts(self, name: str) -> tuple[str, ...]:
        """What occurs of a text of the results, each once."""
        return tuple(dict.fromkeys(text for item in self.context for text in item.texts[name]))

    def to_frame(self) -> "pd.DataFrame":
        """One row a cell and series, with the fields of :class:`Cell`."""
        import pandas as pd  # slow, and a judged table is read without it

        names = [item.name for item in fields(Cell)]
        frame = pd.DataFrame([vars(cell) for cell in self.cells], columns=names)
        frame.insert(0, "table", self.table)
        return frame


@dataclass(frozen=True)
class Cells:
    """A paper's judged tables, by id."""

    tables: Mapping[str, JudgedTable]

    def __iter__(self) -> Iterator[JudgedTable]:
        return iter(self.tables.values())

    def to_frame(self) -> "pd.DataFrame":
        """One row a cell and series of every table."""
        import pandas as pd

        return pd.concat([judged.to_frame() for judged in self], ignore_index=True)
