"""Render a judged table, in the format that the suffix of --out names.

python -m reproduction.report.tables --cells results/smoke/cells/table2.json
    --table paper/tables/table2.yaml --command "snakemake --cores 2 reports/table2.md"
    --out reports/table2.md
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from apnet.errors import one_of
from apnet.files import read_json, write_text
from reproduction.paper.tables import load_table
from reproduction.report import csv as as_csv
from reproduction.report import html as as_html
from reproduction.report import latex as as_latex
from reproduction.report import markdown as as_markdown
from reproduction.report.document import Sheet
from reproduction.report.layout import lay_out
from workflow.lib.cli import run_main

SHEETS: Mapping[str, Callable[[Sheet], str]] = {
    ".md": as_markdown.render,
    ".tex": as_latex.render,
    ".html": as_html.render,
}
"""Formats that are made from the sheet; CSV is made from the cells."""


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
    suffix = arguments.out.suffix
    if suffix not in (*SHEETS, ".csv"):
        raise one_of("format", suffix, (*SHEETS, ".csv"))
    content = read_json(arguments.cells)
    sheet = lay_out(content, load_table(arguments.table), arguments.command)
    write_text(arguments.out, as_csv.render(content) if suffix == ".csv" else SHEETS[suffix](sheet))


if __name__ == "__main__":
    sys.exit(main())
