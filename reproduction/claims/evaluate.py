"""What an expression comes to, with the cells that a source gives."""

import operator
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import reduce
from typing import Protocol

import numpy as np

from reproduction.claims.expressions import (
    Address,
    Call,
    Comparison,
    Node,
    Number,
    Operation,
    Place,
    Slip,
    places,
    several,
)

Value = Fraction | np.ndarray
"""A number, or one for each draw where it is uncertain. None stands for what nobody gives."""

Truth = bool | np.ndarray

_ARITHMETIC = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_ORDER = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


class Source(Protocol):
    """Where the numbers of cells are from."""

    def value(self, place: Place) -> Value | None:
        """Of a cell, in the unit of its metric; None where the paper prints none."""

    def tolerance(self, place: Place) -> Fraction:
        """How far from a stated number the cell's may be and still count as equal."""


def evaluate(node: Node, source: Source) -> Value | Truth | list | None:
    """The value of an expression; a list where it stands for several cells.

    Raises:
        Slip: a division by zero, or cells compared one by one whose numbers differ.
    """
    match node:
        case Number():
            return node.value
        case Address():
            values = [source.value(place) for place in node.places]
            return values if node.several else values[0]
        case Operation():
            return _one_by_one(_operation(node.sign), node, source)
        case Comparison():
            return _one_by_one(_comparison(node, source), node, source)
        case Call():
            return _call(node, source)


def _one_by_one(
    function: Callable, node: Operation | Comparison, source: Source
) -> Value | Truth | list | None:
    left, right = evaluate(node.left, source), evaluate(node.right, source)
    lists = [side for side in (left, right) if isinstance(side, list)]
    if not lists:
        return function(left, right)
    if len({len(side) for side in lists}) > 1:
        raise Slip(f"compares {len(left)} cells one by one with {len(right)}")
    pairs = (side if isinstance(side, list) else [side] * len(lists[0]) for side in (left, right))
    return [function(*pair) for pair in zip(*pairs, strict=True)]


def _operation(sign: str) -> Callable:
    def work(left: Value | None, right: Value | None) -> Value | None:
        if left is None or right is None:
            return None
        if sign == "/" and not np.all(right):
            raise Slip("divides by zero")
        return _ARITHMETIC[sign](*_alike(left, right))

    return work


def _comparison(node: Comparison, source: Source) -> Callable:
    margin = _margin(node, source) if node.sign == "==" else None

    def work(left: Value | None, right: Value | None) -> Truth | None:
        if left is None or right is None:
            return None
        left, right = _alike(left, right)
        if margin is not None:
            return abs(left - right) <= _alike(left, margin)[1]
        return _ORDER[node.sign](left, right)

    return work


def _margin(node: Comparison, source: Source) -> Fraction:
    """The cells' tolerance, but at least half a unit of the last decimal of a stated number.

    The tolerance is in the unit of the cells: it says nothing of counts, products and quotients.
    """
    stated = [side for side in (node.left, node.right) if isinstance(side, Number)]
    halves = [Fraction(1, 2 * 10**side.decimals) for side in stated]
    tolerances = map(source.tolerance, places(node)) if _in_their_unit(node) else ()
    return max([Fraction(0), *halves, *tolerances])


def _in_their_unit(node: Node) -> bool:
    """Whether a value is in the unit of the cells that it is made of."""
    if isinstance(node, Call):
        return node.name != "count" and all(map(_in_their_unit, node.arguments))
    if isinstance(node, Operation | Comparison):
        return node.sign not in ("*", "/") and all(map(_in_their_unit, (node.left, node.right)))
    return True


def _call(node: Call, source: Source) -> Value | Truth | list | None:
    given = [evaluate(argument, source) for argument in node.arguments]
    if node.name == "abs":
        return [*map(_absolute, given[0])] if several(node) else _absolute(given[0])
    values = [value for value in _flat(given) if value is not None]
    if not values:
        return None
    if any(isinstance(value, np.ndarray) for value in values):
        return _OF_DRAWS[node.name](np.stack(np.broadcast_arrays(*map(_floats, values))), axis=0)
    return _EXACT[node.name](values)


_EXACT = {"max": max, "min": min, "all": all, "any": any, "count": lambda a: Fraction(sum(a))}
_OF_DRAWS = {"max": np.max, "min": np.min, "all": np.all, "any": np.any, "count": np.sum}


def _absolute(value: Value | None) -> Value | None:
    return None if value is None else abs(value)


def _flat(values: Iterable) -> list:
    return reduce(lambda flat, one: flat + (one if isinstance(one, list) else [one]), values, [])


def _alike(left: Value, right: Value) -> tuple[Value, Value]:
    """Fractions stay exact, and become floats beside an array."""
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        return _floats(left), _floats(right)
    return left, right


def _floats(value: Value | bool) -> np.ndarray | float | bool:
    return float(value) if isinstance(value, Fraction) else value
