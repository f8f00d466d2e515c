"""An expression worked out: numbers for cells, and what they come to."""

from fractions import Fraction

from reproduction.claims.evaluate import Source, evaluate
from reproduction.claims.expressions import (
    Address,
    Call,
    Comparison,
    Node,
    Number,
    Operation,
    Place,
    addresses,
    places,
    several,
)
from reproduction.claims.wording import expressed, row_label
from reproduction.paper.tables import Paper
from reproduction.report.phrases import listed

_SHOWN = 4
"""Of the cases in which a comparison fails, so many are written out."""


class Arithmetic:
    """Works expressions out with the numbers of a source, which are certain."""

    def __init__(self, source: Source, paper: Paper) -> None:
        self._source, self._paper = source, paper

    def worked(self, node: Node) -> str:
        """The arithmetic of something that is true or false."""
        if isinstance(node, Call):
            return "; ".join(map(self.worked, node.arguments))
        if several(node):
            return self._cases(node)
        left, right = (self._evaluate(side) for side in (node.left, node.right))
        if left is None or right is None:
            return "no value"
        if node.sign == "==" and isinstance(node.right, Number):
            return self._equation(node, left)
        decimals = self._decimals(node)
        return (
            f"{self._side(node.left, decimals)} {_order(left, right)} "
            f"{self._side(node.right, decimals)}"
        )

    def _equation(self, node: Comparison, value: Fraction) -> str:
        """`90.5 − 87.8 = 2.7`, and the stated number where it is another."""
        stated = _figure(node.right.value, node.right.decimals)
        shown = _figure(value, max(node.right.decimals, self._decimals(node.left)))
        text = self._numbers(node.left)
        equation = shown if text == shown else f"{text} = {shown}"
        if shown == stated or value == node.right.value:
            return equation
        return f"{equation}, {'near' if self._evaluate(node) else 'not'} {stated}"

    def _side(self, node: Node, decimals: int) -> str:
        value = self._evaluate(node)
        if isinstance(node, Address | Number) or _taken_together(node):
            return self._numbers(node)
        return f"{_figure(value, decimals)} ({self._numbers(node)})"

    def _numbers(self, node: Node) -> str:
        return expressed(node, self._shown)

    def _shown(self, node: Node) -> str | None:
        if isinstance(node, Address):
            several = len(node.places)
            return f"{several} cells" if node.several else self._printed(node.places[0])
        if _taken_together(node):
            value = _figure(self._evaluate(node), self._decimals(node))
            return value if node.name == "count" else f"{value} ({self._whose(node)})"
        return None

    def _whose(self, node: Call) -> str:
        """Which of several cells has the highest or lowest value, and of how many."""
        values = {place: self._source.value(place) for place in places(node)}
        values = {place: value for place, value in values.items() if value is not None}
        best = {"max": max, "min": min}[node.name](values.values())
        holders = [self._name(place, node) for place in values if values[place] == best]
        end = "highest" if node.name == "max" else "lowest"
        return f"{listed([*dict.fromkeys(holders)])}, the {end} of {len(values)}"

    def _printed(self, place: Place) -> str:
        value = self._source.value(place)
        metric = self._paper.tables[place.table].metrics[place.metric]
        return "–" if value is None else _figure(value, metric.decimals)

    def _cases(self, node: Comparison) -> str:
        """In how many of several cells a comparison holds, and where it does not."""
        truths = self._evaluate(node)
        names = next(one.places for one in addresses(node) if one.several)
        sides = [self._evaluate(side) for side in (node.left, node.right)]
        sides = [side if isinstance(side, list) else [side] * len(truths) for side in sides]
        decimals = self._decimals(node)
        fails = [
            f"{self._name(place, node)} {_figure(left, decimals)} {_order(left, right)} "
            f"{_figure(right, decimals)}"
            for truth, place, left, right in zip(truths, names, *sides, strict=True)
            if truth is not None and not truth
        ]
        of = sum(truth is not None for truth in truths)
        more = [f"{len(fails) - _SHOWN} more"] if len(fails) > _SHOWN else []
        where = f": not {listed([*fails[:_SHOWN], *more])}" if fails else ""
        return f"holds in {of - len(fails)} of {of} cases{where}"

    def _name(self, place: Place, node: Node) -> str:
        """Row, column and metric, as far as the cells of an expression differ in them."""
        table = self._paper.tables[place.table]
        (row,) = (row_label(table, row) for row in table.rows if row.id == place.row)
        (column,) = (one.label for one in table.columns if one.key == place.column)
        differ = [len({*parts}) > 1 for parts in zip(*places(node), strict=True)]
        if isinstance(node, Comparison):  # whose sides may be two rows that are known
            differ[1] = any(one.row.several for one in addresses(node))
        parts = zip((row, column, place.metric), differ[1:], strict=True)
        return " ".join(part for part, shown in parts if shown)

    def _decimals(self, node: Node) -> int:
        """As many as the most exact cell has; a quotient has one."""
        if isinstance(node, Operation) and node.sign == "/":
            return 1
        if isinstance(node, Operation | Comparison):
            sides = [node.left, node.right]
            if any(isinstance(side, Operation) and side.sign == "/" for side in sides):
                return 1
            return max(map(self._decimals, sides))
        if isinstance(node, Call):
            return max(map(self._decimals, node.arguments)) if node.name != "count" else 0
        if isinstance(node, Number):
            return node.decimals
        metrics = self._paper.tables[node.table].metrics
        return max(metrics[place.metric].decimals for place in node.places)

    def _evaluate(self, node: Node) -> Fraction | bool | list | None:
        return evaluate(node, self._source)


def _taken_together(node: Node) -> bool:
    """Whether it is one number of several cells, which stands for itself."""
    return isinstance(node, Call) and node.name in ("max", "min", "count")


def _figure(value: Fraction, decimals: int) -> str:
    text = f"{abs(float(value)):.{decimals}f}"
    return f"−{text}" if value < 0 and float(text) else text


def _order(left: Fraction, right: Fraction) -> str:
    return "=" if left == right else "<" if left < right else ">"
