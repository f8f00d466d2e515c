"""Write the tables of docs/error-rates.md: `python docs/error_rates.py`, a minute.

What one cell does is integrated, what a table does is simulated with the rule's own functions.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from scipy import stats
from tabulate import tabulate

from reproduction.judging.rule import nearer_p
from reproduction.judging.statistics import ALPHA, half_width

PAGE = Path(__file__).with_name("error-rates.md")
BEGIN, END = "<!-- python docs/error_rates.py writes it -->\n\n", "<!-- end -->"

TOLERANCE, MODELS, COLUMNS = 0.5, 10, 9
"""Table II: ten models that share a spread, on three datasets with three metrics each."""

DIFFERENCES = (0.0, 0.5, 1.0)
SPREADS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
SEEDS = (3, 5, 10)
TABLES = 2_000
_NODES = 1_000
ALIKE = 0.8
"""Correlation of a dataset's metrics over the seeds of a model."""


def alone(difference: float, spread: float, seeds: int) -> tuple[float, float]:
    """How often a cell that is judged alone is a match, and how often better or worse.

    Args:
        difference: of the true mean from the reported number.
        spread: true standard deviation of the runs.
    """
    dof, error = MODELS * (seeds - 1), spread / np.sqrt(seeds)
    half = half_width(_pooled(spread, dof), seeds, dof)
    match = _between(np.maximum(TOLERANCE - half, 0), difference, error)
    beyond = 1 - _between(TOLERANCE + half, difference, error)
    return float(match.mean()), float(beyond.mean())


def compatible(difference: float, spread: float, seeds: int) -> float:
    """How often a number that is one run of the paper's is compatible with our runs.

    Args:
        difference: of our true mean from the paper's.
        seeds: ours; for 1, the other models lend the spread of three.
    """
    dof = MODELS * (seeds - 1) if seeds > 1 else (MODELS - 1) * 2
    ahead = np.sqrt(1 + 1 / seeds)
    reach = ahead * half_width(_pooled(spread, dof), 1, dof, ALPHA / 2)
    return float(_between(reach, difference, ahead * spread).mean())


def within(difference: float, spread: float) -> float:
    """How often a single run lies within e."""
    return float(_between(TOLERANCE, difference, spread))


def judged(
    differences: np.ndarray,
    spread: float,
    seeds: int,
    tables: int = TABLES,
    alike: float = 0.0,
    correct: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """Which cells of simulated tables are a match, and which are better or worse.

    Args:
        differences: true ones, models x columns.
        alike: correlation of three columns in a row.
        correct: the decisions of a table together.

    Returns:
        Two arrays, tables x models x columns.
    """
    rng = np.random.default_rng(0)
    shape = (tables, MODELS, COLUMNS // 3)
    own, shared = rng.normal(size=(*shape, 3, seeds)), rng.normal(size=(*shape, 1, seeds))
    runs = np.sqrt(1 - alike) * own + np.sqrt(alike) * shared
    runs = differences[..., None] + spread * runs.reshape(tables, MODELS, COLUMNS, seeds)
    mean = runs.mean(axis=3)
    pooled = np.sqrt(runs.var(axis=3, ddof=1).mean(axis=1, keepdims=True))
    p = nearer_p(mean, TOLERANCE, pooled / np.sqrt(seeds), MODELS * (seeds - 1))
    if correct:
        p = stats.false_discovery_control(p.reshape(tables, -1), axis=1).reshape(p.shape)
    inside = np.abs(mean) <= TOLERANCE
    return (p <= ALPHA) & inside, (p <= ALPHA) & ~inside


def false_share(spread: float, seeds: int, **how: object) -> float:
    """The mean share of false ones among what a table decides.

    A third of the cells are exact, a third differ by e, on the border, where any decision is
    false, and a third by 1.
    """
    differences = np.resize(DIFFERENCES, (MODELS, COLUMNS))
    match, beyond = judged(differences, spread, seeds, **how)
    false = (match & (differences >= TOLERANCE)) | (beyond & (differences <= TOLERANCE))
    decided = (match | beyond).sum(axis=(1, 2))
    return float((false.sum(axis=(1, 2)) / np.maximum(decided, 1)).mean())


def _pooled(spread: float, dof: int) -> np.ndarray:
    """Pooled deviations, each as likely as the others."""
    quantiles = (np.arange(_NODES) + 0.5) / _NODES
    return spread * np.sqrt(stats.chi2.ppf(quantiles, dof) / dof)


def _between(reach: np.ndarray, difference: float, error: float) -> np.ndarray:
    upper, lower = (reach - difference) / error, (-reach - difference) / error
    return stats.norm.cdf(upper) - stats.norm.cdf(lower)


def _percent(shares: Iterable[float]) -> str:
    """`75 → 71`: alone, and among a table's cells."""
    return " → ".join(f"{100 * share:.0f}" for share in shares)


def _verdicts(difference: float) -> Iterator[list[str]]:
    everywhere = np.full((MODELS, COLUMNS), difference)
    for spread in SPREADS:
        line = [f"{spread}", _percent([within(difference, spread)])]
        for seeds in SEEDS:
            together = [one.mean() for one in judged(everywhere, spread, seeds)]
            pairs = zip(alone(difference, spread, seeds), together, strict=True)
            line += map(_percent, pairs)
        yield line


def _pipes(head: list[str], rows: Iterable[list[str]]) -> str:
    align = ["right"] * len(head)
    return tabulate(rows, head, tablefmt="pipe", colalign=align, disable_numparse=True)


def tables() -> str:
    """The page's tables."""
    words = ("match", "b / w")
    head = ["s", "1 run: within e", *(f"{n}: {word}" for n in SEEDS for word in words)]
    parts = []
    for difference in DIFFERENCES:
        parts += [f"### True difference {difference:g}", _pipes(head, _verdicts(difference))]
    every = [(difference, seeds) for difference in DIFFERENCES for seeds in (1, *SEEDS)]
    head = ["s", *(f"{difference:g}: {seeds}" for difference, seeds in every)]
    rows = [[f"{s}", *(_percent([compatible(d, s, n)]) for d, n in every)] for s in SPREADS]
    parts += ["### How often a number is compatible", _pipes(head, rows)]
    ways = {"as it is": {"correct": False}, "corrected": {}, "alike": {"alike": ALIKE}}
    head = ["s", *(f"{seeds}: {name}" for seeds in SEEDS for name in ways)]
    rows = [
        [f"{s}", *(f"{100 * false_share(s, n, **way):.1f}" for n in SEEDS for way in ways.values())]
        for s in SPREADS
    ]
    parts += ["### How much of what a table decides is false", _pipes(head, rows)]
    return "\n\n".join(parts)


def page() -> str:
    """The page with its tables as they are made now."""
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    return f"{before}{BEGIN}{tables()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
