"""What a table asks for, and what was found of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from apnet.errors import InputError
from apnet.records.paths import Evaluation, Run
from reproduction.paper.tables import Cell, Experiment, Table
from workflow.lib.comparability import obstacles
from workflow.lib.records import Record, read_record


@dataclass(frozen=True)
class Entry:
    """A cell that an experiment makes, under one reading.

    Attributes:
        asked: the evaluations that the table wants, one a seed.
        records: those that there are.
        why_not: why they cannot be compared with the paper; empty if they can.
    """

    cell: Cell
    reading: str
    asked: tuple[Evaluation, ...]
    records: tuple[Record, ...]
    why_not: tuple[str, ...]

    @property
    def model(self) -> str:
        """Name of the model."""
        return self.asked[0].run.model

    @property
    def values(self) -> list[float]:
        """Of the metric, in percent, one a run."""
        return [record.percent(self.cell.metric) for record in self.records]

    @property
    def peers(self) -> tuple[str, str, str, bool]:
        """Cells whose models share one spread: same data, metric and reading.

        Runs that cannot be compared with the paper lend nothing to those that can.
        """
        return self.cell.key, self.cell.metric, self.reading, not self.why_not


def entries(
    table: Table,
    experiments: Mapping[str, Experiment],
    scale: Path,
    readings: Sequence[str],
    seeds: Sequence[int],
) -> Iterator[Entry]:
    """Every cell that an experiment makes, under every reading, in the order of print.

    Args:
        scale: results/<scale>.

    Raises:
        InputError: a broken record, one run under two seeds, a table not of accuracies.
    """
    read = cache(read_record)
    columns = {column.key: column for column in table.columns}
    for cell in table.cells():
        name = table.experiment_of(cell.row, cell.key)
        if name is None:
            continue
        training, test = columns[cell.key].training_set, columns[cell.key].test_set
        if training is None or test is None:
            raise InputError(f"{table.title}: column {cell.key} is no dataset, so no run fills it")
        for reading in readings:
            runs = (Run(reading, training, experiments[name].model, seed) for seed in seeds)
            asked = tuple(Evaluation(run, test) for run in runs)
            records = tuple(found for item in asked if (found := read(item, scale)))
            _check_seeds(records)
            yield Entry(cell, reading, asked, records, tuple(obstacles(records)))


def _check_seeds(records: Sequence[Record]) -> None:
    """Two seeds with the same weights would pass for a spread of nothing."""
    by_weights: dict[str, Record] = {}
    for record in records:
        twin = by_weights.setdefault(record.content["checkpoint_sha256"], record)
        if twin is not record:
            raise InputError(
                f"{twin.file} and {record.file} evaluate the same weights, though their seeds "
                f"differ: delete the run that was copied"
            )
