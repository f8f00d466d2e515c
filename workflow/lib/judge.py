"""Set a table's reproduced cells beside the reported ones, each with a verdict.

    python -m workflow.lib.judge --table paper/tables/table2.yaml
        --experiments workflow/experiments.yaml --results results --scale smoke
        --readings written --seeds 0 --out results/smoke/cells/table2.json

Reads the evaluations that the table needs and nothing else, so a table is as old as
its own runs. docs/reading-a-table.md explains what comes out.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from apnet.files import write_json
from apnet.fingerprint import EVALUATION, TRAINING, code_fingerprint
from reproduction.judge.cell import judged_cell, quoted_cell
from reproduction.judge.statistics import Pool, pool
from reproduction.judge.tolerance import parse_tolerances
from reproduction.paper.tables import Table, load_experiments, load_table
from workflow.lib.circumstances import circumstances
from workflow.lib.cli import accepted_words, add_accepted, run_main
from workflow.lib.entries import Entry, entries
from workflow.lib.failures import missing

SCHEMA = 1


def main(argv: Sequence[str] | None = None) -> int:
    """Write the cells of one table; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--table", required=True, type=Path)
    parser.add_argument("--experiments", required=True, type=Path)
    parser.add_argument("--results", required=True, type=Path, help="the folder of all scales")
    parser.add_argument("--scale", required=True)
    parser.add_argument("--readings", required=True, nargs="+")
    parser.add_argument("--seeds", required=True, nargs="+", type=int)
    parser.add_argument("--failed-logs", type=Path, help="the scale's folder of logs")
    parser.add_argument("--data-root", type=Path, help="looked into for the datasets of open cells")
    parser.add_argument(
        "--tolerance",
        nargs="+",
        default=[],
        metavar="[DATASET=]E",
        help="e in percent points, of all datasets or of one",
    )
    add_accepted(parser)
    parser.add_argument("--out", required=True, type=Path)
    arguments = parser.parse_args(argv)
    return run_main(lambda: _judge(arguments))


def _judge(arguments: argparse.Namespace) -> None:
    experiments = load_experiments(arguments.experiments)
    table = load_table(arguments.table, experiments)
    scale = arguments.results / arguments.scale
    found = list(entries(table, experiments, scale, arguments.readings, arguments.seeds))
    content = {
        "schema": SCHEMA,
        "table": table.id,
        "scale": arguments.scale,
        "readings": arguments.readings,
        "seeds": arguments.seeds,
        "code": {
            "training": code_fingerprint(TRAINING),
            "evaluation": code_fingerprint(EVALUATION),
        },
        "circumstances": circumstances(found),
        "cells": list(_cells(table, found, scale, arguments)),
    }
    write_json(arguments.out, content)


def _cells(
    table: Table, found: Iterable[Entry], scale: Path, arguments: argparse.Namespace
) -> Iterator[dict[str, object]]:
    """In the order of print, and of the readings."""
    tolerances, pools = parse_tolerances(arguments.tolerance), _pools(found)
    accepted = accepted_words(arguments)
    by_place: dict[tuple, list[Entry]] = defaultdict(list)
    for entry in found:
        by_place[entry.cell.row.id, entry.cell.key, entry.cell.metric].append(entry)
    for cell in table.cells():
        made = by_place[cell.row.id, cell.key, cell.metric]
        if not made:
            yield quoted_cell(cell, table)
        for entry in made:
            tolerance = tolerances.of(entry.asked[0].test_set)
            lacking = missing(entry, scale, arguments.failed_logs, arguments.data_root)
            yield judged_cell(entry, table, tolerance, pools[entry.peers], lacking, accepted)


def _pools(found: Iterable[Entry]) -> Mapping[tuple, Pool | None]:
    """The spread that the models of each dataset, metric and reading share."""
    samples: dict[tuple, dict[str, list[float]]] = defaultdict(dict)
    for entry in found:
        # By model, since two rows of a table may be one experiment.
        samples[entry.peers][entry.model] = entry.values
    return {peers: pool(by_model.values()) for peers, by_model in samples.items()}


if __name__ == "__main__":
    sys.exit(main())
