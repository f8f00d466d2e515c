"""Render a judged table, in the format that the suffix of --out names.

python -m reproduction.report.tables --cells results/smoke/cells/table2.json
    --table paper/tables/table2.yaml --command "snakemake --cores 2 reports/table2.md"
    --out reports/table2.md
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from reproduction.errors import run_main
from reproduction.files import write_text
from reproduction.judging.stored import read_judged
from reproduction.paper.loading import load_table
from reproduction.report.layout import render


def main(argv: Sequence[str] | None = None) -> int:
    """Write the report; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", required=True, type=Path)
    parser.add_argument("--table", required=True, type=Path)
    parser.add_argument("--command", required=True, help="makes what the table lacks")
    parser.add_argument("--out", required=True, type=Path)
    arguments = parser.parse_args(argv)
    return run_main(lambda: _render(arguments))


def _render(arguments: argparse.Namespace) -> None:
    table = load_table(arguments.table)
    judged = read_judged(arguments.cells, table.id)
    form = arguments.out.suffix.removeprefix(".")
    write_text(arguments.out, render(judged, table, form, arguments.command))


if __name__ == "__main__":
    sys.exit(main())
