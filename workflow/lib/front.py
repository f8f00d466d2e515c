"""Write the index of all tables and figures, and the same lines for Snakemake's own report."""

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tabulate import tabulate

from apnet.files import write_text
from reproduction.report.index import HEADS, Index, stored, write_pages
from workflow.lib.catalogue import paper
from workflow.lib.cli import run_command

_EMBEDDED = ("html", "svg")
"""Formats that Snakemake's report holds."""


def main(argv: Sequence[str] | None = None) -> int:
    """Write them; returns the exit status."""
    return run_command(__doc__, _write, argv, "cells", "reports", "command", "out")


def write(cells: Path, reports: Iterable[str | Path], command: str, out: str | Path) -> None:
    """Write the index.

    Args:
        cells: folder of the judged tables.
        reports: those that may exist.
        command: makes a report whose name is put behind it.
        out: folder of the reports.
    """
    out = Path(out)
    content = stored(paper(), cells, reports, command, out)
    write_pages(content, out)
    write_text(out / "index.rst", _lines(content, out))


def _write(arguments: argparse.Namespace) -> None:
    write(arguments.cells, arguments.reports, arguments.command, arguments.out)


def _lines(content: Index, out: Path) -> str:
    """The summary and the lines in reStructuredText; a title opens its report."""
    rows = [
        [
            next(
                (
                    f"`{line.item.title} <javascript:app.showResultInfo('{out / file}')>`__"
                    for form, file in line.links
                    if form in _EMBEDDED
                ),
                line.item.title,
            ),
            *map(_plain, (line.item.summary, "; ".join(line.outcome), line.data)),
        ]
        for line in content.lines
    ]
    lines = tabulate(rows, ["report", *HEADS[:-1]], tablefmt="grid", disable_numparse=True)
    refused = (f"\nLeft out: {_plain(sentence)}.\n" for sentence in content.refused)
    return "".join([f"{_plain(content.top.text)}\n\n{lines}\n", *refused])


def _plain(text: str) -> str:
    return re.sub(r"([\\*`|_])", r"\\\1", text)


if __name__ == "__main__":
    sys.exit(main())
