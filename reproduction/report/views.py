"""Cells as they are to be shown: figures, the best of them bold, words, signs of footnotes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from reproduction.judging.cells import QUOTED, RUN, Cell, JudgedTable
from reproduction.paper.tables import Row, Table
from reproduction.report import links
from reproduction.report import text as wording
from reproduction.report.document import Figure, Item, View
from reproduction.results.frame import NOT_RUN

_SIGNS = "†‡§¶‖"

_LEAST = 2
"""Rows that make a comparison."""


class Views:
    """Makes the view of each cell, and keeps the footnotes that they need."""

    def __init__(self, judged: JudgedTable, table: Table) -> None:
        self.footnotes = Footnotes()
        self._table = table
        self._asked = len(judged.seeds)
        models = judged.texts("models") if "models" in judged.names else ()
        self._said = models if len(models) == 1 else ()
        self._best = _best_cells(judged.cells, table)
        self._cells = {
            (cell.row, cell.column, cell.metric, cell.series): (f"cell-{index}", cell)
            for index, cell in enumerate(judged.cells)
        }
        self._references = {
            (item.label, item.column, item.metric, item.series): item for item in judged.references
        }

    def view(self, row: Row, key: str, metric: str, series: str) -> View:
        """The view of a cell of a series; a quoted one has none, and only what is reported."""
        address = (row.id, key, metric)
        place, cell = self._cells.get((*address, series)) or self._cells[*address, None]
        reported = self._reported(cell)
        if cell.series is None:
            return View(reported, Item(word=QUOTED), Item(), Item())
        # What the heading says of all runs, no cell repeats.
        marks = [mark for mark in cell.marks if mark not in self._said]
        signs = self.footnotes.signs([*marks, *cell.caveats, *_absent(cell)])
        card = links.card(self._table.id, row.id, key) + f".html#{links.place(metric, series)}"
        if cell.status != RUN:
            return View(reported, Item(word=cell.status, signs=signs), Item(), Item(), card=card)
        return View(
            reported,
            self._reproduced(cell, metric, signs, (*address, series) in self._best),
            self._difference(cell, metric),
            self._verdict(cell),
            wording.SIGNS.get(wording.kind(cell), ""),
            wording.SIGNS.get(wording.second(cell), ""),
            tuple(wording.others(cell)),
            place,
            card,
            cell.mean,
        )

    def references(self, key: str | None = None) -> list[str]:
        """The labels of the rows below the paper's; those with numbers on a column."""
        labels = (label for label, column, *_ in self._references if key in (None, column))
        return list(dict.fromkeys(labels))

    def reference(self, label: str, key: str, metric: str, series: str) -> View:
        """The view of a reference; without figures where there is none."""
        item = self._references.get((label, key, metric, series))
        figures = (Figure(self._fixed(item.mean, metric), False, item.synthetic),) if item else ()
        return View(Item(), Item(figures), Item(), Item())

    def _reported(self, cell: Cell) -> Item:
        if cell.reported is None:
            return Item(word="–")
        return Item((Figure(self._fixed(cell.reported, cell.metric), cell.reported_bold),))

    def _reproduced(self, cell: Cell, metric: str, signs: tuple[str, ...], bold: bool) -> Item:
        figures = [Figure(self._fixed(cell.mean, metric), bold, cell.synthetic)]
        if cell.sd is not None:
            figures.append(Figure(self._fixed(cell.sd, metric), False, cell.synthetic))
        done = len(cell.seeds)
        note = f"{done} of {self._asked}" if done < self._asked else ""
        return Item(tuple(figures), signs=signs, note=note)

    def _difference(self, cell: Cell, metric: str) -> Item:
        if cell.difference is None:
            return Item()
        text = wording.signed(cell.difference, self._table.metrics[metric].decimals)
        return Item((Figure(text, False, cell.synthetic),))

    def _verdict(self, cell: Cell) -> Item:
        # A synthetic number's mark is its reason; a footnote would repeat it.
        why = [] if cell.synthetic else cell.why_not
        signs = self.footnotes.signs(why)
        first, second = (wording.SIGNS.get(of(cell), "") for of in (wording.kind, wording.second))
        others = (f"({sign})" for sign, _ in wording.others(cell))
        shown = " ".join(filter(None, [first, wording.verdict(cell), second, *others]))
        return Item(word=shown, signs=signs, verdict=cell.verdict)

    def _fixed(self, value: float, metric: str) -> str:
        return f"{value:.{self._table.metrics[metric].decimals}f}"


def _absent(cell: Cell) -> list[str]:
    """Why nothing was run; a failed job's reason stands with the open cells."""
    lacking = cell.missing if cell.status == NOT_RUN else []
    return [item.message for item in lacking[:1] if item.message]


class Footnotes:
    """Gives each text a sign, in the order of first use."""

    def __init__(self) -> None:
        self._signs: dict[str, str] = {}

    def signs(self, texts: Iterable[str]) -> tuple[str, ...]:
        """The signs of some texts."""
        return tuple(map(self._sign, texts))

    def legend(self) -> Iterator[tuple[str, str]]:
        """(sign, text) in the order of first use."""
        return ((sign, text) for text, sign in self._signs.items())

    def _sign(self, text: str) -> str:
        # The sixth sign is the first one doubled.
        times, index = divmod(len(self._signs), len(_SIGNS))
        return self._signs.setdefault(text, _SIGNS[index] * (1 + times))


def _best_cells(cells: Iterable[Cell], table: Table) -> set[tuple]:
    """(row, column, metric, series) of the best means among a group's reproduced rows.

    Means that print the same are a tie, and all of a tie are bold. A lone row is not, nor
    is a row whose group is None, nor what is not comparable: the best of it is no finding.
    """
    rivals: dict[tuple, dict[tuple, float]] = defaultdict(dict)
    for cell in cells:
        if cell.comparable and cell.group is not None:
            metric, series = cell.metric, cell.series
            printed = round(cell.mean, table.metrics[metric].decimals)
            key = (cell.row, cell.column, metric, series)
            rivals[cell.group, cell.column, metric, series][key] = printed
    return {
        key
        for (_, _, metric, _), printed in rivals.items()
        if len(printed) >= _LEAST
        for key, value in printed.items()
        if value == _best(printed.values(), table.metrics[metric].better)
    }


def _best(values: Iterable[float], better: str | None) -> float | None:
    if better is None:
        return None
    return max(values) if better == "higher" else min(values)
