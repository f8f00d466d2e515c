"""Rows of a table compared with each other, by the queries of their runs.

docs/comparing-rows.md explains what comes out.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import scipy

from reproduction.errors import InputError
from reproduction.judging.cells import LOSES, UNSETTLED, WINS, Cell, Floor, Pair
from reproduction.judging.compared_rows import compared
from reproduction.judging.floors import measured, of_paper
from reproduction.judging.paired import FALSE_DISCOVERIES, Outcome, Sample, compare
from reproduction.judging.statistics import Pool, pool
from reproduction.paper.tables import Metric, Row, Table
from reproduction.results.frame import Result
from reproduction.results.queries import MEAN_AP, Queries, measured_by, read_queries

_SLACK = 1e-9


class _Open(Exception):
    """Why two rows cannot be compared."""


@dataclass(frozen=True, eq=False)
class _Side:
    """The runs of a row in a column, with the queries of each."""

    cell: Cell
    queries: tuple[Queries, ...]


def pairs(
    table: Table, cells: Sequence[Cell], runs: Sequence[Sequence[Result]]
) -> tuple[tuple[Pair, ...], tuple[Floor, ...]]:
    """Every pair of a table in the order of print and of the series, and the noise of its queries.

    Args:
        runs: of each cell.
    """
    by_address = {
        (cell.row, cell.column, cell.metric, cell.series): (cell, of_cell)
        for cell, of_cell in zip(cells, runs, strict=True)
    }
    read = cache(_read)
    sides: dict[tuple[str, str, str, str], _Side] = {}
    made: list[Pair] = []
    samples: dict[int, Sample] = {}
    for column, name, a, b, step in _measurable(table):
        metric = table.metrics[name]
        for series in dict.fromkeys(cell.series for cell in cells):
            printed = _printed(metric, *(row.cells[column][name] for row in (a, b)))
            pair = Pair(a.id, b.id, column, name, series, step, printed)
            addresses = [(row.id, column, name, series) for row in (a, b)]
            try:
                for address in addresses:
                    sides[address] = _side(*by_address[address], metric, read)
                pair, sample = _measured(pair, *(sides[one] for one in addresses), metric.scale)
            except _Open as reason:
                pair = replace(pair, why=str(reason))
            else:
                samples |= {len(made): sample} if sample else {}
            made.append(pair)
    return tuple(_judged(made, samples)), (*_of_paper(table), *_of_runs(table, sides))


def _of_paper(table: Table) -> Iterator[Floor]:
    """Of each column and metric whose rows are compared."""
    rows: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for column, name, a, b, _ in _measurable(table):
        # Average precision varies by itself, and a printed mAP does not say by how much.
        rows[column, name] += [a, b] if name != MEAN_AP else []
    yield from filter(None, (of_paper(table, *place, both) for place, both in rows.items()))


def _measurable(table: Table) -> Iterator[tuple[str, str, Row, Row, bool]]:
    """What is compared by a metric that is a mean over queries."""
    return (one for one in compared(table) if measured_by(one[1]) and not table.exact)


def _of_runs(table: Table, sides: Mapping[tuple[str, str, str, str], _Side]) -> Iterator[Floor]:
    """Of our runs, by column, metric and series.

    Args:
        sides: by row, column, metric and series.
    """
    groups: dict[tuple[str, str, str], list[tuple[float, _Side]]] = defaultdict(list)
    for (_, key, name, series), side in sides.items():
        halves = [measured(queries.scores(name)) for queries in side.queries]
        groups[key, name, series].append((float(np.mean(halves)), side))
    for (key, name, series), found in groups.items():
        half, side = min(found, key=lambda item: item[0])
        queries = int(side.queries[0].valid.sum())
        scale = table.metrics[name].scale
        yield Floor(key, name, series, scale * half, queries, side.cell.synthetic)


def _printed(metric: Metric, a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else round(a - b, metric.decimals)


def _side(
    cell: Cell, runs: Sequence[Result], metric: Metric, read: Callable[[str], Queries]
) -> _Side:
    """The runs of a row with their queries, of which the cell's values have to be the means."""
    if not runs:
        raise _Open(f"no run of {cell.label}")
    if not all(run.queries for run in runs):
        raise _Open("the results name no files of queries")
    near = 10**-metric.decimals / 2 + _SLACK
    queries = tuple(read(run.queries) for run in runs)
    for run, item in zip(runs, queries, strict=True):
        mean = float(np.nanmean(item.scores(cell.metric))) * metric.scale
        if abs(mean - run.value) > near:
            raise _Open(
                f"{run.queries} gives {mean:.{metric.decimals + 1}f} for {cell.metric}, and the "
                f"result is {run.value:.{metric.decimals + 1}f}: evaluate again"
            )
    return _Side(cell, queries)


def _read(file: str) -> Queries:
    try:
        queries = read_queries(Path(file))
    except InputError as error:
        raise _Open(str(error)) from error
    if not queries.valid.any():
        raise _Open(f"{file} holds no query with a true match")
    return queries


def _measured(pair: Pair, a: _Side, b: _Side, scale: int) -> tuple[Pair, Sample | None]:
    """The difference of two rows, and what its interval is made from; None of single runs."""
    first = a.queries[0]
    orders = [_order(first, item) for side in (a, b) for item in side.queries]
    scores = [
        item.scores(pair.metric)[order]
        for item, order in zip((*a.queries, *b.queries), orders, strict=True)
    ]
    seeds = len(a.queries), len(b.queries)
    both = np.isfinite(scores).all(0)
    if not both.any():
        raise _Open("no query is valid for both rows")
    kept = scale * np.array(scores)[:, both]
    differences = kept[: seeds[0]].mean(0) - kept[seeds[0] :].mean(0)
    pair = replace(
        pair,
        difference=float(differences.mean()),
        queries=int(both.sum()),
        left_out=int((~both).sum()),
        synthetic=a.cell.synthetic or b.cell.synthetic,
    )
    if min(seeds) == 1:
        return replace(pair, verdict=UNSETTLED, why="one run of a row"), None
    spread = _spread(a.cell, b.cell)
    error = spread.sd * math.sqrt(sum(1 / count for count in seeds))
    return pair, Sample(differences, error, spread.dof)


def _order(first: Queries, other: Queries) -> np.ndarray | slice:
    """Where the queries of `first` are in `other`; by name, or as they lie where one has none."""
    if len(first) == len(other):
        if first.image is None or other.image is None or (first.image == other.image).all():
            return slice(None)
        by_name = np.argsort(other.image)
        order = by_name[np.argsort(np.argsort(first.image))]
        if (other.image[order] == first.image).all():
            return order
    raise _Open("the rows were evaluated on other queries: evaluate them on one test set")


def _spread(a: Cell, b: Cell) -> Pool:
    """What the models of the table share; of these two alone, if only one is held to the paper."""
    if a.comparable == b.comparable:
        return Pool(a.pooled_sd, a.dof, 2)
    return pool([a.values, b.values])


def _judged(made: Sequence[Pair], samples: Mapping[int, Sample]) -> Iterator[Pair]:
    """The pairs with their verdicts, of which few are false."""
    outcomes = dict(zip(samples, compare([*samples.values()]), strict=True))
    ps = [outcome.p for outcome in outcomes.values()]
    controlled = scipy.stats.false_discovery_control(ps) if ps else ps
    adjusted = dict(zip(outcomes, controlled, strict=True))
    for index, pair in enumerate(made):
        if outcome := outcomes.get(index):
            p = float(adjusted[index])
            yield replace(
                pair,
                verdict=_verdict(outcome, p),
                interval=outcome.interval,
                p_value=outcome.p,
                adjusted_p=p,
            )
        else:
            yield pair


def _verdict(outcome: Outcome, adjusted: float) -> str:
    low, high = outcome.interval
    if adjusted > FALSE_DISCOVERIES or low <= 0 <= high:
        return UNSETTLED
    return WINS if low > 0 else LOSES
