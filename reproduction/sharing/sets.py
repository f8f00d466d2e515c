"""A set of results, as a CSV or as judged tables, cell by cell."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import pandas as pd

from reproduction.errors import InputError, require_none
from reproduction.judging.cells import Cell, JudgedTable
from reproduction.judging.entries import distinct, unmatched
from reproduction.judging.stored import read_sound
from reproduction.paper.tables import Paper, Table
from reproduction.results.csvfile import read_results
from reproduction.results.frame import Result, rows
from reproduction.sharing.measured import DECIMALS, Measured, ResultSet

Judge = Callable[[Table, pd.DataFrame], JudgedTable]
""":func:`reproduction.judging.judge.judge_table`."""


def read_set(source: Path, paper: Paper | None, judge: Judge) -> ResultSet:
    """A set of results.

    Args:
        source: a CSV of results, or a folder of judged tables.
        paper: by which a CSV is judged; it says of each metric how it is printed and what is
            better. Without it the cells of a CSV are its experiments.

    Raises:
        InputError: neither of the two, or broken.
    """
    if paper is None and not source.is_dir():
        return ResultSet(source, _by_address(_of_results(rows(read_results(source)))))
    tables, *besides = judged_tables(source, paper, judge)
    return ResultSet(source, _by_address(_of_tables(tables, paper)), *besides)


def judged_tables(
    source: Path, paper: Paper | None, judge: Judge
) -> tuple[list[JudgedTable], str, tuple[str, ...]]:
    """The judged tables of a folder, or of a CSV, what was left out, and what refused, in words.

    Args:
        paper: by which a CSV is judged; a folder needs none. Its tables that were edited by hand
            are left out; files of it that cannot be read are refused.

    Raises:
        InputError: neither of the two, or broken; every table is left out or refused.
    """
    edited, broken = _unusable(paper) if paper else ({}, ())
    if source.is_dir():
        files = sorted(source.glob("*.json"))
        if not files:
            raise InputError(f"{source} holds no judged tables, *.json: give a folder that does")
        judged, unreadable = read_sound(files, paper)
        if not judged:
            require_none([*edited.values(), *broken, *unreadable.values()])
        return [*judged.values()], "; ".join(edited.values()), (*broken, *unreadable.values())
    # Without queries no row is compared with another: that takes long, and nothing here shows it.
    results = read_results(source).assign(queries="")
    sound = [table for name, table in paper.tables.items() if name not in edited]
    if not sound:
        require_none([*edited.values(), *broken])
    try:
        tables = [judge(table, results) for table in sound]
    except InputError as error:
        raise InputError(f"{source}: {error}") from error
    return tables, "; ".join(filter(None, [unmatched(paper, results), *edited.values()])), broken


def _unusable(paper: Paper) -> tuple[dict[str, str], tuple[str, ...]]:
    """Why tables that were edited by hand are left out, by name, and what cannot be read."""
    edited = {name: why for name, why in paper.edited.items() if name in paper.tables}
    return edited, tuple(why for name, why in paper.edited.items() if name not in edited)


def _by_address(cells: Iterable[Measured]) -> Mapping[tuple[str, ...], Measured]:
    return {cell.address: cell for cell in cells}


def _of_tables(tables: Iterable[JudgedTable], paper: Paper | None) -> Iterator[Measured]:
    for judged in tables:
        texts = {(item.column, item.series): item.texts for item in judged.context}
        for cell in judged.cells:
            if cell.series is not None:
                yield _of_cell(cell, judged.table, texts.get((cell.column, cell.series), {}), paper)


def _of_cell(
    cell: Cell, table: str, texts: Mapping[str, tuple[str, ...]], paper: Paper | None
) -> Measured:
    printed = paper.tables.get(table) if paper else None
    metric = printed.metrics.get(cell.metric) if printed else None
    place = (cell.column, cell.metric, cell.series)
    return Measured(
        address=(table, cell.row, *place),
        name=_name(printed.title if printed else table, f"{cell.label}, {cell.column}", cell),
        experiment=cell.experiment or cell.row,
        group=place,
        values=tuple(map(float, cell.values)),
        decimals=metric.decimals if metric else DECIMALS,
        better=metric.better if metric else None,
        # What is counted has no tolerance.
        exact=cell.tolerance is None,
        verdict=cell.verdict,
        compatible=cell.compatible,
        synthetic=cell.synthetic,
        conditions=_conditions(cell.values, texts, cell),
    )


def _of_results(results: Iterable[Result]) -> Iterator[Measured]:
    groups: dict[tuple[str, ...], list[Result]] = defaultdict(list)
    for result in results:
        if not result.reference:
            groups[*result.address, result.series].append(result)
    for address, group in groups.items():
        first, runs = group[0], [result for result in group if result.value is not None]
        data = " -> ".join(distinct([first.training_set, first.test_set]))
        names = [*dict.fromkeys(name for run in runs for name in run.texts)]
        texts = {name: distinct(run.texts[name] for run in runs) for name in names}
        yield Measured(
            address=address,
            name=_name("", f"{first.experiment}, {data}", first),
            experiment=first.experiment,
            group=address[1:],
            values=tuple(run.value for run in runs),
            synthetic=any(run.synthetic for run in runs),
            conditions=_conditions(runs, texts, first),
        )


def _name(table: str, what: str, cell: Cell | Result) -> str:
    series = f", {cell.series}" if cell.series else ""
    return f"{f'{table}: ' if table else ''}{what} {cell.metric}{series}"


def _conditions(
    runs: Iterable[object], texts: Mapping[str, tuple[str, ...]], cell: Cell | Result
) -> Mapping[str, tuple[str, ...]]:
    """What the runs of a cell are; nothing is said of a cell without any."""
    own = {
        "marks": cell.marks,
        "not comparable": cell.why_not,
        "choice": (cell.choice,) if cell.choice else (),
    }
    return {name: tuple(sorted(said)) for name, said in (texts | own).items()} if runs else {}
