"""Which cells of a paper an address names; a slip is named with what it may have meant."""

from collections.abc import Sequence
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
        raise _unknown(address, "paper", "table", address.table, list(paper.tables))
    table = paper.tables[address.table]
    rows = _chosen(address, "row", address.row, [row.id for row in table.rows])
    columns = _chosen(address, "column", address.column, [one.key for one in table.columns])
    metrics = _chosen(address, "metric", address.metric, list(table.metrics))
    has = {column.key: column.metrics for column in table.columns}
    found = [
        Place(table.id, row, column, metric)
        for row in rows
        for column in columns
        for metric in metrics
        if metric in has[column]
    ]
    if not found:
        raise InputError(f"{address}: {table.id} has no such cell")
    return found


def _chosen(address: Address, kind: str, names: Names, known: Sequence[str]) -> list[str]:
    for name in (*names.words, *names.but):
        if name not in (*known, "*", ".."):
            raise _unknown(address, address.table, kind, name, known)
    if names.words == ("*",):
        kept = list(known)
    elif ".." in names.words:
        kept = _between(address, kind, names.words, known)
    else:
        kept = list(names.words)
    return [name for name in kept if name not in names.but]


def _between(address: Address, kind: str, words: Sequence[str], known: Sequence[str]) -> list[str]:
    if len(words) == 3 and words[1] == ".." and {words[0], words[2]} <= {*known}:
        start, end = known.index(words[0]), known.index(words[2])
        if start < end:
            return list(known[start : end + 1])
    raise InputError(f"{address}: write a range of {kind}s as the first, .. and the last")


def _unknown(
    address: Address, where: str, kind: str, name: str, known: Sequence[str]
) -> InputError:
    (near,) = get_close_matches(name, known, n=1, cutoff=0)
    return InputError(f"{address}: {where} has no {kind} {name!r}: the nearest is {near!r}")
