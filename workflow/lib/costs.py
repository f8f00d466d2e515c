"""Set counted costs beside those of a table, under both readings.

A cost has no seeds and no spread: it comes out as printed or it does not. Below the cells
stand the other rules of counting and what the paper's table leaves out.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path

import pandas as pd

from apnet.config.readings import READINGS
from apnet.errors import InputError, one_of
from apnet.records.load import load_cost
from reproduction.judging.cells import Grid
from reproduction.judging.judge import judge_table
from reproduction.paper.tables import Table
from reproduction.results.frame import results_frame
from workflow.lib.adapter import failed
from workflow.lib.cli import run_command
from workflow.lib.experiments import counted_models, load_experiments, load_table
from workflow.lib.forms import Json
from workflow.lib.judge import write_cells
from workflow.lib.sentences import caveats


def main(argv: Sequence[str] | None = None) -> int:
    """Write the cells; returns the exit status."""
    return run_command(__doc__, _judge, argv, "table", "experiments", "costs", "out")


def _judge(arguments: argparse.Namespace) -> None:
    experiments = load_experiments(arguments.experiments)
    table = load_table(arguments.table, experiments)
    models = counted_models(table, experiments)
    costs, refused = {}, {}
    for reading, (name, model) in product(READINGS, models.items()):
        file = _file(arguments.costs, reading, model)
        try:
            costs[reading, name] = _read(file, reading, model)
        except InputError as error:
            refused[reading, name] = str(error)
    if not costs:
        raise InputError(next(iter(refused.values())))
    _check_rules(table, costs, arguments.table)
    versions = next(iter(costs.values()))["versions"]
    versions = {name: re.split("[-+]", version)[0] for name, version in versions.items()}
    write_cells(
        arguments.out,
        judge_table(
            table, _results(table, models, costs, refused, arguments.costs), list(READINGS)
        ),
        facts=tuple((name, text.format(**versions)) for name, text in table.facts.items()),
        how="counted here, and rounded as the paper rounds",
        annexes=(_other_rules(table, costs, versions),),
    )


def _file(folder: Path, reading: str, model: str) -> Path:
    return folder / reading / f"{model}.json"


def _read(file: Path, reading: str, model: str) -> Json:
    cost = load_cost(file)
    if (cost.reading, cost.model) != (reading, model):
        raise InputError(f"{file} is no cost of {model}, {reading}: delete it to count again")
    return cost.content()


def _check_rules(table: Table, costs: Mapping[tuple[str, str], Json], source: Path) -> None:
    for how in table.counting.values():
        for cost in costs.values():
            if how["rules"] not in cost["gflops"]:
                raise one_of(f"rules in {source}: counting", how["rules"], tuple(cost["gflops"]))


def _results(
    table: Table,
    models: Mapping[str, str],
    costs: Mapping[tuple[str, str], Json],
    refused: Mapping[tuple[str, str], str],
    folder: Path,
) -> pd.DataFrame:
    """A row a reading, experiment and column; without a value where the cost is refused."""
    return results_frame(
        {
            "experiment": name,
            "test_set": column.key,
            "metric": metric,
            "series": reading,
            "caveats": tuple(caveats(models[name], reading)),
            "file": _file(folder, reading, models[name]).as_posix(),
        }
        | (
            failed(refused[reading, name])
            if (reading, name) in refused
            else {"value": costs[reading, name]["gflops"][table.counting[metric]["rules"]]}
        )
        for reading, name in product(READINGS, models)
        for column in table.columns
        for metric in column.metrics
    )


def _other_rules(
    table: Table, costs: Mapping[tuple[str, str], Json], versions: Mapping[str, str]
) -> Grid:
    """Every model by every set of rules, with its parameters."""
    labels = {row.experiment: row.label for row in table.rows if row.experiment} | table.beside
    (rules,) = (how["rules"] for how in table.counting.values())
    head = (
        *("model", "reading", "input"),
        f"GFLOPs, {rules.replace('-', ' ')}",
        f"GFLOPs, thop {versions['thop']}",
        f"GFLOPs, PyTorch {versions['torch']}",
        *("parameters (M)", "with classifier (M)"),
    )
    rows = (line for name, label in labels.items() for line in _lines(label, name, rules, costs))
    return Grid(table.annex.title, table.annex.text, head, tuple(rows))


def _lines(
    label: str, name: str, rules: str, costs: Mapping[tuple[str, str], Json]
) -> Iterator[tuple[str, ...]]:
    """A line a reading; one where they cost the same, none where a cost is refused."""
    lines = {
        reading: _line(costs[reading, name], rules)
        for reading in READINGS
        if (reading, name) in costs
    }
    if len(lines) == len(READINGS) and len(set(lines.values())) == 1:
        lines = {"both": next(iter(lines.values()))}
    yield from ((label, reading, *line) for reading, line in lines.items())


def _line(cost: Json, rules: str) -> tuple[str, ...]:
    height, width = cost["input"]
    params, classifier = cost["params"], cost["classifier_params"]
    return (
        f"{height} × {width}",
        *(f"{cost['gflops'][key]:.4f}" for key in (rules, "thop", "torch")),
        *(f"{params / 1e6:.2f}", f"{(params + classifier) / 1e6:.2f}"),
    )


if __name__ == "__main__":
    sys.exit(main())
