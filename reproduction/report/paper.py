r"""Write one document of all tables and figures, for TeX: reports/paper.tex.

    python -m reproduction.report.paper --cells results/smoke/cells/table2.json …
        --paper paper --figures reports/figure5.pdf … --by "apnet-harness 1.0"
        --command "snakemake --cores 2 reports/paper.pdf" --out reports/paper.tex

It inputs the tables and shows the figures that lie beside it, so that a TeX anywhere else
can set it too; :mod:`reproduction.report.pdf` does so here.
"""

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from reproduction.arguments import Parser
from reproduction.errors import one_of, require_none
from reproduction.files import user_path, write_text
from reproduction.judging.stored import read_sound
from reproduction.paper.loading import Paper, Picture, load_paper
from reproduction.paper.order import counter, in_order
from reproduction.paper.tables import Table
from reproduction.report.document import Sheet, Summary
from reproduction.report.index import Line, line
from reproduction.report.latex import narrow
from reproduction.report.layout import lay_out
from reproduction.report.phrases import listed
from reproduction.report.summary import summary
from reproduction.report.templating import template
from reproduction.report.tex import comment, escape
from reproduction.report.text import IN_ORDER


@dataclass(frozen=True)
class Document:
    """The content of the document.

    Attributes:
        sheets: of the tables, in the order of the paper.
        figures: those that there are, in the order of the paper.
        top: the summary of everything.
        lines: of the index, one for each of both.
        refused: sentences on tables that it leaves out.
        command: makes what the tables lack.
        by: what generated it.
        site: the way from it to the pages of the site; empty without links.
    """

    paper: Paper
    sheets: Sequence[Sheet]
    figures: Sequence[Table | Picture]
    top: Summary
    lines: Sequence[Line]
    refused: Sequence[str]
    command: str
    by: str
    site: str = ""

    @property
    def series_name(self) -> str:
        """What the series are called."""
        return self.sheets[0].series_name

    @property
    def common(self) -> tuple[str, ...]:
        """Names of facts that the document gathers; the other facts stand with their table."""
        return ("Scale", self.series_name, "Seeds", "Data", "Protocol", "Training recipe")

    @property
    def synthetic(self) -> bool:
        """Whether any number is of synthetic data."""
        return any(sheet.synthetic for sheet in self.sheets)

    @cached_property
    def facts(self) -> list[tuple[str, str, str]]:
        """(name, text, of which tables): what tables share, once.

        The tables are named where they differ.
        """
        facts: dict[tuple[str, str], list[Sheet]] = {}
        for sheet in self.sheets:
            for name, text in sheet.facts:
                if name in self.common:
                    facts.setdefault((name, text), []).append(sheet)
        names = [name for name, _ in facts]
        return [
            (name, text, "" if names.count(name) == 1 else titles(facts[name, text]))
            for name, text in sorted(facts, key=lambda fact: self.common.index(fact[0]))
        ]

    @cached_property
    def key(self) -> list[tuple[str, str]]:
        """(sign, words) of every verdict that occurs."""
        found = _once(pair for sheet in self.sheets for pair in sheet.key)
        return sorted(found, key=lambda pair: IN_ORDER.index(pair[0]))

    @cached_property
    def legend(self) -> list[tuple[str, str]]:
        """(word, meaning) of what occurs; `e` differs from table to table and stands there."""
        return _once(pair for sheet in self.sheets for pair in sheet.legend if pair[0] != "e")

    @property
    def open(self) -> list[tuple[str, int]]:
        """(title, how many results are not there) of the tables that lack any."""
        return [(sheet.table.title, sheet.lacking) for sheet in self.sheets if sheet.lacking]


def main(argv: Sequence[str] | None = None) -> int:
    """Write the document; returns the exit status."""
    parser = Parser(prog="python -m reproduction.report.paper", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--cells", required=True, nargs="+", type=user_path, help="one file a table"
    )
    parser.add_argument("--paper", required=True, type=user_path, help="the folder of the paper")
    parser.add_argument("--figures", nargs="*", default=[], type=user_path)
    parser.add_argument("--command", required=True, help="makes what the tables lack")
    parser.add_argument("--by", required=True, help="what generates it, with its version")
    parser.add_argument("--site", default="", help="the way from it to the pages of the site")
    parser.add_argument("--out", required=True, type=user_path)
    return parser.run(lambda given: write_text(given.out, render(_document(given))), argv)


def render(document: Document) -> str:
    """The document as TeX."""
    page = template("paper.tex.j2", text=escape, comment=comment)

    def special(sheet: Sheet) -> list[tuple[str, str]]:
        """The facts that a table shares with no other."""
        return [(name, text) for name, text in sheet.facts if name not in document.common]

    return page.render(
        document=document,
        paper=document.paper,
        by=document.by,
        special=special,
        counter=counter,
        narrow=narrow,
    )


def titles(sheets: Sequence[Sheet]) -> str:
    """`Table II`, `Tables II, IV and V`."""
    numbers = [sheet.table.title.removeprefix("Table ") for sheet in sheets]
    return f"Table{'s' * (len(numbers) > 1)} {listed(numbers)}"


def _document(arguments: argparse.Namespace) -> Document:
    paper = load_paper(arguments.paper, leave_out=True)
    judged, unreadable = read_sound(arguments.cells, paper)
    left_out = unreadable | dict(paper.edited)
    if not judged:
        require_none(left_out.values())
    others = (table for name, table in paper.tables.items() if name not in {*judged, *left_out})
    printed = [paper.tables[name] for name in judged if paper.tables[name].form == "table"]
    sheets = [lay_out(judged[table.id], table) for table in printed]
    names = [file.stem for file in arguments.figures if file.stem not in left_out]
    for name in names:
        if name not in (known := {**paper.tables, **paper.pictures}):
            raise one_of("table or figure", name, known)
    figures = in_order(paper[name] for name in names)
    shown = in_order([*printed, *figures])
    return Document(
        paper=paper,
        sheets=sorted(sheets, key=lambda sheet: counter(sheet.table.number)),
        figures=figures,
        top=summary([(paper.tables[name], table) for name, table in judged.items()]),
        lines=[line(item, judged.get(item.id), [f"{item.id}.pdf"]) for item in shown],
        refused=[*left_out.values(), *(f"{table.title} has no cells" for table in others)],
        command=arguments.command,
        by=arguments.by,
        site=arguments.site,
    )


def _once(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return list(dict(pairs).items())


if __name__ == "__main__":
    sys.exit(main())
