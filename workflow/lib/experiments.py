"""The paper's tables and the experiments that make their rows, as the workflow takes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from apnet.config.names import parse_model_name
from apnet.data import DATASETS
from apnet.errors import InputError
from reproduction.paper import loading
from reproduction.paper.tables import Table
from reproduction.paper.yamlfiles import read_yaml
from workflow.lib.counting import check_counting
from workflow.lib.forms import SCHEMAS


@dataclass(frozen=True)
class Experiment:
    """What makes a row: a model and the paper's recipe for it, `channel` or `spatial`."""

    name: str
    model: str
    recipe: str


def load_experiments(path: Path) -> dict[str, Experiment]:
    """The named experiments, in the order of the file.

    Raises:
        InputError: unreadable, of another form, a model's name that does not parse,
            or a model with two experiments.
    """
    experiments: dict[str, Experiment] = {}
    by_model: dict[str, str] = {}
    for name, content in read_yaml(path, "experiments", SCHEMAS).items():
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


def load_table(path: Path, experiments: Mapping[str, Experiment]) -> Table:
    """A table whose columns are known datasets and whose rows name known experiments.

    Raises:
        InputError: unreadable, or a slip inside, named by its position.
    """
    table = loading.load_table(path)
    check_table(table, experiments, str(path))
    return table


def check_table(table: Table, experiments: Mapping[str, Experiment], source: str) -> None:
    """Refuse a table with an unknown dataset or experiment; `source` is where it is from."""
    check_counting(table, source)
    for column in () if table.exact else table.columns:
        for name in (column.training_set, column.test_set):
            if name not in DATASETS:
                raise InputError(
                    f"{source}: column {column.key}: {name!r} is not a dataset: "
                    f"use {', '.join(DATASETS)}"
                )
    for row in table.rows:
        for column in table.columns:
            name = table.experiment_of(row, column.key)
            if name is not None and name not in experiments:
                raise InputError(
                    f"{source}: row {row.id}: experiment {name!r} is unknown: "
                    f"add it to experiments.yaml"
                )


def counted_models(table: Table, experiments: Mapping[str, Experiment]) -> dict[str, str]:
    """What a table of costs counts, and its models: those of the rows, then those left out.

    What the table leaves out is named by its model.
    """
    made = [row.experiment for row in table.rows if row.experiment]
    return {name: experiments[name].model for name in made} | {name: name for name in table.beside}
