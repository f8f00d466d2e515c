"""Cells as they are to be shown: figures, words, signs."""

from collections.abc import Iterable, Mapping

from reproduction.judge.cell import NOT_RUN
from reproduction.paper.tables import Row, Table
from reproduction.report import text as wording
from reproduction.report.bold import best_cells
from reproduction.report.document import QUOTED, Figure, Item, View
from reproduction.report.footnotes import Footnotes

Json = Mapping[str, object]


class Views:
    """Makes the view of each cell, and keeps the footnotes that they need.

    Args:
        cells: what :mod:`workflow.lib.judge` wrote.
        asked: how many seeds each of them was to have.
    """

    def __init__(self, cells: Iterable[Json], asked: int, table: Table) -> None:
        cells = list(cells)
        self.footnotes = Footnotes()
        self._table = table
        self._asked = asked
        self._best = best_cells(cells, table)
        self._cells = {
            (cell["row"], cell["dataset"], cell["metric"], cell["reading"]): cell for cell in cells
        }

    def view(self, row: Row, key: str, metric: str, reading: str) -> View:
        """The view of a cell under a reading."""
        reported = self._reported(row, key, metric)
        place = (row.id, key, metric, reading)
        cell = self._cells.get(place)
        if cell is None:
            return View(reported, Item(word=QUOTED), Item(), Item())
        signs = self.footnotes.signs([*cell["marks"], *cell["caveats"], *_absent(cell)])
        if cell["status"] != "run":
            return View(reported, Item(word=cell["status"], signs=signs), Item(), Item())
        return View(
            reported,
            self._reproduced(cell, metric, signs, place in self._best),
            self._difference(cell, metric),
            self._verdict(cell),
            wording.SIGNS.get(wording.kind(cell), ""),
        )

    def _reported(self, row: Row, key: str, metric: str) -> Item:
        value = row.cells[key][metric]
        if value is None:
            return Item(word="–")
        bold = self._table.reported_bold(row, key, metric)
        return Item((Figure(self._fixed(value, metric), bold),))

    def _reproduced(self, cell: Json, metric: str, signs: str, bold: bool) -> Item:
        figures = [Figure(self._fixed(cell["mean"], metric), bold, cell["synthetic"])]
        if cell["sd"] is not None:
            figures.append(Figure(self._fixed(cell["sd"], metric), False, cell["synthetic"]))
        done = len(cell["seeds"])
        note = f"{done} of {self._asked}" if done < self._asked else ""
        return Item(tuple(figures), signs=signs, note=note)

    def _difference(self, cell: Json, metric: str) -> Item:
        if cell["difference"] is None:
            return Item()
        text = wording.signed(cell["difference"], self._table.metrics[metric].decimals)
        return Item((Figure(text, False, cell["synthetic"]),))

    def _verdict(self, cell: Json) -> Item:
        # A synthetic number's mark already says why; a footnote on each would say it again.
        why = [] if cell["synthetic"] else cell["why_not"]
        signs = self.footnotes.signs(why)
        shown = f"{wording.SIGNS.get(wording.kind(cell), '')} {wording.verdict(cell)}".strip()
        return Item(word=shown, signs=signs, verdict=cell["verdict"])

    def _fixed(self, value: float, metric: str) -> str:
        return f"{value:.{self._table.metrics[metric].decimals}f}"


def _absent(cell: Json) -> list[str]:
    """Why nothing was run; a failed job's reason stands with the open cells."""
    lacking = cell["missing"] if cell["status"] == NOT_RUN else []
    return [item["message"] for item in lacking[:1] if item["message"]]
