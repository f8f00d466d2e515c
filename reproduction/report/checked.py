"""Claims with their answers and their arithmetic, as the pages on a paper's text show them."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from reproduction.claims.answers import (
    ANSWERS,
    CONTRADICTED,
    REFUSED,
    Answer,
    Cells,
    answers,
    found,
)
from reproduction.claims.arithmetic import Arithmetic
from reproduction.claims.claims import Claim, Quote, Sentence
from reproduction.claims.rounding import by_rounding
from reproduction.claims.sources import Reported
from reproduction.claims.wording import said
from reproduction.errors import one_of, plain
from reproduction.files import user_path, write_text
from reproduction.paper.tables import Paper
from reproduction.report import html, markdown
from reproduction.report.templating import template

FORMATS = {"html": html.text, "md": markdown.escape}
"""Formats of the pages, and how each shows a text."""

SIGNS = {"supported": "✓", "contradicted": "✗", "open": "○", "refused": "!"}
"""Of each answer, beside its word."""


ROUNDED = "the rounding of the printed cells could explain it"


@dataclass(frozen=True)
class Shown:
    """An answer with its arithmetic, the numbers put in, and what softens it."""

    answer: Answer
    worked: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Checked:
    """A claim with what each source says of it.

    Attributes:
        said: the expression in the paper's words; as written if it cannot be read.
    """

    claim: Claim
    said: str
    shown: tuple[Shown, ...]

    @property
    def words(self) -> list[str]:
        """The answers, in a word each."""
        return [one.answer.word for one in self.shown]


@dataclass(frozen=True)
class Passage:
    """A sentence with its claims, checked."""

    quote: Quote
    claims: tuple[Checked, ...]


def check_sentence(sentence: Sentence, sources: Sequence[Cells], paper: Paper) -> Passage:
    """A sentence, each of its claims asked of each source."""
    return Passage(sentence, tuple(check_claim(claim, sources, paper) for claim in sentence.claims))


def check_claim(claim: Claim, sources: Sequence[Cells], paper: Paper) -> Checked:
    """A claim, asked of each source."""
    given = answers(claim, sources, paper)
    if REFUSED in {answer.word for answer in given} or not claim.holds:
        return Checked(claim, claim.holds, tuple(map(Shown, given)))
    expression, shown = found(claim, paper), []
    for answer, source in zip(given, sources, strict=True):
        worked = Arithmetic(source.centred, paper).worked(expression) if answer.valued else ""
        printed = answer.word == CONTRADICTED and isinstance(source, Reported)
        remark = ROUNDED if printed and by_rounding(expression, source, paper) else ""
        shown.append(Shown(answer, worked, remark))
    return Checked(claim, said(expression, paper), tuple(shown))


def refused(claims: Iterable[Checked], paper: Paper) -> tuple[str, ...]:
    """What is wrong with tables and with claims that are refused, each sentence once."""
    given = (one.shown[0].answer for one in claims)
    reasons = (one.reason for one in given if one.word == REFUSED)
    return tuple(dict.fromkeys([*paper.edited.values(), *reasons]))


def _probability(value: float) -> str:
    """Two decimals, and never a certainty that draws cannot give."""
    if value > 0.995:
        return "> 0.99"
    return "< 0.01" if value < 0.005 else f"{value:.2f}"


class Page(Protocol):
    """What both pages have."""

    refused: tuple[str, ...]


def render(name: str, page: Page, form: str) -> str:
    """A page by the name of its template, in one of :data:`FORMATS`.

    Raises:
        InputError: an unknown format.
    """
    if form not in FORMATS:
        raise one_of("format", form, FORMATS)
    shown = template(f"{name}.{form}.j2", text=FORMATS[form], probability=_probability)
    words = ANSWERS if page.refused else [word for word in ANSWERS if word != REFUSED]
    return shown.render(page=page, signs=SIGNS, words=words)


def write(name: str, page: Page, files: Sequence[Path]) -> None:
    """Write a page in the formats that the files' suffixes name; what is refused, on stderr too."""
    for file in files:
        write_text(file, render(name, page, file.suffix.removeprefix(".")))
    for sentence in page.refused:
        print(f"reproduction: {plain(sentence)}", file=sys.stderr)


def options(parser: argparse.ArgumentParser) -> None:
    """Give a command the options that both pages have."""
    parser.add_argument("--paper", required=True, type=user_path, help="holds claims.yaml")
    parser.add_argument("--out", required=True, nargs="+", type=user_path, help="html and md")
