"""Which cells of a paper an address names; a slip is named with what it may have meant."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from reproduction.claims.expressions import Address, Names
from reproduction.errors import InputError
from reproduction.paper.tables import Paper


class Place(NamedTuple):
    """Where a cell stands."""

    table: str
    row: str
    column: str
    metric: str


def places(address: Address, paper: Paper) -> list[Place]:
    """The cells that an address names, in the order of print.

    Raises:
        InputError: an unknown name, with the nearest that there is; or no cell at all.
    """
    if address.table not in paper.tables:
        raise _unknown("paper", "table", address.table, list(paper.tables))
    table = paper.tables[address.table]
    rows = _chosen(table.id, "row", address.row, [row.id for row in table.rows])
    columns = _chosen(table.id, "column", address.column, [column.key for column in table.columns])
    metrics = _chosen(table.id, "metric", address.metric, list(table.metrics))
    has = {column.key: column.metrics for column in table.columns}
    found = [
        Place(table.id, row, column, metric)
        for row in rows
        for column in columns
        for metric in metrics
        if metric in has[column]
    ]
    if not found:
        raise InputError(f"{table.id} has no {', '.join(metrics)} in {', '.join(columns)}")
    return found


def _chosen(table: str, kind: str, names: Names, known: Sequence[str]) -> list[str]:
    for name in (*names.words, *names.but):
        if name not in (*known, "*", ".."):
            raise _unknown(table, kind, name, known)
    if names.words == ("*",):
        kept = list(known)
    elif ".." in names.words:
        kept = list(_between(table, kind, names.words, known))
    else:
        kept = list(names.words)
    return [name for name in kept if name not in names.but]


def _between(table: str, kind: str, words: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    try:
        first, dots, last = words
        start, end = known.index(first), known.index(last)
    except ValueError:
        dots, start, end = "", 0, 0
    if dots != ".." or start >= end:
        raise InputError(
            f"{table}: {' '.join(words)!r} is no range of {kind}s: write the first, .. and the last"
        )
    return iter(known[start : end + 1])


def _unknown(where: str, kind: str, name: str, known: Sequence[str]) -> InputError:
    near = get_close_matches(name, known, n=1, cutoff=0)
    return InputError(f"{where} has no {kind} {name!r}: the nearest is {near[0]!r}")
