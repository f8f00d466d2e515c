"""A paper's claims and errata as typed data, from claims.yaml and errata.yaml beside its tables.

docs/claims.md explains both files.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from reproduction.claims.expressions import Call, Comparison, parse
from reproduction.errors import InputError
from reproduction.paper.yamlfiles import read_yaml


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
            InputError: what is wrong with it.
        """
        return parse(self.holds)


@dataclass(frozen=True)
class Quote:
    """Words of the paper, and where they stand, such as `IV-C-1`."""

    place: str
    quote: str


@dataclass(frozen=True)
class Sentence(Quote):
    """A sentence of the paper with what it claims."""

    claims: tuple[Claim, ...]


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


def load_claims(folder: Path) -> tuple[Sentence, ...]:
    """The sentences of a paper's claims.yaml; none without the file.

    Raises:
        InputError: another form than the schema's, or an id given twice.
    """
    file = Path(folder) / "claims.yaml"
    content = read_yaml(file, "claims")["sentences"] if file.exists() else []
    sentences = tuple(
        Sentence(item["place"], item["quote"], tuple(Claim(**claim) for claim in item["claims"]))
        for item in content
    )
    _refuse_twins(file, (claim.id for one in sentences for claim in one.claims))
    return sentences


def load_errata(folder: Path) -> tuple[Chapter, ...]:
    """The chapters of a paper's errata.yaml; none without the file.

    Raises:
        InputError: another form than the schema's, or an id given twice.
    """
    file = Path(folder) / "errata.yaml"
    content = read_yaml(file, "errata")["chapters"] if file.exists() else []
    chapters = tuple(
        Chapter(item["title"], item["about"], tuple(map(_entry, item["entries"])))
        for item in content
    )
    entries = (entry for chapter in chapters for entry in chapter.entries)
    _refuse_twins(file, (entry.claim.id for entry in entries if entry.claim))
    return chapters


def _entry(content: Mapping) -> Entry:
    claim = Claim(**content["claim"]) if "claim" in content else None
    quotes = tuple(Quote(**quote) for quote in content.get("quotes", ()))
    return Entry(content["text"], quotes, claim, content.get("source", ""))


def _refuse_twins(file: Path, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InputError(f"{file}: two claims have the id {name!r}: each needs its own")
        seen.add(name)
