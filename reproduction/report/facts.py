"""What stands around a table: circumstances, outcome, legend, what is open, and why."""

from collections.abc import Callable, Iterator, Sequence

from reproduction.judging.cells import (
    EQUAL,
    MOST_RUNS,
    MOST_SEEDS,
    QUOTED,
    Cell,
    JudgedTable,
    Missing,
)
from reproduction.paper.tables import Table
from reproduction.report import text as wording
from reproduction.report.document import Reason
from reproduction.results.frame import FAILED

_OPEN = "no run yet"

_SHORT = 50
"""Characters of a text that the summary repeats."""


class Facts:
    """The texts of one sheet."""

    def __init__(self, judged: JudgedTable, table: Table) -> None:
        self._judged = judged
        self._table = table
        self._several = len(judged.series) > 1
        self._labels = {column.key: column.label for column in table.columns}
        percent = all(metric.unit == "percent" for metric in table.metrics.values())
        self._units = ("percent", "percent points") if percent else ("the unit of its column",) * 2
        self.made = [cell for cell in judged.cells if cell.status != QUOTED]
        self.missing: dict[object, tuple[Cell, Missing]] = {
            item.file or (cell.row, cell.column, cell.series, item.seed): (cell, item)
            for cell in self.made
            for item in cell.missing
        }

    def conditions(self) -> Iterator[tuple[str, str]]:
        """(name, text) of what every number of the table shares."""
        yield from self._judged.facts
        if not self._table.exact:
            yield from self._circumstances()

    def outcomes(self) -> Iterator[tuple[str, str]]:
        """(name, text) of how the cells of each series came out."""
        for series in self._judged.series:
            cells = [cell for cell in self.made if cell.series == series]
            if cells:
                name = f"Outcome, {series}" if self._several else "Outcome"
                yield name, wording.outcome(cells) + self._farthest(cells)

    def _circumstances(self) -> Iterator[tuple[str, str]]:
        if any(self._judged.series):
            yield self._judged.series_name, wording.listed(self._judged.series)
        if self._judged.seeds:
            yield "Seeds", wording.listed([str(seed) for seed in self._judged.seeds])
        if "data_kind" in self._judged.names:
            there = [*dict.fromkeys(self._labels[item.column] for item in self._judged.context)]
            kinds = wording.listed(self._judged.texts("data_kind"))
            yield "Data", f"{wording.listed(there)}; {kinds}" if there else _OPEN
        if "protocol" in self._judged.names:
            yield "Protocol", self._protocols() or _OPEN
        if "recipe" in self._judged.names:
            yield "Training recipe", wording.listed(sorted(self._judged.texts("recipe"))) or _OPEN
        if models := self._said("models"):
            yield "Models", models

    def summary(self) -> str:
        """The conditions in a few words: of those with a long text the name alone."""
        kinds = (self._said("data_kind"), self._said("models"))
        facts = [
            f"{name.lower()} {text}" if len(text) <= _SHORT else name.lower()
            for name, text in self._judged.facts
        ]
        series = [one for one in self._judged.series if one]
        lists = [
            _counted(self._judged.series_name.lower(), series),
            _counted("seed", [str(seed) for seed in self._judged.seeds]),
        ]
        return ", ".join(filter(None, [*facts, *lists, *kinds]))

    def _said(self, name: str) -> str:
        """What occurs of a text, as far as the results give it."""
        return wording.listed(self._judged.texts(name)) if name in self._judged.names else ""

    def explanations(self) -> Iterator[str]:
        """What the columns hold, a sentence each."""
        yield "Reported: as printed in the paper"
        if self._table.exact:
            yield f"Reproduced: {self._judged.how or 'counted'}"
            return
        unit, points = self._units
        yield f"Reproduced: mean ± standard deviation over the seeds, in {unit}"
        compared = [cell for cell in self._judged.cells if cell.difference is not None]
        if compared:
            yield f"Δ: reproduced minus reported, in {points}"
        if any(cell.group for cell in self._judged.cells):
            came_out = " and as it came out here" if compared else ""
            yield f"Bold: the best of each group of rows, as the paper sets it{came_out}"

    def about(self, key: str) -> tuple[str, ...]:
        """A sentence on a column's data; one for each variant where the series differ."""
        series: dict[str, list[str]] = {}
        for item in self._judged.context:
            for sentence in item.texts.get("data", ()) if item.column == key else ():
                series.setdefault(sentence, []).append(item.series)
        if len(series) == 1 or not self._several:
            return tuple(series)
        return tuple(f"{wording.listed(names)}: {text}" for text, names in series.items())

    def key(self) -> Iterator[tuple[str, str]]:
        """(sign, words) of the verdicts that occur, and which are of another choice."""
        kinds = {of(cell) for cell in self.made for of in (wording.kind, wording.second)}
        kinds |= {wording.kind(item) for cell in self.made for item in cell.alternatives}
        yield from (
            (sign, wording.KEY[kind]) for kind, sign in wording.SIGNS.items() if kind in kinds
        )
        choices = (
            (label, cell.choice or "as judged")
            for cell in self.made
            for _, label in wording.others(cell)
        )
        for label, own in dict.fromkeys(choices):
            yield wording.BRACKETS, f"the verdict {label}; the first sign is the verdict {own}"

    def legend(self) -> Iterator[tuple[str, str]]:
        """(word, meaning) of what occurs."""
        cells = self._judged.cells
        words = {cell.verdict for cell in cells} | {cell.status for cell in cells}
        yield from ((word, text) for word, text in wording.MEANINGS.items() if word in words)
        if any(cell.comparable for cell in self.made) and not self._table.exact:
            yield "e", self._tolerances()
        there = {
            "≈ compatible": any(cell.compatible is not None for cell in self.made),
            "p": any(cell.p_value is not None for cell in self.made),
            "k*": any(cell.compatible is not None for cell in self.made),
        }
        yield from ((name, text) for name, text in wording.ANSWERS.items() if there[name])
        for label in dict.fromkeys(item.label for item in self._judged.references):
            yield label, self._reference(label)
        asked = len(self._judged.seeds)
        if any(0 < len(cell.seeds) < asked for cell in self.made):
            yield f"n of {asked}", "n of the seeds asked for are there"

    def _reference(self, label: str) -> str:
        """What a reference is, and of how many values its numbers are the mean."""
        items = [item for item in self._judged.references if item.label == label]
        counts: dict[int, dict[str, None]] = {}
        for item in items:
            if item.varies:
                counts.setdefault(item.count, {})[self._labels[item.column]] = None
        several = len(counts) > 1
        shown = [
            f"{count}{f' on {wording.listed([*names])}' if several else ''}"
            for count, names in counts.items()
        ]
        notes = dict.fromkeys(note for item in items for note in item.notes)
        return "; ".join([*notes, *([f"the mean of {wording.listed(shown)}"] if shown else [])])

    def failures(self) -> Iterator[str]:
        """A sentence for each job that failed, with the cells that wait for it."""
        waiting: dict[tuple[str, str], list[str]] = {}
        for cell, item in self.missing.values():
            if item.status == FAILED:
                row, column = wording.row(self._table, cell), self._labels[cell.column]
                where = f"{row} on {column}, seed {item.seed}"
                where += f", {cell.series}" if self._several else ""
                message = " ".join(item.message.split())
                waiting.setdefault((message, item.log), []).append(where)
        for (message, log), cells in waiting.items():
            more = f" and {len(cells) - 1} more" if len(cells) > 1 else ""
            yield f"{cells[0]}{more}: {message}{f' (log: {log})' if log else ''}"

    def reasons(self) -> Iterator[Reason]:
        """Why, of every verdict that was reached over runs."""
        for cell in self.made:
            if wording.kind(cell) and not self._table.exact:
                series = f", {cell.series}" if self._several else ""
                yield _reason(cell, wording.where(self._table, cell) + series)

    def _protocols(self) -> str:
        """The phrase that most runs share, then the others with their columns and series."""
        used: dict[str, list[str]] = {}
        for item in self._judged.context:
            phrase = " or ".join(item.texts["protocol"])
            series = f" ({item.series})" if item.series else ""
            used.setdefault(phrase, []).append(f"{self._labels[item.column]}{series}")
        usual, *others = sorted(used, key=lambda phrase: -len(used[phrase])) or [""]
        return " — ".join(
            [usual, *(f"but {wording.listed(used[phrase])}: {phrase}" for phrase in others)]
        )

    def _farthest(self, cells: Sequence[Cell]) -> str:
        compared = [cell for cell in cells if cell.comparable and cell.difference is not None]
        units = {metric.unit for metric in self._table.metrics.values()}
        if len(units) > 1 or all(cell.verdict == EQUAL for cell in compared):
            return ""
        cell = max(compared, key=lambda cell: abs(cell.difference))
        decimals = self._table.metrics[cell.metric].decimals
        difference = wording.signed(cell.difference, decimals)
        return f"; the largest difference is {difference} ({wording.where(self._table, cell)})"

    def _tolerances(self) -> str:
        """By column; by metric if that says it; by both if neither does."""
        ways: tuple[Callable[[Cell], str], ...] = (
            lambda cell: self._labels[cell.column],
            lambda cell: cell.metric,
            lambda cell: f"{self._labels[cell.column]} {cell.metric}",
        )
        for name in ways:
            found = {(name(cell), cell.tolerance) for cell in self.made}
            if len(found) == len({key for key, _ in found}):
                break
        by_value: dict[float, dict[str, None]] = {}
        for cell in self.made:
            by_value.setdefault(cell.tolerance, {})[name(cell)] = None
        shown = (f"{value:g} on {wording.listed([*names])}" for value, names in by_value.items())
        return f"the tolerance, in {self._units[1]}: {'; '.join(shown)}"


def _counted(name: str, items: Sequence[str]) -> str:
    """`seed 0`, `seeds 0 and 1`; empty without any."""
    plural = "" if len(items) == 1 or name.endswith("s") else "s"
    return f"{name}{plural} {wording.listed(items)}" if items else ""


def _reason(cell: Cell, where: str) -> Reason:
    """The numbers that decided a cell's verdict.

    Args:
        where: which cell.
    """
    reported, tolerance = cell.reported, cell.tolerance
    second = wording.SIGNS.get(wording.second(cell), "")
    return Reason(
        cell=where,
        sign=wording.SIGNS.get(wording.kind(cell), ""),
        verdict=wording.verdict(cell).partition(" +")[0],
        runs=str(len(cell.seeds)),
        interval=_span(cell.interval, 2) or f"one value, {cell.mean:.2f}",
        band=f"{_span((reported - tolerance, reported + tolerance), 1)}",
        p=_chance(cell.adjusted_p),
        more_seeds=_more(cell),
        prediction=f"{_span(cell.prediction_interval, 1)} {second}".strip(),
        best_of="" if not second else str(cell.best_of or f"over {MOST_RUNS}"),
    )


def _span(ends: Sequence[float] | None, decimals: int) -> str:
    return f"{ends[0]:.{decimals}f} to {ends[1]:.{decimals}f}" if ends else ""


def _chance(p: float | None) -> str:
    if p is None:
        return ""
    return f"{p:.3f}" if p >= 0.0005 else "< 0.001"


def _more(cell: Cell) -> str:
    if cell.verdict != "inconclusive":
        return ""
    return f"about {cell.more_seeds}" if cell.more_seeds else f"over {MOST_SEEDS}"
