r"""Write one document of all tables and figures, for TeX: reports/paper.tex.

    python -m reproduction.report.paper --cells results/smoke/cells/table2.json …
        --tables paper/tables --figures reports/figure5.pdf …
        --command "snakemake --cores 2 reports/paper.pdf" --out reports/paper.tex

It inputs the tables and shows the figures that lie beside it, so that a TeX anywhere else
can set it too; :mod:`reproduction.report.pdf` does so here.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from apnet import __version__
from apnet.files import read_json, write_text
from reproduction.paper.contents import HOLDS, READINGS
from reproduction.paper.tables import load_table
from reproduction.report.document import Sheet
from reproduction.report.layout import lay_out
from reproduction.report.templating import template
from reproduction.report.tex import comment, escape
from reproduction.report.text import listed
from workflow.lib.cli import run_main

_COMMON = ("Scale", "Reading", "Seeds", "Data", "Protocol", "Training recipe")
"""Facts that the document gathers; the other facts stand with their table."""


@dataclass(frozen=True)
class Document:
    """All that the document says.

    Attributes:
        sheets: of the tables, in the order of the paper.
        figures: names of those that there are, in the order of the paper.
        command: makes what the tables lack.
    """

    sheets: Sequence[Sheet]
    figures: Sequence[str]
    command: str

    @property
    def synthetic(self) -> bool:
        """Whether any number is of synthetic data."""
        return any(sheet.synthetic for sheet in self.sheets)

    @cached_property
    def facts(self) -> list[tuple[str, str, str]]:
        """(name, text, of which tables): what tables share, said once.

        The tables are named where not all of them say the same.
        """
        found: dict[tuple[str, str], list[Sheet]] = {}
        for sheet in self.sheets:
            for name, text in sheet.facts:
                if name in _COMMON:
                    found.setdefault((name, text), []).append(sheet)
        names = [name for name, _ in found]
        return [
            (name, text, "" if names.count(name) == 1 else titles(found[name, text]))
            for name, text in sorted(found, key=lambda fact: _COMMON.index(fact[0]))
        ]

    @cached_property
    def key(self) -> list[tuple[str, str]]:
        """(sign, words) of every verdict that occurs."""
        return _once(pair for sheet in self.sheets for pair in sheet.key)

    @cached_property
    def legend(self) -> list[tuple[str, str]]:
        """(word, meaning) of what occurs; `e` differs from table to table and stands there."""
        return _once(pair for sheet in self.sheets for pair in sheet.legend if pair[0] != "e")

    @property
    def open(self) -> list[tuple[str, int]]:
        """(title, how many results are not there) of the tables that lack any."""
        return [(sheet.title, sheet.lacking) for sheet in self.sheets if sheet.lacking]


def main(argv: Sequence[str] | None = None) -> int:
    """Write the document; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", required=True, nargs="+", type=Path, help="one file a table")
    parser.add_argument("--tables", required=True, type=Path, help="the folder of the paper's")
    parser.add_argument("--figures", nargs="*", default=[], type=Path)
    parser.add_argument("--command", required=True, help="makes what the tables lack")
    parser.add_argument("--out", required=True, type=Path)
    arguments = parser.parse_args(argv)
    return run_main(lambda: write_text(arguments.out, render(_document(arguments))))


def render(document: Document) -> str:
    """The document as TeX."""
    page = template("paper.tex.j2", text=escape, comment=comment)
    return page.render(
        document=document, holds=HOLDS, readings=READINGS, own=_own, version=__version__
    )


def titles(sheets: Sequence[Sheet]) -> str:
    """`Table II`, `Tables II, IV and V`."""
    numbers = [sheet.title.removeprefix("Table ") for sheet in sheets]
    return f"Table{'s' * (len(numbers) > 1)} {listed(numbers)}"


def _document(arguments: argparse.Namespace) -> Document:
    contents = [read_json(file) for file in arguments.cells]
    sheets = [
        lay_out(content, load_table(arguments.tables / f"{content['table']}.yaml"), "")
        for content in contents
    ]
    return Document(
        sheets=sorted(sheets, key=lambda sheet: sheet.id),
        figures=sorted(file.stem for file in arguments.figures),
        command=arguments.command,
    )


def _own(sheet: Sheet) -> list[tuple[str, str]]:
    """The facts that a table shares with no other."""
    return [(name, text) for name, text in sheet.facts if name not in _COMMON]


def _once(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return list(dict(pairs).items())


if __name__ == "__main__":
    sys.exit(main())
