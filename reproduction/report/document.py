"""A table as it is to be shown, whatever the format.

:func:`reproduction.report.layout.lay_out` makes it, a renderer a format turns it to text.
A reproduced number knows that it is synthetic, so no renderer can print it unawares.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

from reproduction.judging.cells import NOT_COMPARABLE, NOT_REPORTED, QUOTED, Grid
from reproduction.paper.tables import Row, Table

REPORTED, REPRODUCED, DIFFERENCE, VERDICT = "reported", "reproduced", "Δ", "verdict"
"""Columns of a block."""

WATERMARK = "ˢ"
"""Stands behind each synthetic number."""


@dataclass(frozen=True)
class Figure:
    """One number, as text."""

    text: str
    bold: bool = False
    synthetic: bool = False


@dataclass(frozen=True)
class Item:
    """The content of a field of a table: figures, joined by ±, or a word.

    Attributes:
        signs: of footnotes.
        note: in parentheses behind the figures.
        verdict: of a verdict's item, its bare word, such as `single run`.
    """

    figures: tuple[Figure, ...] = ()
    word: str = ""
    signs: tuple[str, ...] = ()
    note: str = ""
    verdict: str = ""


@dataclass(frozen=True)
class View:
    """A cell of one series, as it is to be shown.

    Attributes:
        sign: of its verdict, one character; empty where nothing is compared.
        second: sign of the second answer; empty where that is not asked.
        others: (sign of the verdict, name) of each other choice of the protocol.
        place: name of the cell within the report, for links.
        card: its page in the site, and the place there; empty where nothing makes the cell.
        value: the mean of its runs at full precision, for sorting.
    """

    reported: Item
    reproduced: Item
    difference: Item
    verdict: Item
    sign: str = ""
    second: str = ""
    others: tuple[tuple[str, str], ...] = ()
    place: str = ""
    card: str = ""
    value: float | None = None

    @property
    def mean(self) -> Item:
        """What is reproduced, without its deviation."""
        return replace(self.reproduced, figures=self.reproduced.figures[:1])

    @property
    def quoted(self) -> bool:
        """Whether only the paper's number is there."""
        return self.reproduced.word == QUOTED


@dataclass(frozen=True)
class Group:
    """Columns that belong together, under a label.

    Attributes:
        place: name, within the report, of the section that shows them in detail.
    """

    label: str
    columns: tuple[str, ...]
    place: str = ""

    @property
    def width(self) -> int:
        """How many columns."""
        return len(self.columns)


@dataclass(frozen=True)
class Line:
    """A row of the paper's table and its cells, in the order of the columns.

    Attributes:
        signs: of footnotes to all of its reproduced cells, which do not repeat them.
        reference: whether it is no row of the paper's, but what those have to beat.
    """

    row: Row
    views: tuple[View, ...]
    signs: tuple[str, ...] = ()
    reference: bool = False

    @property
    def quoted(self) -> bool:
        """Whether only the paper's numbers are there."""
        return all(view.quoted for view in self.views)


@dataclass(frozen=True)
class Part:
    """Rows that are compared for bold; `label` is empty where all rows are."""

    label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Overview:
    """The paper's table, reported and reproduced in each cell, of one series.

    Attributes:
        groups: a dataset and its metrics each; a line has a view for each metric.
    """

    series: str
    groups: tuple[Group, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Block:
    """One dataset in detail; of several series, one metric of it.

    Attributes:
        groups: a metric or a series each; a line has a view for each group.
        metric: empty where the groups are the metrics.
    """

    title: str
    metric: str
    groups: tuple[Group, ...]
    parts: tuple[Part, ...]

    def items(self, line: Line) -> list[Item]:
        """A line's items, one a column. Series share one reported value, at the front."""
        shared = [line.views[0].reported] if self.metric else []
        rest = [
            item
            for view in line.views
            for item in (view.reported, view.reproduced, view.difference, view.verdict)
            if not (self.metric and item is view.reported)
        ]
        return shared + rest


@dataclass(frozen=True)
class Section:
    """The blocks of one dataset.

    Attributes:
        place: its name within the report, for links.
        about: sentences on the data.
    """

    title: str
    place: str
    about: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def folded(self) -> bool:
        """Whether it has runs, and nothing of them is held against the paper."""
        lines = [line for block in self.blocks for part in block.parts for line in part.lines]
        verdicts = {view.verdict.verdict for line in lines for view in line.views} - {""}
        return NOT_COMPARABLE in verdicts and verdicts <= {NOT_COMPARABLE, NOT_REPORTED}


@dataclass(frozen=True)
class Reason:
    """Why a verdict was reached: the cell, and the numbers that decided, as text."""

    cell: str
    sign: str
    verdict: str
    runs: str
    interval: str
    band: str
    p: str
    more_seeds: str
    prediction: str
    best_of: str

    HEAD: ClassVar = (
        *("verdict", "runs", "90 % interval", "reported ± e", "p", "more seeds"),
        *("one more run", "k*"),
    )

    @property
    def numbers(self) -> tuple[str, ...]:
        """What stands behind the verdict."""
        return (
            *(self.runs, self.interval, self.band, self.p, self.more_seeds),
            *(self.prediction, self.best_of),
        )


@dataclass(frozen=True)
class Summary:
    """A paragraph and a small table.

    Attributes:
        head, rows: of the table, a row a series, whose name comes first.
    """

    text: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Sheet:
    """The content of a report on a table.

    Attributes:
        top: the summary above everything.
        outcomes: how the cells of each series came out: (name, text).
        conditions: scale, series, seeds, data, protocol, recipe, models: (name, text).
        summary: of the conditions, in a few words.
        descriptions: fields of the rows, such as `publication`, that the paper's table prints.
        key: (sign, word) of the verdicts that occur.
        legend: (word, meaning) of what occurs, and of nothing else.
        footnotes: (sign, text) in the order of first use.
        series_name: what the series are called.
        lacking: how many results are not there.
        command: makes them.
        failures: a sentence for each job that failed.
        explanations: what the columns hold, a sentence each, without full stops.
        guide: path of a page on how to read the report; empty without one.
        reasons: of every verdict reached.
        links: (words, page) of the pages beside it, without the suffix of their format.
    """

    table: Table
    synthetic: bool
    descriptions: tuple[str, ...]
    top: Summary
    outcomes: tuple[tuple[str, str], ...]
    conditions: tuple[tuple[str, str], ...]
    summary: str
    overviews: tuple[Overview, ...]
    sections: tuple[Section, ...]
    key: tuple[tuple[str, str], ...]
    legend: tuple[tuple[str, str], ...]
    footnotes: tuple[tuple[str, str], ...]
    series_name: str
    lacking: int
    command: str
    failures: tuple[str, ...]
    explanations: tuple[str, ...]
    guide: str
    reasons: tuple[Reason, ...]
    annexes: tuple[Grid, ...]
    links: tuple[tuple[str, str], ...] = ()

    @property
    def facts(self) -> tuple[tuple[str, str], ...]:
        """What stands above the table, the outcome first."""
        return self.outcomes + self.conditions
