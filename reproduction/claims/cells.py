"""Which cells of a paper an expression names; a slip is named with what it may have meant."""

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches

from reproduction.claims.expressions import (
    Address,
    Call,
    Comparison,
    Names,
    Node,
    Operation,
    Place,
    Slip,
)
from reproduction.paper.tables import Paper


def located(node: Node, paper: Paper) -> Node:
    """An expression whose addresses know their places in a paper.

    Raises:
        Slip: an unknown name, with the nearest that there is; or no cell at all.
    """
    match node:
        case Address():
            return replace(node, places=tuple(_places(node, paper)))
        case Operation() | Comparison():
            left, right = located(node.left, paper), located(node.right, paper)
            return replace(node, left=left, right=right)
        case Call():
            arguments = tuple(located(argument, paper) for argument in node.arguments)
            return replace(node, arguments=arguments)
    return node


def _places(address: Address, paper: Paper) -> list[Place]:
    """In the order of print."""
    if address.table not in paper.tables:
        if address.table in paper.edited:
            raise Slip(paper.edited[address.table])
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
        raise Slip(f"{address}: {table.id} has no such cell")
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
    raise Slip(f"{address}: write a range of {kind}s as the first, .. and the last")


def _unknown(address: Address, where: str, kind: str, name: str, known: Sequence[str]) -> Slip:
    (near,) = get_close_matches(name, known, n=1, cutoff=0)
    return Slip(f"{address}: {where} has no {kind} {name!r}: the nearest is {near!r}")
