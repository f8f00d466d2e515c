"""Whether cells bear a claim out: *supported*, *contradicted* or *open*, and how surely."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from reproduction.claims.arithmetic import Arithmetic
from reproduction.claims.cells import Place, places
from reproduction.claims.claims import Claim
from reproduction.claims.evaluate import Source, evaluate
from reproduction.claims.expressions import addresses
from reproduction.claims.rounding import by_rounding
from reproduction.claims.sources import Reported
from reproduction.errors import InputError
from reproduction.paper.tables import Paper

SUPPORTED, CONTRADICTED, OPEN, REFUSED = ANSWERS = (
    "supported",
    "contradicted",
    "open",
    "refused",
)
"""`refused` is a claim with a slip, or of a table whose numbers were edited by hand."""

SURE = 0.95
"""A claim is supported from this probability on, and contradicted from its counterpart down."""

ROUNDED = "the rounding of the printed cells could explain it"


class Cells(Source, Protocol):
    """A source that says what it lacks, and gives means for arithmetic."""

    name: str

    def lacking(self, place: Place) -> str:
        """Why nothing follows from a cell; empty if something does."""

    @property
    def centred(self) -> Source:
        """The same without its uncertainty."""


@dataclass(frozen=True)
class Answer:
    """What a source says of a claim.

    Attributes:
        word: one of :data:`ANSWERS`.
        worked: the arithmetic, with the numbers put in.
        reason: why it is open or refused, or what softens a contradiction.
        probability: that the claim holds; None where nothing varies.
    """

    word: str
    worked: str = ""
    reason: str = ""
    probability: float | None = None


def answer(claim: Claim, source: Cells, paper: Paper) -> Answer:
    """What a source says of a claim that can be read."""
    if not claim.holds:
        return Answer(OPEN)
    expression = claim.expression
    named = [place for one in addresses(expression) for place in source.places(one)]
    if reasons := dict.fromkeys(filter(None, map(source.lacking, named))):
        return Answer(OPEN, reason="; ".join(reasons))
    truth = evaluate(expression, source)
    if truth is None:
        return Answer(OPEN, reason="the paper prints no value for it")
    arithmetic = Arithmetic(source.centred, paper).worked(expression)
    if not isinstance(truth, np.ndarray):
        printed = not truth and isinstance(source, Reported)
        remark = ROUNDED if printed and by_rounding(expression, source, paper) else ""
        return Answer(SUPPORTED if truth else CONTRADICTED, arithmetic, remark)
    probability = float(np.mean(truth))
    if 1 - SURE < probability < SURE:
        return Answer(OPEN, arithmetic, "the runs do not decide it", probability)
    word = SUPPORTED if probability >= SURE else CONTRADICTED
    return Answer(word, arithmetic, probability=probability)


def answers(claim: Claim, sources: Sequence[Cells], paper: Paper) -> tuple[Answer, ...]:
    """What each source says of a claim; each refuses one that cannot be read, or relied upon."""
    try:
        named = _named(claim, paper)
        if sentence := next((paper.edited[name] for name in named if name in paper.edited), ""):
            return (Answer(REFUSED, reason=sentence),) * len(sources)
        return tuple(answer(claim, source, paper) for source in sources)
    except InputError as error:
        return (Answer(REFUSED, reason=f"claim {claim.id}: {error}"),) * len(sources)


def _named(claim: Claim, paper: Paper) -> list[str]:
    """The tables that a claim names, once each of its cells is found there."""
    named = addresses(claim.expression) if claim.holds else ()
    return [place.table for address in named for place in places(address, paper)]
