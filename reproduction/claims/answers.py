"""Whether cells bear a claim out: *supported*, *contradicted* or *open*, and how surely."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from reproduction.claims.cells import located
from reproduction.claims.claims import Claim
from reproduction.claims.evaluate import Source, evaluate
from reproduction.claims.expressions import Call, Comparison, Place, Slip, places
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
        valued: whether its cells have values, from which it was worked out.
        reason: why it is open or refused; of words, their note says.
        probability: that the claim holds; None where nothing varies.
    """

    word: str
    valued: bool = False
    reason: str = ""
    probability: float | None = None


def found(claim: Claim, paper: Paper) -> Comparison | Call | None:
    """The expression of a claim with the places of its cells; None of words.

    Raises:
        Slip: what is wrong with it.
    """
    return located(claim.expression, paper) if claim.holds else None


def answers(claim: Claim, sources: Sequence[Cells], paper: Paper) -> tuple[Answer, ...]:
    """What each source says of a claim; each refuses one that cannot be read, or relied upon."""
    try:
        expression = found(claim, paper)
        tables = [place.table for place in places(expression)] if expression else []
        if edited := [paper.edited[table] for table in tables if table in paper.edited]:
            return (Answer(REFUSED, reason=edited[0]),) * len(sources)
        return tuple(_answer(expression, source) for source in sources)
    except Slip as error:
        of_table = str(error) in paper.edited.values()
        reason = str(error) if of_table else f"claim {claim.id}: {error}"
        return (Answer(REFUSED, reason=reason),) * len(sources)


def _answer(expression: Comparison | Call | None, source: Cells) -> Answer:
    if expression is None:
        return Answer(OPEN)
    if reasons := dict.fromkeys(filter(None, map(source.lacking, places(expression)))):
        return Answer(OPEN, reason="; ".join(reasons))
    truth = evaluate(expression, source)
    if truth is None:
        return Answer(OPEN, reason="the paper prints no value for it")
    if not isinstance(truth, np.ndarray):
        return Answer(SUPPORTED if truth else CONTRADICTED, valued=True)
    probability = float(np.mean(truth))
    if 1 - SURE < probability < SURE:
        return Answer(OPEN, True, "the runs do not decide it", probability)
    return Answer(SUPPORTED if probability >= SURE else CONTRADICTED, True, "", probability)
