"""Set a table's reproduced cells beside the reported ones, each with a verdict.

    python -m workflow.lib.judge --table paper/tables/table2.yaml
        --experiments workflow/experiments.yaml --results results --scale smoke
        --readings written --seeds 0 --out results/smoke/cells/table2.json

Reads the evaluations that the table needs and nothing else, so a table is as old as
its own runs. docs/reading-a-table.md explains what comes out.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reproduction.judging.judge import judge_table
from reproduction.judging.stored import write_judged
from workflow.lib.adapter import Asked, table_results
from workflow.lib.cli import accepted_words, add_accepted, run_main
from workflow.lib.experiments import load_experiments, load_table
from workflow.lib.tolerances import parse_tolerances

SERIES = "Reading"
"""What a series of results is to us."""

GUIDE = "../docs/reading-a-table.md"


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
    asked = Asked(
        arguments.results / arguments.scale,
        arguments.readings,
        arguments.seeds,
        arguments.failed_logs,
        arguments.data_root,
        accepted_words(arguments),
    )
    results, tolerances = (
        table_results(table, experiments, asked),
        parse_tolerances(arguments.tolerance),
    )
    judged = judge_table(table, results, asked.readings, asked.seeds, tolerances)
    judged = replace(
        judged,
        series_name=SERIES,
        guide=GUIDE,
        facts=(("Scale", arguments.scale),),
    )
    write_judged(arguments.out, judged)


if __name__ == "__main__":
    sys.exit(main())
