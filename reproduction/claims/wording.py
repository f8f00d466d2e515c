"""An expression in the paper's words: labels for cells, signs as they are printed."""

from collections.abc import Callable

from reproduction.claims.expressions import (
    Address,
    Call,
    Comparison,
    Names,
    Node,
    Number,
    Operation,
    addresses,
)
from reproduction.paper.tables import Paper, Row, Table
from reproduction.report.phrases import listed

SIGNS = {"-": "−", "*": "×", "<=": "≤", ">=": "≥", "==": "="}
"""Of those that are printed otherwise than they are typed."""

_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2}
_WORDS = {
    "max": "highest of",
    "min": "lowest of",
    "count": "number of cases with",
    "any": "in some case",
    "all": "in every case",
}


def said(node: Node, paper: Paper) -> str:
    """With the paper's labels; what all cells share stands once, at the end."""
    found = [_labels(address, paper) for address in addresses(node)]
    ends = dict.fromkeys(found[0][1:]) if found else ()
    shared = [part for part in ends if all(part in others for others in found)]

    def shown(node: Node) -> str | None:
        if not isinstance(node, Address):
            return None
        row, *others = _labels(node, paper)
        apart = ", ".join(part for part in dict.fromkeys(others) if part not in shared)
        return f"{row} ({apart})" if apart else row

    end = f" ({', '.join(shared)})" if shared else ""
    return expressed(node, shown) + end


Shown = Callable[[Node], str | None]


def expressed(node: Node, shown: Shown) -> str:
    """An expression as text, with its parts as `shown` gives them where that is not None."""
    if (text := shown(node)) is not None:
        return text
    match node:
        case Number():
            return f"{float(node.value):.{node.decimals}f}"
        case Comparison():
            sides = (expressed(side, shown) for side in (node.left, node.right))
            return f" {SIGNS.get(node.sign, node.sign)} ".join(sides)
        case Operation():
            left = _bracketed(node.left, shown, _BINDING[node.sign])
            # a − (b − c) keeps its brackets, though both signs bind alike.
            right = _bracketed(node.right, shown, _BINDING[node.sign] + 1)
            return f"{left} {SIGNS.get(node.sign, node.sign)} {right}"
        case Call("all", arguments) if len(arguments) > 1:
            return listed([expressed(argument, shown) for argument in arguments])
        case Call("abs", (argument,)):
            return f"|{expressed(argument, shown)}|"
        case Call():
            given = ", ".join(expressed(argument, shown) for argument in node.arguments)
            return f"{_WORDS[node.name]} ({given})"


def _bracketed(node: Node, shown: Shown, binding: int) -> str:
    text = expressed(node, shown)
    looser = isinstance(node, Operation) and _BINDING[node.sign] < binding
    return f"({text})" if looser else text


def _labels(address: Address, paper: Paper) -> tuple[str, str, str, str]:
    """Of row, table, column and metric."""
    table = paper.tables[address.table]
    rows = {row.id: row_label(table, row) for row in table.rows}
    columns = {column.key: column.label for column in table.columns}
    return (
        _chosen(address.row, rows, "every row"),
        table.title,
        _chosen(address.column, columns, "every column"),
        _chosen(address.metric, dict.fromkeys(table.metrics), "every metric"),
    )


def row_label(table: Table, row: Row) -> str:
    """What a row is called away from its table; a bare number says nothing there."""
    return f"{table.heading} {row.label}" if row.label.isdecimal() else row.label


def _chosen(names: Names, labels: dict[str, str | None], everything: str) -> str:
    words = [labels.get(name) or name for name in names.words]
    if names.words == ("*",):
        words = [everything]
    elif ".." in words:
        words = [f"{words[0]} to {words[-1]}"]
    but = listed([labels.get(name) or name for name in names.but])
    return listed(words) + (f" but {but}" if but else "")
