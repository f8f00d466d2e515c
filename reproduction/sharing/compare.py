"""Two sets of results, cell by cell: what differs, and whether by more than the noise.

The test is Student's t with a spread pooled as the verdicts pool it, over the experiments of
both sets with the same data, metric and series; so a cell with one run in either set is tested
as well, once others have several. Its p-values are corrected over all cells by Benjamini and
Hochberg: of the differences that are called more than the noise, 5 % are expected to be noise.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import scipy

from reproduction.judging.statistics import Pool, pool
from reproduction.sharing.measured import Measured, ResultSet

ALPHA = 0.05
"""Share of false ones among the differences that are called more than the noise."""

BEYOND, WITHIN, UNTESTED, OTHER_DATA = "beyond", "within", "untested", "other data"
UNCHANGED, ONLY_A, ONLY_B, OPEN = "unchanged", "only in A", "only in B", "open"

_SLACK = 1e-9
"""The same number may have been written with other digits."""


@dataclass(frozen=True)
class Pair:
    """A cell in both sets; None in a set that does not have it.

    Attributes:
        kind: `beyond` the noise or `within` it; `untested`, without any spread; `other data`,
            synthetic in one set alone; `unchanged`; `only in` one, with runs; `open` in both.
        difference: B minus A; None unless both have runs.
        p: corrected; None where nothing was tested. A count that differs has 0.
    """

    a: Measured | None
    b: Measured | None
    kind: str
    difference: float | None = None
    p: float | None = None

    @property
    def any(self) -> Measured:
        """The cell, from a set that has it."""
        return self.a or self.b

    @property
    def came_to_be_worse(self) -> bool:
        """Whether B's verdict is *worse*, and A's another."""
        both = self.a and self.b and self.a.verdict
        return bool(both) and self.b.verdict == "worse" != self.a.verdict

    @property
    def word(self) -> str:
        """`better` or `worse`; `higher` or `lower` where nobody says which is good."""
        if not self.difference:
            return ""
        up = self.difference > 0
        if self.any.better is None:
            return "higher" if up else "lower"
        return "better" if up == (self.any.better == "higher") else "worse"


def compare(a: ResultSet, b: ResultSet) -> list[Pair]:
    """Every cell that either set has, in the order of B, then of A."""
    pairs = [_pair(a.cells.get(key), b.cells.get(key)) for key in {**b.cells, **a.cells}]
    pools = _pools([*a.cells.values(), *b.cells.values()])
    raw: dict[Hashable, float] = {}
    for pair in pairs:
        spread = pools[_pool(pair.any)]
        if pair.kind == UNTESTED and spread:
            raw[_test(pair)] = _p(pair, spread)
    corrected = dict(zip(raw, _corrected([*raw.values()]), strict=True))
    return [_told(pair, corrected) for pair in pairs]


def _pair(a: Measured | None, b: Measured | None) -> Pair:
    """A pair before any test: what differs and is not counted is `untested`."""
    there = bool(a and a.values), bool(b and b.values)
    if not all(there):
        return Pair(a, b, {(True, False): ONLY_A, (False, True): ONLY_B}.get(there, OPEN))
    difference = math.fsum(b.values) / len(b.values) - math.fsum(a.values) / len(a.values)
    if a.synthetic != b.synthetic:
        return Pair(a, b, OTHER_DATA, difference)
    if _same(a.values, b.values):
        return Pair(a, b, UNCHANGED, 0.0)
    if a.exact and b.exact:
        return Pair(a, b, BEYOND, difference, 0.0)
    return Pair(a, b, UNTESTED, difference)


def _same(a: Sequence[float], b: Sequence[float]) -> bool:
    return len(a) == len(b) and all(
        math.isclose(x, y, rel_tol=0, abs_tol=_SLACK)
        for x, y in zip(sorted(a), sorted(b), strict=True)
    )


def _pools(cells: Iterable[Measured]) -> Mapping[Hashable, Pool | None]:
    """The spread of each group. An experiment that several tables show counts once a set."""
    samples: dict[Hashable, dict[Hashable, Sequence[float]]] = defaultdict(dict)
    for cell in cells:
        samples[_pool(cell)][cell.experiment, cell.values] = cell.values
    return {key: pool(by_name.values()) for key, by_name in samples.items()}


def _pool(cell: Measured) -> Hashable:
    """Synthetic runs lend no spread to real ones."""
    return cell.group, cell.synthetic


def _test(pair: Pair) -> Hashable:
    """What is tested: a cell that several tables show is tested once."""
    return _pool(pair.any), pair.any.experiment, pair.a.values, pair.b.values


def _p(pair: Pair, spread: Pool) -> float:
    """Two-sided, of a difference of two means of independent runs with one spread."""
    error = spread.sd * math.sqrt(1 / len(pair.a.values) + 1 / len(pair.b.values))
    if error <= _SLACK:
        return float(abs(pair.difference) <= _SLACK)
    return float(2 * scipy.stats.t.sf(abs(pair.difference) / error, spread.dof))


def _corrected(values: Sequence[float]) -> Sequence[float]:
    # Slow to import, and nothing else of the command line needs it.
    from statsmodels.stats.multitest import multipletests

    return multipletests(values, ALPHA, "fdr_bh")[1].tolist() if values else []


def _told(pair: Pair, corrected: Mapping[Hashable, float]) -> Pair:
    if pair.kind != UNTESTED or _test(pair) not in corrected:
        return pair
    p = corrected[_test(pair)]
    return replace(pair, kind=BEYOND if p < ALPHA else WITHIN, p=p)
