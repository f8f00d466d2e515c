"""The paper's tables as data, and the experiments that make their rows.

A table is paper/tables/<id>.yaml; paper/README.md explains the format. Cells are
addressed by a row, a column's key and a metric.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from apnet.config.names import parse_model_name
from apnet.data import DATASETS
from apnet.errors import InputError
from reproduction.paper.checks import problems
from reproduction.paper.yamlfiles import read_yaml


@dataclass(frozen=True)
class Experiment:
    """What makes a row: a model and the paper's recipe for it, `channel` or `spatial`."""

    name: str
    model: str
    recipe: str


@dataclass(frozen=True)
class Metric:
    """How a metric is printed and compared.

    Attributes:
        unit: `percent`, `count` or `gflops` (10^9 counted operations).
        better: `higher`, `lower`, or None where neither is.
        decimals: as printed.
    """

    name: str
    unit: str
    better: str | None
    decimals: int


@dataclass(frozen=True)
class Column:
    """A group of printed columns: one test set, and the metrics reported on it."""

    key: str
    label: str
    metrics: tuple[str, ...]

    @property
    def datasets(self) -> tuple[str, ...]:
        """The key's parts: `a` is trained and tested on a, `a->b` trained on a, tested on b."""
        return tuple(self.key.split("->"))

    @property
    def training_set(self) -> str | None:
        """The dataset trained on; None where a column is no dataset (Tables I and III)."""
        return self.datasets[0] if self.datasets[0] in DATASETS else None

    @property
    def test_set(self) -> str | None:
        """The dataset tested on; None where a column is no dataset."""
        return self.datasets[-1] if self.datasets[-1] in DATASETS else None


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
    publication: str | None = None
    backbone: str | None = None


class Cell(NamedTuple):
    """A cell: where it stands, and what the paper reports there."""

    row: Row
    key: str
    metric: str
    reported: float | None


@dataclass(frozen=True)
class Table:
    """A printed table, or a figure's values. `heading` stands above the rows' labels."""

    id: str
    number: str
    heading: str
    caption: str
    metrics: Mapping[str, Metric]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    @property
    def title(self) -> str:
        """`Table II`, `Fig. 5`."""
        return f"{'Fig.' if self.id.startswith('figure') else 'Table'} {self.number}"

    def cells(self) -> Iterator[Cell]:
        """Every cell, in the order of print; those without a reported value too."""
        for row in self.rows:
            for column in self.columns:
                for metric in column.metrics:
                    yield Cell(row, column.key, metric, row.cells[column.key][metric])

    def reported_bold(self, row: Row, key: str, metric: str) -> bool:
        """Whether the paper prints the cell in bold."""
        return f"{key}/{metric}" in row.bold

    def experiment_of(self, row: Row, key: str) -> str | None:
        """Name of the experiment that makes a row's cells in a column; None if quoted."""
        if isinstance(row.experiment, Mapping):
            return row.experiment.get(key)
        return row.experiment


def load_experiments(path: Path) -> dict[str, Experiment]:
    """The named experiments, in the order of the file.

    Raises:
        InputError: unreadable, of another form, a model's name that does not parse,
            or a model with two experiments.
    """
    experiments: dict[str, Experiment] = {}
    by_model: dict[str, str] = {}
    for name, content in read_yaml(path, "experiments").items():
        experiments[name] = Experiment(name, **content)
        model = content["model"]
        try:
            parse_model_name(model)
        except InputError as error:
            raise InputError(f"{path}: experiment {name}: {error}") from error
        # A run's folder is named by its model, so two recipes for one would meet there.
        if model in by_model:
            raise InputError(
                f"{path}: experiments {by_model[model]} and {name} have the same model "
                f"{model!r}: use one of them in the tables"
            )
        by_model[model] = name
    return experiments


def load_table(path: Path, experiments: Mapping[str, Experiment] | None = None) -> Table:
    """Read a table and check it against itself.

    Args:
        experiments: those that rows may name; without them the names are not checked.

    Raises:
        InputError: unreadable, of another form, or a slip inside, named by its place.
    """
    path = Path(path)
    table = _table(read_yaml(path, "table"))
    for problem in problems(table, path.stem, experiments):
        raise InputError(f"{path}: {problem}")
    return table


def _table(content: dict) -> Table:
    metrics = {name: Metric(name, **how) for name, how in content["metrics"].items()}
    columns = [item | {"metrics": tuple(item["metrics"])} for item in content["columns"]]
    return Table(
        id=content["table"],
        number=content["number"],
        heading=content["heading"],
        caption=content["caption"],
        metrics=metrics,
        columns=tuple(Column(**item) for item in columns),
        rows=tuple(_row(item) for item in content["rows"]),
        notes=tuple(content["notes"]),
    )


def _row(content: dict) -> Row:
    cells = {
        key: {name: None if value is None else float(value) for name, value in metrics.items()}
        for key, metrics in content["cells"].items()
    }
    bold, marks = frozenset(content["bold"]), tuple(content.get("marks", ()))
    return Row(**content | {"cells": cells, "bold": bold, "marks": marks})
