"""What stands around a table: circumstances, outcome, legend, what is open, and why."""

from collections.abc import Iterator, Mapping, Sequence

from reproduction.paper.tables import Table
from reproduction.report import text as wording
from reproduction.report.document import Reason

Json = Mapping[str, object]


class Facts:
    """The texts of one sheet.

    Args:
        content: what :mod:`workflow.lib.judge` wrote.
    """

    def __init__(self, content: Json, table: Table) -> None:
        self._content = content
        self._table = table
        self._readings: Sequence[str] = content["readings"]
        self._labels = {column.key: column.label for column in table.columns}
        self.made = [cell for cell in content["cells"] if cell["status"] != "quoted"]
        self.missing = {
            item["file"]: (cell, item) for cell in self.made for item in cell["missing"]
        }

    def head(self) -> Iterator[tuple[str, str]]:
        """(name, text) of what every number of the table shares."""
        yield from map(tuple, self._content["head"] if self.exact else self._circumstances())
        for reading in self._readings:
            cells = [cell for cell in self.made if cell["reading"] == reading]
            name = "Outcome" if len(self._readings) == 1 else f"Outcome, {reading}"
            yield name, wording.outcome(cells) + self._farthest(cells)

    def _circumstances(self) -> Iterator[tuple[str, str]]:
        found = self._content["circumstances"]
        yield "Scale", self._content["scale"]
        yield "Reading", wording.listed(self._readings)
        yield "Seeds", wording.listed([str(seed) for seed in self._content["seeds"]])
        there = dict.fromkeys(self._labels[item["dataset"]] for item in found)
        yield "Data", wording.short_data([*there], found)
        yield "Protocol", self._protocols() or "no run yet"
        recipes = sorted({recipe for item in found for recipe in item["recipes"]})
        yield "Training recipe", wording.listed(recipes) or "no run yet"

    def explanations(self) -> Iterator[str]:
        """What the columns hold, a sentence each."""
        yield "Reported: as printed in the paper"
        if self.exact:
            yield f"Reproduced: {self._content['how']}"
            return
        yield "Reproduced: mean ± standard deviation over the seeds, in percent"
        yield "Δ: reproduced minus reported, in percent points"
        if any(cell["group"] for cell in self._content["cells"]):
            yield (
                "Bold: the best of each group of rows, as the paper sets it and as it came out here"
            )

    @property
    def exact(self) -> bool:
        """Whether the table's numbers are counted, not trained."""
        return "head" in self._content

    def about(self, key: str) -> tuple[str, ...]:
        """A sentence on a column's data; one for each variant where readings differ."""
        readings: dict[str, list[str]] = {}
        for item in self._content["circumstances"]:
            if item["dataset"] == key:
                for training in item["training_data"]:
                    for test in item["test_data"]:
                        sentence = wording.data(training, test)
                        readings.setdefault(sentence, []).append(item["reading"])
        if len(readings) == 1 or len(self._readings) == 1:
            return tuple(readings)
        return tuple(f"{wording.listed(names)}: {text}" for text, names in readings.items())

    def key(self) -> Iterator[tuple[str, str]]:
        """(sign, words) of the verdicts that occur."""
        kinds = {wording.kind(cell) for cell in self.made}
        return ((sign, wording.KEY[kind]) for kind, sign in wording.SIGNS.items() if kind in kinds)

    def legend(self) -> Iterator[tuple[str, str]]:
        """(word, meaning) of what occurs."""
        cells = self._content["cells"]
        words = {cell["verdict"] for cell in cells} | {cell["status"] for cell in cells}
        yield from ((word, text) for word, text in wording.MEANINGS.items() if word in words)
        if any(cell["comparable"] for cell in self.made) and not self.exact:
            yield "e", self._tolerances()
        asked = len(self._content["seeds"])
        if any(0 < len(cell["seeds"]) < asked for cell in self.made):
            yield f"n of {asked}", "n of the seeds asked for are there"

    def failures(self) -> Iterator[str]:
        """A sentence for each job that failed, with the cells that wait for it."""
        waiting: dict[tuple[str, str], list[str]] = {}
        for cell, item in self.missing.values():
            if item["status"] == "failed":
                where = f"{self._row(cell)} on {self._labels[cell['dataset']]}, seed {item['seed']}"
                where += f", {cell['reading']}" if len(self._readings) > 1 else ""
                message = " ".join(item["message"].split())
                waiting.setdefault((message, item["log"]), []).append(where)
        for (message, log), cells in waiting.items():
            more = f" and {len(cells) - 1} more" if len(cells) > 1 else ""
            yield f"{cells[0]}{more}: {message} (log: {log})"

    def reasons(self) -> Iterator[Reason]:
        """Why, of every verdict that was reached over runs."""
        for cell in self.made:
            if wording.kind(cell) and not self.exact:
                reading = f", {cell['reading']}" if len(self._readings) > 1 else ""
                yield wording.reason(cell, self._where(cell) + reading)

    def _protocols(self) -> str:
        """The phrase that most runs share, then the others with their datasets and readings."""
        places: dict[str, list[str]] = {}
        for item in self._content["circumstances"]:
            phrase = " or ".join(map(wording.protocol, item["protocols"]))
            place = f"{self._labels[item['dataset']]} ({item['reading']})"
            places.setdefault(phrase, []).append(place)
        usual, *others = sorted(places, key=lambda phrase: -len(places[phrase])) or [""]
        return " — ".join(
            [usual, *(f"but {wording.listed(places[phrase])}: {phrase}" for phrase in others)]
        )

    def _farthest(self, cells: Sequence[Json]) -> str:
        compared = [cell for cell in cells if cell["comparable"] and cell["difference"] is not None]
        if all(cell["verdict"] == "equal" for cell in compared):
            return ""
        cell = max(compared, key=lambda cell: abs(cell["difference"]))
        decimals = self._table.metrics[cell["metric"]].decimals
        difference = wording.signed(cell["difference"], decimals)
        return f"; the largest difference is {difference} ({self._where(cell)})"

    def _tolerances(self) -> str:
        by_value: dict[float, dict[str, None]] = {}
        for cell in self.made:
            by_value.setdefault(cell["tolerance"], {})[self._labels[cell["dataset"]]] = None
        shown = (f"{value:g} on {wording.listed([*names])}" for value, names in by_value.items())
        return f"the tolerance, in percent points: {'; '.join(shown)}"

    def _where(self, cell: Json) -> str:
        column = self._labels[cell["dataset"]]
        metric = "" if column == cell["metric"] else f" {cell['metric']}"
        return f"{self._row(cell)}, {column}{metric}"

    def _row(self, cell: Json) -> str:
        """A row's label; where that is a bare number, with what it is a number of."""
        label = cell["label"]
        return f"{self._table.heading.lower()} {label}" if label.isdecimal() else label
