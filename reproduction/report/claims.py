"""Two pages on what a paper's text says: each claim with its answers, and the errata."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from reproduction.claims.answers import ANSWERS, CONTRADICTED, REFUSED, Answer, Cells, answers
from reproduction.claims.claims import Chapter, Claim, Entry, Quote, Sentence
from reproduction.claims.sources import Reported
from reproduction.claims.wording import said
from reproduction.judging.cells import JudgedTable
from reproduction.paper.tables import Paper
from reproduction.report import html, markdown
from reproduction.report.index import shared
from reproduction.report.templating import template

FORMATS = {"html": html.text, "md": markdown.escape}
"""Formats of the pages, and how each shows a text."""

SIGNS = {"supported": "✓", "contradicted": "✗", "open": "○", "refused": "!"}
"""Of each answer, beside its word."""


@dataclass(frozen=True)
class Checked:
    """A claim with what each source says of it.

    Attributes:
        said: the expression in the paper's words; as written if it cannot be read.
    """

    claim: Claim
    said: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Passage:
    """A sentence with its claims, checked."""

    quote: Quote
    claims: tuple[Checked, ...]


@dataclass(frozen=True)
class Outcome:
    """How the claims came out by one source: how many of each of :data:`ANSWERS`."""

    source: str
    tally: Mapping[str, int]


@dataclass(frozen=True)
class ClaimsPage:
    """The content of the page of claims.

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
            Outcome(name, Counter(one.answers[index].word for one in checked))
            for index, name in enumerate(self.sources)
        ]

    @property
    def sections(self) -> dict[str, list[Passage]]:
        """The passages by the section that they stand in."""
        sections: dict[str, list[Passage]] = {}
        for passage in self.passages:
            sections.setdefault(passage.quote.place, []).append(passage)
        return sections


@dataclass(frozen=True)
class ErrataPage:
    """The content of the page of errata: what the tables contradict, then the chapters."""

    paper: Paper
    passages: tuple[Passage, ...]
    chapters: tuple[tuple[Chapter, tuple[tuple[Entry, Checked | None], ...]], ...]
    refused: tuple[str, ...]


def claims_page(
    paper: Paper,
    sentences: Sequence[Sentence],
    sources: Sequence[Cells],
    judged: Collection[JudgedTable] = (),
    lacking: Sequence[tuple[str, str]] = (),
) -> ClaimsPage:
    """Every claim, asked of every source; `judged` are the tables that sources are made of."""
    passages = tuple(_passage(one, sources, paper) for one in sentences)
    trained = [table for table in judged if not paper.tables[table.table].exact]
    return ClaimsPage(
        paper=paper,
        sources=tuple(source.name for source in sources),
        passages=passages,
        refused=_refused(passages),
        lacking=tuple(lacking),
        facts=tuple(shared(trained)),
        synthetic=any(table.synthetic for table in judged),
    )


def errata_page(
    paper: Paper, sentences: Sequence[Sentence], chapters: Sequence[Chapter]
) -> ErrataPage:
    """What the paper's own tables contradict, and what else is listed."""
    printed = [Reported(paper)]
    passages = [_passage(one, printed, paper) for one in sentences]
    listed = tuple(
        (
            chapter,
            tuple((entry, _checked(entry.claim, printed, paper)) for entry in chapter.entries),
        )
        for chapter in chapters
    )
    checked = [one for _, entries in listed for _, one in entries if one]
    entries = Passage(Quote("", ""), tuple(checked))
    return ErrataPage(
        paper,
        tuple(filter(None, map(_contradicted, passages))),
        listed,
        _refused([*passages, entries]),
    )


def render(page: ClaimsPage | ErrataPage, form: str) -> str:
    """A page in one of :data:`FORMATS`."""
    name = "claims" if isinstance(page, ClaimsPage) else "errata"
    shown = template(
        f"{name}.{form}.j2", text=FORMATS[form], probability=_probability, section=_section
    )
    words = ANSWERS if page.refused else [word for word in ANSWERS if word != REFUSED]
    return shown.render(page=page, signs=SIGNS, words=words)


def _passage(sentence: Sentence, sources: Sequence[Cells], paper: Paper) -> Passage:
    return Passage(sentence, tuple(_checked(claim, sources, paper) for claim in sentence.claims))


def _checked(claim: Claim | None, sources: Sequence[Cells], paper: Paper) -> Checked | None:
    if claim is None:
        return None
    found = answers(claim, sources, paper)
    readable = claim.holds and found[0].word != REFUSED
    return Checked(claim, said(claim.expression, paper) if readable else claim.holds, found)


def _contradicted(passage: Passage) -> Passage | None:
    claims = tuple(one for one in passage.claims if one.answers[0].word == CONTRADICTED)
    return Passage(passage.quote, claims) if claims else None


def _refused(passages: Iterable[Passage]) -> tuple[str, ...]:
    """Each sentence once."""
    checked = (one.answers[0] for passage in passages for one in passage.claims)
    return tuple(dict.fromkeys(one.reason for one in checked if one.word == REFUSED))


def _section(place: str) -> str:
    """`Section IV-C-1`; a place with a name of its own keeps it."""
    numbered = set(place.partition("-")[0]) <= set("IVX")
    return f"Section {place}" if numbered else place


def _probability(value: float) -> str:
    """Two decimals, and never a certainty that draws cannot give."""
    if value > 0.995:
        return "> 0.99"
    return "< 0.01" if value < 0.005 else f"{value:.2f}"
