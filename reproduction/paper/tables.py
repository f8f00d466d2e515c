"""A paper and its tables as typed data. :mod:`reproduction.paper.loading` reads them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

ACCURACY, COST, COUNT = KINDS = ("accuracy", "cost", "count")
"""What comes out of runs and varies with the seed, and what is counted and does not."""


@dataclass(frozen=True)
class Metric:
    """How a metric is printed and compared.

    Attributes:
        unit: such as `percent`.
        better: `higher`, `lower`, or None where neither is.
        decimals: as printed.
        tolerance: how near a reproduction has to come, in its unit; None leaves it to the caller.
    """

    unit: str
    better: str | None
    decimals: int
    tolerance: float | None = None

    @property
    def scale(self) -> int:
        """What 1 is in its unit."""
        return 100 if self.unit == "percent" else 1


@dataclass(frozen=True)
class Column:
    """A group of printed columns: one test set, and the metrics reported on it.

    Attributes:
        queries: how many a printed number is a mean of; None where there are none.
    """

    key: str
    label: str
    metrics: tuple[str, ...]
    queries: int | None = None

    @property
    def training_set(self) -> str:
        """The data trained on: `a` is trained and tested on a, `a->b` trained on a."""
        return self.key.split("->")[0]

    @property
    def test_set(self) -> str:
        """The data tested on."""
        return self.key.split("->")[-1]


@dataclass(frozen=True)
class Caveat:
    """What a reader has to know of a row's reproduced cells; of one series, or of all."""

    text: str
    series: str | None = None


@dataclass(frozen=True)
class Row:
    """A printed row.

    Attributes:
        citation: number of the reference that the paper prints beside the label.
        experiment: what makes it, one name or one for each column; None if it is quoted.
        group: rows of one group are compared for bold; None where no bold is set.
        cells: reported value by column and metric; None where the paper has none.
        bold: `<column>/<metric>` of the cells that the paper prints in bold.
        marks: printed before the label, such as `*`.
        remark: of ours, a footnote to the row.
    """

    id: str
    label: str
    latex: str
    citation: int | None
    experiment: str | Mapping[str, str] | None
    group: str | None
    cells: Mapping[str, Mapping[str, float | None]]
    bold: frozenset[str]
    marks: tuple[str, ...] = ()
    remark: str | None = None
    caveats: tuple[Caveat, ...] = ()
    publication: str | None = None
    backbone: str | None = None


class Printed(NamedTuple):
    """A printed cell: where it stands, and what the paper reports there."""

    row: Row
    key: str
    metric: str
    reported: float | None


@dataclass(frozen=True)
class CurveMetric:
    """A metric in the paper's figure: its name there, and its colour."""

    name: str
    colour: str


@dataclass(frozen=True)
class Curve:
    """How a figure's values are drawn over its rows.

    Attributes:
        axis: what the rows differ by.
        about: stands above the figure.
    """

    axis: str
    about: str
    metrics: Mapping[str, CurveMetric]


@dataclass(frozen=True)
class Annex:
    """Title and sentences of a grid below the table, of what the paper does not print."""

    title: str
    text: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A printed table, or a figure's values.

    Attributes:
        kind: one of :data:`KINDS`.
        form: how the paper prints it, `table` or `figure`.
        heading: stands above the rows' labels.
        summary: what it holds, as a part of a sentence.
        facts: name -> text above the table, in which whoever judges it fills in `{name}`.
        compare: ids of rows that are compared, the one that should be better first; empty
            compares each row with the one before it in its group, and with the group's first.
        counting: how each row is counted; nothing in `reproduction` reads it.
        beside: experiments that the table leaves out, and their labels; likewise.
        page: of the paper, on which it stands; None where that is not known.
    """

    id: str
    kind: str
    number: str
    heading: str
    caption: str
    summary: str
    metrics: Mapping[str, Metric]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    form: str = "table"
    curve: Curve | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    annex: Annex | None = None
    compare: tuple[tuple[str, str], ...] = ()
    counting: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)
    page: int | None = None

    wide: ClassVar = False
    """Whether its figure takes both columns of a page."""

    @property
    def title(self) -> str:
        """`Table II`, `Fig. 5`."""
        return f"{'Fig.' if self.form == 'figure' else 'Table'} {self.number}"

    @property
    def exact(self) -> bool:
        """Whether its numbers are counted, not trained."""
        return self.kind != ACCURACY

    def cells(self) -> Iterator[Printed]:
        """Every cell, in the order of print; those without a reported value too."""
        for row in self.rows:
            for column in self.columns:
                for metric in column.metrics:
                    yield Printed(row, column.key, metric, row.cells[column.key][metric])

    def experiment_of(self, row: Row, key: str) -> str | None:
        """Name of the experiment that makes a row's cells in a column; None if quoted."""
        if isinstance(row.experiment, Mapping):
            return row.experiment.get(key)
        return row.experiment


@dataclass(frozen=True)
class Picture:
    """A figure of the paper that shows images and no values; `shows` says of what."""

    id: str
    number: str
    summary: str
    shows: Mapping[str, str]

    form: ClassVar = "figure"
    wide: ClassVar = True

    @property
    def title(self) -> str:
        """`Fig. 6`."""
        return f"Fig. {self.number}"


@dataclass(frozen=True)
class Paper:
    """A paper as data.

    Attributes:
        reference: of the paper, as LaTeX prints it.
        series: what each series of results is, in a phrase.
        tables, pictures: by id, in the order of their names.
        edited: a sentence on each table whose numbers are not those read from the paper, by id,
            and on each table or figure that was left out for a slip in its file.
    """

    title: str
    reference: str
    tables: Mapping[str, Table]
    series: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    edited: Mapping[str, str] = field(default_factory=dict)

    def of_kind(self, *kinds: str) -> list[str]:
        """Ids of the tables of these kinds."""
        return [name for name, table in self.tables.items() if table.kind in kinds]

    def __getitem__(self, name: str) -> Table | Picture:
        return self.tables[name] if name in self.tables else self.pictures[name]
