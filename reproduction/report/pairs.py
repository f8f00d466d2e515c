"""Rows compared with each other, as a grid below their table: docs/comparing-rows.md."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from reproduction.judging.cells import LOSES, OPEN, UNSETTLED, WINS, Floor, Grid, JudgedTable, Pair
from reproduction.judging.paired import FALSE_DISCOVERIES
from reproduction.paper.tables import Table
from reproduction.report.document import WATERMARK
from reproduction.report.phrases import listed
from reproduction.report.text import signed

SIGNS = {WINS: "▲", LOSES: "▼", UNSETTLED: "?"}

_COUNTED = {WINS: "won", LOSES: "lost", UNSETTLED: "not settled"}

_RULE = (
    f"{SIGNS[WINS]} A wins, {SIGNS[LOSES]} A loses, {SIGNS[UNSETTLED]} not settled, among all "
    "differences of the table. In the last rows: the noise of the query set; what of the paper's "
    "is smaller stands in parentheses."
)

_MOST_REASONS = 3
"""Why pairs are open; reports on open cells say the rest."""


def noise(judged: JudgedTable, table: Table) -> Iterator[tuple[str, str]]:
    """(name, text) of how many of the paper's steps are smaller than the noise of its queries."""
    if counts := _Pairs(judged, table).counts():
        yield (
            "Noise of the query set",
            f"smaller than it are, of the paper's steps from row to row, {listed(counts)}",
        )


def grids(judged: JudgedTable, table: Table) -> Iterator[Grid]:
    """The differences between rows, and the numbers behind them; nothing where none is known."""
    pairs = _Pairs(judged, table)
    if pairs.measured or any(floor.series is None for floor in judged.floors):
        yield pairs.grid()
    if pairs.tested:
        yield pairs.details()


def of_row(judged: JudgedTable, table: Table, row: str, column: str) -> tuple[Grid, ...]:
    """A row's differences from others in a column; nothing where none is known."""
    own = [pair for pair in judged.pairs if pair.column == column and row in (pair.row, pair.over)]
    pairs = _Pairs(replace(judged, pairs=tuple(own)), table)
    if not pairs.measured:
        return ()
    grid, metrics = pairs.grid(), dict.fromkeys(pair.metric for pair in own)
    head, text = (*grid.head[:2], *metrics), (pairs.fields(), _RULE)
    return (replace(grid, title="Beside other rows", text=text, head=head),)


class _Pairs:
    """The pairs of one table."""

    def __init__(self, judged: JudgedTable, table: Table) -> None:
        self._judged, self._table = judged, table
        self._rows = {row.id: row.label for row in table.rows}
        self._columns = {column.key: column.label for column in table.columns}
        self._pairs = judged.pairs
        self._of_paper = {
            (floor.column, floor.metric): floor for floor in judged.floors if floor.series is None
        }
        self.measured = [pair for pair in judged.pairs if pair.difference is not None]
        self.tested = [pair for pair in self.measured if pair.interval]
        self._series = list(dict.fromkeys(pair.series for pair in self.measured))

    def grid(self) -> Grid:
        """Each pair: the paper's difference in every column, and below it ours."""
        places = list(dict.fromkeys((pair.column, pair.metric) for pair in self._pairs))
        by_place = {
            (pair.row, pair.over, pair.series, pair.column, pair.metric): pair
            for pair in self._pairs
        }
        rows = []
        for a, b in dict.fromkeys((pair.row, pair.over) for pair in self._pairs):
            # One part of the label a line, so that it fits a phone.
            labels = [self._rows[a], f"over {self._rows[b]}"]
            labels = labels if self._series else [" ".join(labels)]
            for series, label in zip_longest((None, *self._series), labels, fillvalue=""):
                one = self._pairs[0].series if series is None else series
                found = [by_place.get((a, b, one, *place)) for place in places]
                shown = map(self._reported if series is None else self._ours, found)
                rows.append((label, self._name(series), *shown))
        return Grid(
            title="Rows compared with each other",
            text=tuple(self._sentences()),
            head=("A over B", "numbers", *(self._place(*place) for place in places)),
            rows=(*rows, *self._floors(places)),
            wide=True,
        )

    def details(self) -> Grid:
        """The numbers behind each verdict."""
        rows = [
            (
                f"{self._rows[pair.row]} over {self._rows[pair.over]}",
                ", ".join(filter(None, (pair.series, self._place(pair.column, pair.metric)))),
                f"{SIGNS[pair.verdict]} {pair.verdict}",
                f"{signed(pair.difference, 2)}{WATERMARK if pair.synthetic else ''}",
                " to ".join(signed(end, 2) for end in pair.interval),
                f"{pair.p_value:.5f}",
                f"{pair.adjusted_p:.5f}",
                str(pair.queries),
            )
            for pair in self.tested
        ]
        return Grid(
            title=f"The numbers behind {len(rows)} comparisons of rows",
            text=(),
            head=(
                *("A over B", "where", "verdict", "A − B", "95 % interval", "p", "adjusted p"),
                "queries",
            ),
            rows=tuple(rows),
            wide=True,
            folded=True,
        )

    def _sentences(self) -> Iterator[str]:
        yield self.fields()
        if self.measured:
            yield (
                f"{SIGNS[WINS]} A wins, {SIGNS[LOSES]} A loses, {SIGNS[UNSETTLED]} not settled. A "
                f"win or a loss needs both: a 95 % BCa interval over queries and seeds without 0, "
                f"and a sign-flip permutation over queries with p ≤ {FALSE_DISCOVERIES:g} after "
                f"the correction of Benjamini and Hochberg for all differences tested here "
                f"({len(self.tested)}), which holds the false ones at "
                f"{100 * FALSE_DISCOVERIES:g} % of those found."
            )
        yield from self._outcomes()
        yield from self._steps()
        yield from self._open()

    def fields(self) -> str:
        """What stands in a field."""
        unit = "percent points" if self._percent() else "the unit of the column"
        ours = " and, below, of ours on the same queries" if self.measured else ""
        return f"Each field is A − B, in {unit}: of the paper's numbers{ours}.{self._choices()}"

    def _choices(self) -> str:
        """Under which of several choices ours were measured, by column."""
        shown, columns = {pair.column for pair in self.measured}, {}
        for cell in self._judged.cells:
            if cell.choice and cell.column in shown:
                columns.setdefault(cell.choice, {})[self._columns[cell.column]] = None
        return "".join(f" Of {listed([*names])} ours are {way}." for way, names in columns.items())

    def _percent(self) -> bool:
        return all(self._table.metrics[pair.metric].unit == "percent" for pair in self._pairs)

    def _outcomes(self) -> Iterator[str]:
        for series in self._series:
            pairs = [pair for pair in self.measured if pair.series == series]
            tally = Counter(pair.verdict for pair in pairs)
            words = listed(
                [f"{tally[word]} {name}" for word, name in _COUNTED.items() if tally[word]]
            )
            singles = sum(bool(pair.why) for pair in pairs)
            single = f" ({singles} with one run of a row)" if singles else ""
            yield f"Outcome, {self._name(series)}: of {len(pairs)} differences {words}{single}."
            left_out = max(pair.left_out for pair in pairs)
            if left_out:
                yield f"Without up to {left_out} queries that have no true match in some run."

    def counts(self) -> list[str]:
        """How many of the paper's steps its queries cannot show, for each metric."""
        by_metric: dict[str, list[Pair]] = {}
        for pair in self._once():
            if pair.step and (pair.column, pair.metric) in self._of_paper:
                by_metric.setdefault(pair.metric, []).append(pair)
        return [
            f"{sum(map(self._below, steps))} of {len(steps)} in {metric}"
            for metric, steps in by_metric.items()
        ]

    def _steps(self) -> Iterator[str]:
        if counts := self.counts():
            yield (
                f"In the last rows: how far a number moves by the draw of its queries alone, in "
                f"95 % of cases. Of the paper's steps from row to row {listed(counts)} are "
                f"smaller; two printed numbers so near cannot show which row is better. The rows "
                f"share their queries, so a small difference may still be real; the results on "
                f"each query tell."
            )
        if any(map(self._below, self._once())):
            yield "In parentheses: smaller than that."

    def _once(self) -> list[Pair]:
        """The paper's differences, each once."""
        return [
            pair
            for pair in self._pairs
            if pair.series == self._pairs[0].series and pair.reported is not None
        ]

    def _below(self, pair: Pair) -> bool:
        floor = self._of_paper.get((pair.column, pair.metric))
        return floor is not None and abs(pair.reported) < floor.half_width

    def _open(self) -> Iterator[str]:
        reasons = Counter(pair.why for pair in self._pairs if pair.verdict == OPEN)
        if reasons:
            most = reasons.most_common(_MOST_REASONS)
            shown = "; ".join(f"{why} ({count})" for why, count in most)
            more = "; and others" if len(reasons) > len(most) else ""
            yield f"Open: {reasons.total()} of {len(self._pairs)} differences: {shown}{more}."

    def _floors(self, places: Sequence[tuple[str, str]]) -> Iterator[tuple[str, ...]]:
        floors = {
            (floor.series, floor.column, floor.metric): floor for floor in self._judged.floors
        }
        label = "queries alone, ±"
        for series in (None, *self._series):
            found = [floors.get((series, *place)) for place in places]
            if any(found):
                yield (label, self._name(series), *map(self._half_width, found))
                label = ""

    def _half_width(self, floor: Floor | None) -> str:
        if floor is None:
            return ""
        decimals = self._table.metrics[floor.metric].decimals + 1
        return f"{floor.half_width:.{decimals}f}{WATERMARK if floor.synthetic else ''}"

    def _reported(self, pair: Pair | None) -> str:
        if pair is None or pair.reported is None:
            return "–"
        text = signed(pair.reported, self._table.metrics[pair.metric].decimals)
        return f"({text})" if self._below(pair) else text

    def _ours(self, pair: Pair | None) -> str:
        if pair is None or pair.difference is None:
            return ""
        text = signed(pair.difference, self._table.metrics[pair.metric].decimals)
        return f"{text}{WATERMARK if pair.synthetic else ''} {SIGNS[pair.verdict]}"

    def _name(self, series: str | None) -> str:
        return "paper" if series is None else series or "reproduced"

    def _place(self, key: str, metric: str) -> str:
        label = self._columns[key]
        return metric if label == metric else f"{label} {metric}"
