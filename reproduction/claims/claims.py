"""A paper's claims and errata as typed data. :mod:`reproduction.claims.loading` reads them."""

from dataclasses import dataclass

from reproduction.claims.expressions import Call, Comparison, parse


@dataclass(frozen=True)
class Claim:
    """One checkable part of a sentence, under one reading of it.

    Attributes:
        kind: `number`, `ordering`, `ranking`, or `words` where no cell can decide it.
        holds: the expression as written; empty of words.
        reading: how the sentence is taken, where it may be taken otherwise.
        note: what else a reader of the outcome needs.
    """

    id: str
    kind: str
    holds: str = ""
    reading: str = ""
    note: str = ""

    @property
    def expression(self) -> Comparison | Call:
        """The expression, parsed.

        Raises:
            Slip: what is wrong with it.
        """
        return parse(self.holds)


@dataclass(frozen=True)
class Quote:
    """Words of the paper, and where they stand.

    Attributes:
        place: the section, such as `IV-C-1`.
        paragraph: of a section that has several.
    """

    place: str
    quote: str
    paragraph: int | None = None

    @property
    def where(self) -> str:
        """`Section IV-D, paragraph 3`; a place with a name of its own keeps it."""
        numbered = set(self.place.partition("-")[0]) <= set("IVX")
        section = f"Section {self.place}" if numbered else self.place
        return f"{section}, paragraph {self.paragraph}" if self.paragraph else section


@dataclass(frozen=True)
class Sentence(Quote):
    """A sentence of the paper with what it claims."""

    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True)
class Entry:
    """One of the errata, or a question to the paper.

    Attributes:
        quotes: the words in question.
        claim: that the cells are asked for, if they decide it; it holds where the paper is right.
        source: where more can be read, beside the paper.
    """

    text: str
    quotes: tuple[Quote, ...] = ()
    claim: Claim | None = None
    source: str = ""


@dataclass(frozen=True)
class Chapter:
    """Errata of one kind; `about` says which."""

    title: str
    about: str
    entries: tuple[Entry, ...]
