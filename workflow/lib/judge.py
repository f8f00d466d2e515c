"""Set a table's reproduced cells beside the reported ones, each with a verdict.

Reads the evaluations that the table needs and nothing else, so a table is as old as
its runs. docs/reading-a-table.md explains the result.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reproduction.judging.cells import JudgedTable
from reproduction.judging.judge import judge_table
from reproduction.judging.stored import write_judged
from workflow.lib.adapter import Asked, table_results
from workflow.lib.cli import run_command
from workflow.lib.experiments import load_experiments, load_table
from workflow.lib.tolerances import parse_tolerances


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


if __name__ == "__main__":
    sys.exit(main())
