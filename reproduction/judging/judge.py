"""From a paper's tables and a frame of results to judged cells.

docs/reading-a-table.md explains what comes out.
"""

import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import pandas as pd

from reproduction.errors import InputError
from reproduction.judging.alternatives import WithAlternatives
from reproduction.judging.cells import (
    EQUAL,
    NOT_COMPARABLE,
    NOT_REPORTED,
    QUOTED,
    RUN,
    UNEQUAL,
    Cell,
    Cells,
    Context,
    JudgedTable,
    Missing,
)
from reproduction.judging.comparisons import pairs
from reproduction.judging.entries import Entry, address, distinct, entries, unmatched
from reproduction.judging.numbers import numbers
from reproduction.judging.references import references
from reproduction.judging.rule import Tested, Verdict, corrected, decide, p_value
from reproduction.judging.statistics import Pool, pool
from reproduction.paper.tables import COUNT, Paper, Printed, Table
from reproduction.results.frame import FAILED, NOT_RUN, Result, complete, rows, texts_in

_TOLERANCE = 0.5
"""In the unit of the metric, where neither the table nor the caller says otherwise."""


def judge(paper: Paper, results: pd.DataFrame) -> Cells:
    """Every table of a paper, judged by the results of its experiments.

    Args:
        results: as :func:`reproduction.results.csvfile.read_results` gives them.

    Warns:
        UserWarning: results that are of no cell.

    Raises:
        InputError: no results, or such as contradict each other or do not fit a table.
    """
    results = complete(results)
    if results.empty:
        raise InputError("there are no results: give at least one row")
    if text := unmatched(paper, results):
        warnings.warn(text, stacklevel=2)
    return Cells({name: judge_table(table, results) for name, table in paper.tables.items()})


def judge_table(
    table: Table,
    results: pd.DataFrame,
    series: Sequence[str] | None = None,
    seeds: Sequence[int] | None = None,
    tolerances: Mapping[str, float] | None = None,
) -> JudgedTable:
    """One table, judged.

    Args:
        results: completed; those of other experiments, series and seeds are passed over.
        series, seeds: those asked for; None takes all that the results have.
        tolerances: e by test set, by metric, or by `<test set>/<metric>`. The last is asked
            first, then the metric, then the table's own tolerance of it, then the test set.

    Raises:
        InputError: series of which one has no name, several results for one exact cell, or a
            count that is not whole.
    """
    wanted = {address(table, printed) for printed in table.cells()}
    given = rows(results)
    concerned = [item for item in given if item.address in wanted and not item.reference]
    if series is None:
        series = list(dict.fromkeys(result.series for result in concerned))
        if "" in series and len(series) > 1:
            raise InputError(
                f"{table.id}: some results have the series {max(series)!r} and others none: "
                f"name it in each row, or in none"
            )
    if seeds is None:
        seeds = sorted({result.seed for result in concerned if result.seed is not None})
    asked = list(entries(table, concerned, series or [""], seeds))
    judging = partial(_Judging, table, tolerances=tolerances or {})
    make = _counted if table.exact else WithAlternatives(judging, asked)
    made: dict[tuple, list[Cell]] = defaultdict(list)
    ours = [make(table, entry) for entry in asked]
    for cell in ours:
        made[cell.row, cell.column, cell.metric].append(cell)
    compared, noise = pairs(table, ours, [entry.runs for entry in asked])
    names = texts_in(results)
    return JudgedTable(
        table=table.id,
        series=tuple(series or [""]),
        seeds=tuple(seeds),
        context=tuple(_context(asked, names)),
        names=names,
        facts=tuple(table.facts.items()) if concerned else (),
        cells=tuple(
            cell
            for printed in table.cells()
            for cell in made.get(
                (printed.row.id, printed.key, printed.metric),
                [_cell(printed, None, None, QUOTED)],
            )
        ),
        references=tuple(references(table, given, series or [""], seeds)),
        pairs=compared,
        floors=noise,
    )


class _Judging:
    """Makes the cells of a table whose values vary with the seed."""

    def __init__(
        self, table: Table, entries: Sequence[Entry], tolerances: Mapping[str, float]
    ) -> None:
        self._metrics = table.metrics
        self._test_sets = {column.key: column.test_set for column in table.columns}
        self._tolerances = tolerances
        samples: dict[tuple, dict[str, list[float]]] = defaultdict(dict)
        for entry in entries:
            # By experiment, since two rows of a table may be one.
            samples[entry.pool_key][entry.experiment] = entry.values
        self._pools = {key: pool(by_name.values()) for key, by_name in samples.items()}
        self._tested = dict(self._test(entries))

    def __call__(self, table: Table, entry: Entry) -> Cell:
        tolerance, pooled = self._tolerance(entry), self._pools[entry.pool_key]
        metric, tested = table.metrics[entry.printed.metric], self._tested.get(_key(entry))
        verdict = _verdict(entry, tolerance, pooled, metric.better, tested)
        cell = replace(
            _made(entry, verdict.word),
            tolerance=tolerance,
            detail=verdict.detail,
            leaning=verdict.leaning,
            more_seeds=verdict.more_seeds,
            p_value=tested.p if tested else None,
            adjusted_p=tested.adjusted if tested else None,
        )
        if not entry.runs:
            return cell
        reported = None if entry.why_not else entry.printed.reported
        return replace(
            cell,
            seeds=tuple(run.seed for run in entry.runs if run.seed is not None),
            values=tuple(entry.values),
            **numbers(entry.values, reported, pooled, metric),
        )

    def _tolerance(self, entry: Entry) -> float:
        name, test_set = entry.printed.metric, self._test_sets[entry.printed.key]
        asked = [self._tolerances.get(key) for key in (f"{test_set}/{name}", name)]
        asked += [self._metrics[name].tolerance, self._tolerances.get(test_set)]
        return next((e for e in asked if e is not None), _TOLERANCE)

    def _test(self, entries: Sequence[Entry]) -> Iterator[tuple[tuple, Tested]]:
        """The tests of each series, which are corrected together."""
        p_values: dict[str, dict[tuple, float]] = defaultdict(dict)
        for entry in entries:
            reported, pooled = entry.printed.reported, self._pools[entry.pool_key]
            if reported is not None and not entry.why_not:
                p = p_value(entry.values, reported, self._tolerance(entry), pooled)
                p_values[entry.series] |= {} if p is None else {_key(entry): p}
        for by_key in p_values.values():
            yield from zip(by_key, corrected([*by_key.values()]), strict=True)


def _key(entry: Entry) -> tuple[str, str, str, str]:
    return entry.printed.row.id, entry.printed.key, entry.printed.metric, entry.series


def _counted(table: Table, entry: Entry) -> Cell:
    """A cell whose value is counted: it comes out as printed, or it does not."""
    if not entry.runs:
        return _made(entry, _standing(entry).word)
    (run, *others), reported = entry.runs, entry.printed.reported
    if others:
        raise InputError(
            f"{_where(table, entry)}: {len(entry.runs)} results: a table of kind {table.kind} "
            f"takes one for each cell and series: keep one of them"
        )
    if table.kind == COUNT and not run.value.is_integer():
        raise InputError(
            f"{_where(table, entry)}: {run.value:g} is not a whole number, as a count is: "
            f"correct {run.file or 'the results'}"
        )
    value = int(run.value) if table.kind == COUNT else run.value
    cell = replace(_made(entry, NOT_REPORTED), values=(value,), mean=value)
    if reported is None:
        return cell
    if entry.why_not:
        return replace(cell, verdict=NOT_COMPARABLE, detail="; ".join(entry.why_not))
    decimals = table.metrics[entry.printed.metric].decimals
    word = EQUAL if round(value, decimals) == reported else UNEQUAL
    return replace(cell, verdict=word, difference=value - reported)


def _where(table: Table, entry: Entry) -> str:
    row, key, metric, _ = entry.printed
    series = f", series {entry.series}" if entry.series else ""
    return f"{table.id}: row {row.id}, {key}/{metric}{series}"


def _made(entry: Entry, verdict: str) -> Cell:
    """A cell without its numbers and the reason of its verdict."""
    row = entry.printed.row
    caveats = [item.text for item in row.caveats if item.series in (None, entry.series)]
    return replace(
        _cell(entry.printed, entry.series, entry.experiment, verdict),
        status=RUN if entry.runs else verdict,
        comparable=bool(entry.runs) and not entry.why_not,
        synthetic=any(run.synthetic for run in entry.runs),
        why_not=entry.why_not,
        marks=distinct(mark for run in entry.runs for mark in run.marks),
        caveats=distinct(
            [*(text for run in (*entry.runs, *entry.open) for text in run.caveats), *caveats]
        ),
        files=tuple(run.file for run in entry.runs if run.file),
        missing=tuple(map(_missing, entry.open)),
    )


def _cell(printed: Printed, series: str | None, experiment: str | None, verdict: str) -> Cell:
    row, key, metric, reported = printed
    return Cell(
        row=row.id,
        label=row.label,
        group=row.group,
        column=key,
        metric=metric,
        reported=reported,
        reported_bold=f"{key}/{metric}" in row.bold,
        series=series,
        experiment=experiment,
        status=verdict,
        verdict=verdict,
    )


def _verdict(
    entry: Entry,
    tolerance: float,
    pooled: Pool | None,
    better: str | None,
    tested: Tested | None,
) -> Verdict:
    if not entry.runs:
        return _standing(entry)
    if entry.printed.reported is None:
        return Verdict(NOT_REPORTED, "the paper gives no value here")
    if entry.why_not:
        return Verdict(NOT_COMPARABLE, "; ".join(entry.why_not))
    return decide(entry.values, entry.printed.reported, tolerance, pooled, better, tested)


def _standing(entry: Entry) -> Verdict:
    """Of a cell without a run."""
    failed = [result for result in entry.open if result.status == FAILED]
    return Verdict(FAILED, failed[0].message) if failed else Verdict(NOT_RUN, "no run")


def _missing(result: Result) -> Missing:
    status = result.status or NOT_RUN
    return Missing(result.seed, status, result.file, result.message, result.log)


def _context(entries: Iterable[Entry], names: Sequence[str]) -> Iterator[Context]:
    groups: dict[tuple[str, str], dict[object, Result]] = defaultdict(dict)
    for entry in entries:
        group = groups[entry.printed.key, entry.series]
        group |= {(entry.experiment, run.seed): run for run in entry.runs}
    for (key, series), runs in groups.items():
        texts = {name: distinct(run.texts[name] for run in runs.values()) for name in names}
        if runs:
            yield Context(key, series, len(runs), texts)
