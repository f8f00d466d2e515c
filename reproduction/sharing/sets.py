"""A set of results, as a CSV or as judged tables, cell by cell."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reproduction.errors import InputError
from reproduction.judging.cells import Cell, JudgedTable
from reproduction.judging.entries import distinct, unmatched
from reproduction.judging.judge import judge_table
from reproduction.judging.stored import read_judged
from reproduction.paper.tables import Paper
from reproduction.results.csvfile import read_results
from reproduction.results.frame import Result, rows

_DECIMALS = 2
"""Where no table says how a metric is printed."""


@dataclass(frozen=True)
class Measured:
    """A cell of one set; numbers in the unit of its metric.

    Attributes:
        address: tells it from all other cells, the same in every set.
        name: for a reader.
        experiment: what makes it; cells of several tables may be of one.
        group: of the cells whose spread is pooled: same data, metric and series.
        better: `higher` or `lower`; None where no paper says, or neither is.
        exact: whether it is counted, and has no spread.
        verdict: empty where nothing was judged.
        compatible: whether the reported number could be one more run; None where nobody asked.
        conditions: what its runs are, by name; each variant once.
    """

    address: tuple[str, ...]
    name: str
    experiment: str
    group: tuple[str, ...]
    values: tuple[float, ...]
    decimals: int = _DECIMALS
    better: str | None = None
    exact: bool = False
    verdict: str = ""
    compatible: bool | None = None
    synthetic: bool = False
    conditions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class ResultSet:
    """The cells of a set by address, and what was left out of it, in words."""

    source: Path
    cells: Mapping[tuple[str, ...], Measured]
    left_out: str = ""


def read_set(source: Path, paper: Paper | None) -> ResultSet:
    """A set of results.

    Args:
        source: a CSV of results, or a folder of judged tables.
        paper: judges a CSV, and says of each metric how it is printed and what is better.

    Raises:
        InputError: neither of the two, or broken.
    """
    if paper is None and not source.is_dir():
        return ResultSet(source, _by_address(_of_results(rows(read_results(source)))))
    tables, left_out = judged_tables(source, paper)
    return ResultSet(source, _by_address(_of_tables(tables, paper)), left_out)


def judged_tables(source: Path, paper: Paper | None) -> tuple[list[JudgedTable], str]:
    """The judged tables of a folder, or of a CSV, and what of that is of no cell, in words.

    Args:
        paper: judges a CSV; a folder needs none.

    Raises:
        InputError: neither of the two, or broken.
    """
    if source.is_dir():
        files = sorted(source.glob("*.json"))
        if not files:
            raise InputError(f"{source} holds no judged tables, *.json: give a folder that does")
        return [read_judged(file, file.stem) for file in files], ""
    # Without queries no row is compared with another: that takes long, and nothing here shows it.
    results = read_results(source).assign(queries="")
    try:
        tables = [
            judge_table(table, results)
            for name, table in paper.tables.items()
            if name not in paper.edited
        ]
    except InputError as error:
        raise InputError(f"{source}: {error}") from error
    return tables, "; ".join(filter(None, [unmatched(paper, results), *paper.edited.values()]))


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
        decimals=metric.decimals if metric else _DECIMALS,
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
