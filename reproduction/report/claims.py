"""Every claim of a paper's text, with what its own tables and the runs say of it.

    python -m reproduction.report.claims --paper paper --cells results/smoke/cells
        --command "snakemake reports/" --out reports/claims.md reports/claims.html

A claim that cannot be read is named on stderr and on the page, and the rest is checked.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reproduction.arguments import Parser
from reproduction.claims.answers import Cells
from reproduction.claims.claims import Sentence
from reproduction.claims.loading import load_claims
from reproduction.claims.sources import Reported, Reproduced
from reproduction.files import user_path
from reproduction.judging.cells import JudgedTable
from reproduction.judging.stored import read_there
from reproduction.paper.loading import load_paper
from reproduction.paper.order import in_order
from reproduction.paper.tables import Paper
from reproduction.report.checked import Passage, check_sentence, options, refused, write
from reproduction.report.index import shared


@dataclass(frozen=True)
class Outcome:
    """How the claims came out by one source: how many with each answer."""

    source: str
    tally: Mapping[str, int]


@dataclass(frozen=True)
class ClaimsPage:
    """The content of the page.

    Attributes:
        sources: names of what is asked.
        refused: sentences on what cannot be read.
        lacking: (words, command) of what would answer open claims.
        facts: (name, text) that all judged tables share.
        synthetic: whether any number is of synthetic data.
    """

    paper: Paper
    sources: tuple[str, ...]
    passages: tuple[Passage, ...]
    refused: tuple[str, ...]
    lacking: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    synthetic: bool

    @property
    def outcomes(self) -> list[Outcome]:
        """A line a source."""
        checked = [one for passage in self.passages for one in passage.claims]
        return [
            Outcome(name, Counter(one.words[index] for one in checked))
            for index, name in enumerate(self.sources)
        ]

    @property
    def sections(self) -> dict[str, list[Passage]]:
        """The passages by the section that they stand in."""
        sections: dict[str, list[Passage]] = {}
        for passage in self.passages:
            sections.setdefault(passage.quote.where, []).append(passage)
        return sections


def claims_page(
    paper: Paper,
    sentences: Sequence[Sentence],
    sources: Sequence[Cells],
    judged: Collection[JudgedTable] = (),
    lacking: Sequence[tuple[str, str]] = (),
) -> ClaimsPage:
    """Every claim, asked of every source; `judged` are the tables that sources are made of."""
    passages = tuple(check_sentence(one, sources, paper) for one in sentences)
    trained = [table for table in judged if not paper.tables[table.table].exact]
    return ClaimsPage(
        paper=paper,
        sources=tuple(source.name or "runs" for source in sources),
        passages=passages,
        refused=refused((one for passage in passages for one in passage.claims), paper),
        lacking=tuple(lacking),
        facts=tuple(shared(trained)),
        synthetic=any(table.synthetic for table in judged),
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Write the page; returns the exit status, 0, or 2 on bad input."""
    parser = Parser(
        prog="python -m reproduction.report.claims", description=__doc__.splitlines()[0]
    )
    options(parser)
    parser.add_argument("--cells", required=True, type=user_path, help="folder of judged tables")
    parser.add_argument("--command", required=True, help="makes a report that is put behind it")
    return parser.run(lambda given: write("claims", _page(given), given.out), argv)


def _page(arguments: argparse.Namespace) -> ClaimsPage:
    paper = load_paper(arguments.paper, leave_out=True)
    judged, unreadable = read_there(arguments.cells, paper)
    series = paper.series or {one: "" for table in judged.values() for one in table.series}
    sources = [Reported(paper), *(Reproduced(paper, judged, one, unreadable) for one in series)]
    lacking = tuple(_lacking(paper, judged, unreadable, arguments.command))
    return claims_page(paper, load_claims(arguments.paper), sources, judged.values(), lacking)


def _lacking(
    paper: Paper, judged: Mapping[str, JudgedTable], unreadable: Mapping[str, str], command: str
) -> Iterator[tuple[str, str]]:
    """(words, command) of each table that has open cells, or has not been judged."""
    for table in in_order(paper.tables.values()):
        if table.id in paper.edited:
            continue
        cells = judged[table.id].cells if table.id in judged else ()
        missing = {item.file for cell in cells for item in cell.missing}
        words = f"{table.title} waits for {len(missing)} result{'s' * (len(missing) > 1)}"
        if table.id not in judged:
            words = unreadable.get(table.id, f"{table.title} is not made yet")
        if missing or not cells:
            yield words, f"{command}{table.id}.html"


if __name__ == "__main__":
    sys.exit(main())
