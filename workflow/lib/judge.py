"""Set a table's reproduced cells beside the reported ones, each with a verdict.

Reads the evaluations that the table needs and nothing else, so a table is as old as
its runs. docs/reading-a-table.md explains the result.
"""

import argparse
import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from apnet.data import DATASETS
from apnet.data.registry import sound_specs
from apnet.data.source import TOLERANCE
from apnet.errors import InputError, one_of
from reproduction.judging.cells import JudgedTable
from reproduction.judging.judge import judge_table
from reproduction.judging.stored import write_judged
from workflow.lib.adapter import Asked, table_results
from workflow.lib.cli import run_command
from workflow.lib.experiments import load_experiments, load_table


def main(argv: Sequence[str] | None = None) -> int:
    """Write the cells of one table; returns the exit status."""
    return run_command(
        *(__doc__, _judge, argv, "table", "experiments", "results", "scale", "readings", "seeds"),
        *("failed-logs", "data-root", "tolerance", "accepted", "out"),
    )


def _judge(arguments: argparse.Namespace) -> None:
    experiments = load_experiments(arguments.experiments)
    table = load_table(arguments.table, experiments)
    asked = Asked(
        arguments.results / arguments.scale,
        arguments.readings,
        arguments.seeds,
        arguments.failed_logs,
        arguments.data_root,
        dict(arguments.accepted),
    )
    tolerances = parse_tolerances(arguments.tolerance)
    results = table_results(table, experiments, asked)
    judged = judge_table(table, results, asked.readings, asked.seeds, tolerances)
    write_cells(arguments.out, judged, facts=(("Scale", arguments.scale),))


def write_cells(out: Path, judged: JudgedTable, **changes: object) -> None:
    """Write a judged table for our reports, whose series are readings."""
    guide = "../docs/reading-a-table.md"
    write_judged(out, replace(judged, series_name="Reading", guide=guide, **changes))


def parse_tolerances(words: Iterable[str]) -> dict[str, float]:
    """The tolerance of every dataset; words such as `0.3` or `msmt17=0.8` replace its default.

    A number alone is for the datasets whose files give no tolerance.

    Raises:
        InputError: an unknown dataset, or no positive number.
    """
    # Results on a dataset whose file is broken are open, so nothing asks for its tolerance.
    tolerances = {source.name: source.tolerance for source in sound_specs()}
    usual = [name for name, e in tolerances.items() if e == TOLERANCE]
    for word in sorted(words, key=lambda word: "=" in word):
        dataset, _, number = word.rpartition("=")
        if dataset and dataset not in DATASETS:
            raise one_of("dataset", dataset, DATASETS)
        tolerances |= dict.fromkeys([dataset] if dataset else usual, _positive(number))
    return tolerances


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise InputError(f"--tolerance {text!r} is no positive number: give percent points")
    return number


if __name__ == "__main__":
    sys.exit(main())
