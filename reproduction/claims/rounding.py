"""Whether a stated number could come of the same cells before they were rounded for print."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from reproduction.claims.evaluate import Source, evaluate
from reproduction.claims.expressions import Comparison, Node, Number, Place, places, several
from reproduction.paper.tables import Paper

_MOST = 4
"""Of more cells nothing is said: each doubles the work."""


@dataclass(frozen=True)
class _Moved:
    """A source some of whose cells are moved by fractions of a unit."""

    source: Source
    by: Mapping[Place, Fraction]

    def value(self, place: Place) -> Fraction | None:
        value = self.source.value(place)
        return None if value is None else value + self.by[place]

    def tolerance(self, place: Place) -> Fraction:
        return self.source.tolerance(place)


def by_rounding(node: Node, source: Source, paper: Paper) -> bool:
    """Whether values that round to the printed cells give one that rounds to the stated number.

    Only of a number that is stated of a few cells of accuracies or costs; counts are not rounded.
    """
    if not isinstance(node, Comparison) or several(node):
        return False
    if node.sign != "==" or not isinstance(node.right, Number):
        return False
    named = {*places(node.left)}
    halves = {
        place: _half(paper.tables[place.table].metrics[place.metric].decimals) for place in named
    }
    if len(named) > _MOST or not all(halves.values()):
        return False
    corners = (
        _Moved(source, dict(zip(halves, moves, strict=True)))
        for moves in product(*((-half, half) for half in halves.values()))
    )
    values = [evaluate(node.left, corner) for corner in corners]
    half = _half(node.right.decimals)
    return min(values) < node.right.value + half and node.right.value - half < max(values)


def _half(decimals: int) -> Fraction:
    """Half a unit of the last decimal; 0 for whole numbers, which are counted."""
    return Fraction(1, 2 * 10**decimals) if decimals else Fraction(0)
