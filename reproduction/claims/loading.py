"""Read a paper's claims.yaml and errata.yaml, beside its tables. docs/claims.md explains both."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from reproduction.claims.claims import Chapter, Claim, Entry, Quote, Sentence
from reproduction.errors import InputError
from reproduction.paper.yamlfiles import read_if_there


def load_claims(folder: Path) -> tuple[Sentence, ...]:
    """The sentences of a paper's claims.yaml; none without the file.

    Raises:
        InputError: another form than the schema's, or an id given twice.
    """
    file = Path(folder) / "claims.yaml"
    content = read_if_there(file, "claims", {"sentences": []})["sentences"]
    sentences = tuple(
        Sentence(**item | {"claims": tuple(Claim(**claim) for claim in item["claims"])})
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
    content = read_if_there(file, "errata", {"chapters": []})["chapters"]
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
