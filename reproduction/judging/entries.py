"""What a table asks for: each printed cell with the results of what makes it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from reproduction.errors import InputError
from reproduction.paper.tables import COUNT, Paper, Printed, Table
from reproduction.results.alternatives import parsed
from reproduction.results.frame import SYNTHETIC, Result, rows


@dataclass(frozen=True)
class Entry:
    """A printed cell under one series, with its results: those with a value, and those without."""

    printed: Printed
    series: str
    experiment: str
    runs: tuple[Result, ...]
    open: tuple[Result, ...]

    @property
    def values(self) -> list[float]:
        """One a run."""
        return [run.value for run in self.runs]

    @property
    def why_not(self) -> tuple[str, ...]:
        """Why the runs are not held against the paper; empty if they are."""
        reasons = distinct(why for run in self.runs for why in run.why_not)
        if any(run.synthetic for run in self.runs) and SYNTHETIC not in reasons:
            reasons = (SYNTHETIC, *reasons)
        if not reasons and not all(run.comparable for run in self.runs):
            reasons = ("marked as not comparable",)
        return reasons

    @property
    def choice(self) -> str:
        """Of the protocol, that its values are under."""
        return " or ".join(distinct(run.choice for run in self.runs))

    @property
    def labels(self) -> tuple[str, ...]:
        """The other choices under which every run has a value too."""
        first, *others = [parsed(run.alternatives) for run in self.runs] or [{}]
        return tuple(label for label in first if all(label in other for other in others))

    def under(self, label: str) -> "Entry":
        """The same with the values that its runs have under one of :attr:`labels`."""
        runs = (replace(run, value=parsed(run.alternatives)[label]) for run in self.runs)
        return replace(self, runs=tuple(runs))

    @property
    def pool_key(self) -> tuple[str, str, str, bool]:
        """Of the cells whose experiments share one spread: same column, metric and series.

        Runs that cannot be compared with the paper lend nothing to those that can.
        """
        return self.printed.key, self.printed.metric, self.series, not self.why_not


def address(table: Table, printed: Printed) -> tuple[str | None, str, str, str]:
    """Of the results that make a cell, whatever their series and seed."""
    (column,) = (column for column in table.columns if column.key == printed.key)
    experiment = _experiment(table, printed)
    return experiment, column.training_set, column.test_set, printed.metric


def _experiment(table: Table, printed: Printed) -> str | None:
    """What makes a cell. Counts are of the row itself: nothing is run for them."""
    if table.kind == COUNT:
        return printed.row.id
    return table.experiment_of(printed.row, printed.key)


def entries(
    table: Table, concerned: Iterable[Result], series: Sequence[str], seeds: Sequence[int]
) -> Iterator[Entry]:
    """In the order of print, and of the series; runs in the order of the seeds."""
    order = {seed: index for index, seed in enumerate(seeds)} | {None: -1}
    by_address: dict[tuple, list[Result]] = defaultdict(list)
    for result in concerned:
        if result.seed in order:
            by_address[result.address, result.series].append(result)
    for printed in table.cells():
        wanted = address(table, printed)
        for one in series if wanted[0] is not None else ():
            results = sorted(by_address[wanted, one], key=lambda result: order[result.seed])
            runs = tuple(result for result in results if result.value is not None)
            lacking = tuple(result for result in results if result.value is None)
            yield Entry(printed, one, wanted[0], runs, lacking)


def check_names(paper: Paper, results: pd.DataFrame, source: str) -> None:
    """Refuse results with an experiment or a metric of no table, which a slip would make."""
    addresses = _addresses(paper)
    # A reference need be of no experiment.
    named = {"experiment": results[results["reference"] == ""], "metric": results}
    for kind, index in (("experiment", 0), ("metric", 3)):
        known = sorted({item[index] for item in addresses if item[0] is not None})
        for name in named[kind][kind].unique():
            if name not in known:
                raise InputError(
                    f"{source}: {kind} {name!r} is in no table, which have {', '.join(known)}: "
                    f"correct it, or pass --ignore-unknown"
                )


def unmatched(paper: Paper, results: pd.DataFrame) -> str:
    """How many results are of no cell, and which is the first; empty if each is of one."""
    addresses, concerned = set(_addresses(paper)), rows(results)
    columns = {address[1:] for address in addresses}
    others = [
        result
        for result in concerned
        if result.address not in addresses
        and not (result.reference and result.address[1:] in columns)
    ]
    if not others:
        return ""
    first = others[0]
    sets = " -> ".join(distinct([first.training_set, first.test_set]))
    return (
        f"{len(others)} of {len(concerned)} results are of no cell and left out, "
        f"first {first.experiment}, {sets}, {first.metric}"
    )


def _addresses(paper: Paper) -> list[tuple[str | None, str, str, str]]:
    tables = paper.tables.values()
    return [address(table, printed) for table in tables for printed in table.cells()]


def distinct(items: Iterable[str]) -> tuple[str, ...]:
    """Each text once, in the order of first use, without empty ones."""
    return tuple(item for item in dict.fromkeys(items) if item)
