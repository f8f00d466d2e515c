"""The command line: `python -m reproduction render`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from reproduction.errors import run_main
from reproduction.files import write_text
from reproduction.judging.judge import judge
from reproduction.paper.loading import load_paper
from reproduction.report.layout import FORMATS, render
from reproduction.results.frame import read_results


def main(argv: Sequence[str] | None = None) -> int:
    """Do what is asked; returns the exit status, 0, or 2 on bad input."""
    parser = argparse.ArgumentParser(prog="python -m reproduction", description=__doc__)
    commands = parser.add_subparsers(required=True)
    rendering = commands.add_parser(
        "render", help="judge every table of a paper by a CSV of results, and render it"
    )
    rendering.add_argument("--paper", required=True, type=Path, help="holds tables/*.yaml")
    rendering.add_argument("--results", required=True, type=Path, help="a CSV, one row a value")
    rendering.add_argument("--out", required=True, type=Path, help="folder of the reports")
    arguments = parser.parse_args(argv)
    return run_main(lambda: _render(arguments))


def _render(arguments: argparse.Namespace) -> None:
    paper = load_paper(arguments.paper)
    for judged in judge(paper, read_results(arguments.results)):
        for form in FORMATS:
            file = arguments.out / f"{judged.table}.{form}"
            write_text(file, render(judged, paper.tables[judged.table], form))


if __name__ == "__main__":
    sys.exit(main())
