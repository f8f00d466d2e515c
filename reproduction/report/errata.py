"""What a paper's own tables contradict of its text, and what else is to be asked of it.

python -m reproduction.report.errata --paper paper --out reports/errata.md reports/errata.html
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from reproduction.arguments import Parser
from reproduction.claims.answers import CONTRADICTED
from reproduction.claims.claims import Chapter, Entry, Sentence
from reproduction.claims.loading import load_claims, load_errata
from reproduction.claims.sources import Reported
from reproduction.paper.loading import load_paper
from reproduction.paper.tables import Paper
from reproduction.report.checked import (
    Checked,
    Passage,
    check_claim,
    check_sentence,
    options,
    refused,
    write,
)


@dataclass(frozen=True)
class ErrataPage:
    """The content of the page: sentences with contradicted claims, then the chapters.

    Attributes:
        chapters: each with its entries, and their claims where they have one.
        refused: sentences on what cannot be read.
    """

    paper: Paper
    passages: tuple[Passage, ...]
    chapters: tuple[tuple[Chapter, tuple[tuple[Entry, Checked | None], ...]], ...]
    refused: tuple[str, ...]


def errata_page(
    paper: Paper, sentences: Sequence[Sentence], chapters: Sequence[Chapter]
) -> ErrataPage:
    """What the paper's own tables contradict, and what else is listed."""
    printed = [Reported(paper)]
    passages = [check_sentence(one, printed, paper) for one in sentences]
    listed = []
    for chapter in chapters:
        claims = (one.claim and check_claim(one.claim, printed, paper) for one in chapter.entries)
        listed.append((chapter, tuple(zip(chapter.entries, claims, strict=True))))
    in_text = [one for passage in passages for one in passage.claims]
    in_chapters = [one for _, entries in listed for _, one in entries if one]
    return ErrataPage(
        paper=paper,
        passages=tuple(filter(None, map(_contradicted, passages))),
        chapters=tuple(listed),
        refused=refused([*in_text, *in_chapters], paper),
    )


def _contradicted(passage: Passage) -> Passage | None:
    claims = tuple(one for one in passage.claims if one.words[0] == CONTRADICTED)
    return Passage(passage.quote, claims) if claims else None


def main(argv: Sequence[str] | None = None) -> int:
    """Write the page; returns the exit status, 0, or 2 on bad input."""
    parser = Parser(
        prog="python -m reproduction.report.errata", description=__doc__.splitlines()[0]
    )
    options(parser)
    return parser.run(lambda given: write("errata", _page(given), given.out), argv)


def _page(arguments: argparse.Namespace) -> ErrataPage:
    paper = load_paper(arguments.paper, leave_out=True)
    return errata_page(paper, load_claims(arguments.paper), load_errata(arguments.paper))


if __name__ == "__main__":
    sys.exit(main())
