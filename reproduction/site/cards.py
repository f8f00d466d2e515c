"""Cards: a row of a table under one column, with every run that made its cells."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from reproduction.judging.cells import MOST_RUNS, QUOTED, RUN, Cell, Grid, JudgedTable, Missing
from reproduction.judging.entries import distinct
from reproduction.paper.tables import Column, Row, Table
from reproduction.report import links, pairs
from reproduction.report.document import View
from reproduction.report.text import signed
from reproduction.site.drawing import Curves, Intervals, curves, intervals
from reproduction.site.facts import Fact, Facts, Run
from reproduction.site.points import Point, own, side_by_side

Seen = Callable[[Row, str, str, str], View]

_COMPATIBLE = {
    True: "compatible: the paper's number could be one more run",
    False: "not compatible: the paper's number could hardly be one more run",
}


@dataclass(frozen=True)
class Answer:
    """One cell, as its card shows it.

    Attributes:
        verdict, compatible, selected: both answers and k*, in words; empty where not asked.
        others: what comes out under another choice of the protocol, a sentence each.
        points: (name, number) behind them.
    """

    place: str
    cell: Cell
    view: View
    verdict: str
    compatible: str
    selected: str
    others: tuple[str, ...]
    points: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Panel:
    """One metric: its cell under each series, and a drawing of them."""

    metric: str
    answers: tuple[Answer, ...]
    drawing: Intervals | None


@dataclass(frozen=True)
class Made:
    """One run of a series, or one that is missing.

    Attributes:
        name: `seed 0`.
        place: where on the card it is told how it was made.
        values: of each metric of the column, as text; empty of a missing run.
        own: facts in which it differs from the other runs of its series.
    """

    name: str
    place: str
    file: str
    values: tuple[str, ...]
    known: Run
    own: tuple[Fact, ...] = ()
    missing: Missing | None = None


@dataclass(frozen=True)
class Series:
    """The runs under one series."""

    name: str
    runs: tuple[Made, ...]
    curve: Curves | None


@dataclass(frozen=True)
class Card:
    """The content of one page.

    Attributes:
        points: by group, in the order in which the facts are given.
        baseline: a sentence on the row's baseline; empty without one.
        why_not: why nothing, or not all, is held against the paper.
        annexes: the row compared with others, query by query.
    """

    table: Table
    row: Row
    column: Column
    page: str
    panels: tuple[Panel, ...]
    series: tuple[Series, ...]
    points: tuple[tuple[str, tuple[Point, ...]], ...]
    baseline: str
    synthetic: bool
    why_not: tuple[str, ...]
    remarks: tuple[str, ...]
    problems: tuple[str, ...]
    annexes: tuple[Grid, ...] = ()

    @property
    def title(self) -> str:
        """Which row and column, as a heading."""
        return f"{self.row.label}{', ' if self.table.exact else ' on '}{self.column.label}"

    @property
    def gaps(self) -> int:
        """On how many points the paper is silent."""
        return sum(point.paper is None for _, points in self.points for point in points)

    @property
    def asked(self) -> int:
        """How many points one would ask of a paper."""
        return sum(point.paper != "" for _, points in self.points for point in points)


def cards(judged: JudgedTable, table: Table, facts: Facts, view: Seen) -> list[Card]:
    """Every card of a table, in the order of print; quoted cells have none.

    Args:
        view: of a cell, by row, column, metric and series.
    """
    rows = {row.id: row for row in table.rows}
    columns = {column.key: column for column in table.columns}
    made = [cell for cell in judged.cells if cell.status != QUOTED]
    grouped = groupby(made, key=lambda cell: (cell.row, cell.column))
    return [
        replace(
            _card(table, rows[row], columns[key], list(cells), view, facts),
            annexes=pairs.of_row(judged, table, row, key),
        )
        for (row, key), cells in grouped
    ]


def _card(
    table: Table,
    row: Row,
    column: Column,
    cells: Sequence[Cell],
    view: Seen,
    facts: Facts,
) -> Card:
    series = tuple(
        _series(name, [cell for cell in cells if cell.series == name], table, facts)
        for name in dict.fromkeys(cell.series for cell in cells)
    )
    known = [made.known for one in series for made in one.runs]
    remarks = [row.remark or "", *(text for cell in cells for text in (*cell.marks, *cell.caveats))]
    return Card(
        table=table,
        row=row,
        column=column,
        page=links.card(table.id, row.id, column.key),
        panels=tuple(
            _panel(metric, [cell for cell in cells if cell.metric == metric], row, table, view)
            for metric in column.metrics
        ),
        series=series,
        points=tuple(side_by_side([[made.known.facts for made in one.runs] for one in series])),
        baseline=next(filter(None, (run.baseline for run in known)), ""),
        synthetic=any(cell.synthetic for cell in cells),
        why_not=distinct(why for cell in cells for why in cell.why_not),
        remarks=distinct(remarks),
        problems=distinct(text for run in known for text in run.problems),
    )


def _panel(metric: str, cells: Sequence[Cell], row: Row, table: Table, view: Seen) -> Panel:
    decimals = table.metrics[metric].decimals
    answers = tuple(_answer(cell, view(row, cell.column, metric, cell.series)) for cell in cells)
    return Panel(metric, answers, None if table.exact else intervals(cells, decimals))


def _answer(cell: Cell, view: View) -> Answer:
    asked = cell.compatible is not None
    return Answer(
        place=links.place(cell.metric, cell.series),
        cell=cell,
        view=view,
        verdict=f"{view.sign} {cell.verdict}".strip() if cell.status == RUN else "",
        compatible=f"{view.second} {_COMPATIBLE[cell.compatible]}" if asked else "",
        selected=_selected(cell.best_of) if asked else "",
        others=tuple(_others(cell)),
        points=tuple(_behind(cell)),
    )


def _selected(best_of: int | None) -> str:
    if best_of is None:
        return f"k* is over {MOST_RUNS}: not even the best of so many runs would print the number"
    runs = (
        "every second run" if best_of == 1 else f"in half of all cases the best of {best_of} runs"
    )
    return f"k* is {best_of}: {runs} would print the number, or better"


def _others(cell: Cell) -> Iterator[str]:
    for item in cell.alternatives:
        verdict = f", {item.verdict}" if cell.comparable else ""
        choice = f" instead of {cell.choice}" if cell.choice else ""
        yield f"{item.label}{choice}: {item.mean:.2f} ({signed(item.change, 2)}){verdict}"


def _behind(cell: Cell) -> Iterator[tuple[str, str]]:
    """(name, number) of what decided a cell's answers, as far as there is any."""
    if cell.tolerance is not None and cell.reported is not None:
        ends = (cell.reported - cell.tolerance, cell.reported + cell.tolerance)
        yield "reported ± e", _span(ends)
    if cell.interval:
        yield "90 % interval of the mean", _span(cell.interval)
    if cell.adjusted_p is not None:
        p = f"{cell.adjusted_p:.3f}" if cell.adjusted_p >= 0.0005 else "below 0.001"
        yield "p, corrected for the table", p
    if cell.more_seeds:
        yield "seeds that would decide", f"about {cell.more_seeds} more"
    if cell.prediction_interval:
        yield "95 % interval of one more run", _span(cell.prediction_interval)
    if cell.pooled_sd is not None:
        yield "spread", f"{cell.pooled_sd:.2f}, pooled; {cell.dof} degrees of freedom"


def _span(ends: Sequence[float]) -> str:
    return f"{ends[0]:.2f} to {ends[1]:.2f}"


def _series(name: str, cells: Sequence[Cell], table: Table, facts: Facts) -> Series:
    """The runs of a column's cells; of a metric that one of them lacks, its value is a dash."""
    values = [dict(_values(cell)) for cell in cells]
    runs = [*dict.fromkeys(run for some in values for run in some)]
    known = [facts.of(file) for _, file in runs]
    differing = own([run.facts for run in known])
    metrics = [*zip(values, cells, strict=True)]
    made = [
        Made(
            *_named(name, run[0]),
            run[1],
            tuple(_shown(some.get(run), cell, table) for some, cell in metrics),
            known[index],
            differing[index],
        )
        for index, run in enumerate(runs)
    ]
    lacking = [
        Made(*_named(name, item.seed), item.file, (), facts.of(item.file), missing=item)
        for item in dict.fromkeys(item for cell in cells for item in cell.missing)
    ]
    lines = [run.curve for run in known if run.curve]
    drawn = curves(lines[0].x, lines[0].y, [line.points for line in lines]) if lines else None
    return Series(name, (*made, *lacking), drawn)


def _values(cell: Cell) -> Iterator[tuple[tuple[int | None, str], float]]:
    """((seed, file), value) of each run; without a seed or a file where the results give none."""
    count = len(cell.values)
    seeds = cell.seeds if len(cell.seeds) == count else [None] * count
    files = cell.files if len(cell.files) == count else [""] * count
    return zip(zip(seeds, files, strict=True), cell.values, strict=True)


def _named(series: str, seed: int | None) -> tuple[str, str]:
    """Name and place of a run."""
    name = "result" if seed is None else f"seed {seed}"
    return name, links.place(f"run-{name}", series)


def _shown(value: float | None, cell: Cell, table: Table) -> str:
    """With one decimal more than the paper prints; a count is whole."""
    if value is None:
        return "–"
    decimals = table.metrics[cell.metric].decimals + 1
    return f"{value:,}" if isinstance(value, int) else f"{value:.{decimals}f}"
