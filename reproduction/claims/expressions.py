"""The expressions of claims: a small grammar over cells, parsed here and never executed as code.

    table2[apnet-c2, market1501, mAP] - table2[apn-0, market1501, mAP] == 2.7
    all(table2[apnet-c1 .. apnet-c3, *, *] > table2[apn-0, *, *])

A cell is named by table, row, column and metric. In each of these several names, `*`, `a .. b` in
the order of print, and `* except a` stand for several cells; of those a comparison is made one by
one, and `all`, `any`, `count`, `max` or `min` takes them together. docs/claims.md explains it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, NoReturn

LONGEST, DEEPEST = 600, 20
"""Characters of an expression, and brackets inside each other."""

NUMERIC, LOGICAL = ("max", "min", "abs", "count"), ("all", "any")
_OF_TRUTHS = ("count", *LOGICAL)
"""Functions that take comparisons; the others take numbers."""

_TOKEN = re.compile(
    r"(?P<address>[A-Za-z]\w*)\[(?P<names>[^\[\]]*)\]"
    r"|(?P<name>[A-Za-z]\w*)|(?P<number>\d+(?:\.\d+)?)|(?P<sign>==|<=|>=|[-+*/<>(),])"
)


class Slip(Exception):
    """What is wrong with an expression: a sentence without its subject."""


class Place(NamedTuple):
    """Where a cell stands."""

    table: str
    row: str
    column: str
    metric: str


@dataclass(frozen=True)
class Names:
    """Some of the rows, columns or metrics of a table.

    Attributes:
        words: names; `*` alone is all of them, and two with `..` between are a range.
        but: those to leave out.
    """

    words: tuple[str, ...]
    but: tuple[str, ...] = ()

    @property
    def several(self) -> bool:
        """Whether it stands for more than one name, or may."""
        return self.words == ("*",) or len(self.words) > 1

    def __str__(self) -> str:
        return " ".join((*self.words, *(("except", *self.but) if self.but else ())))


@dataclass(frozen=True)
class Number:
    """A number as it is written, which says to how many decimals it is meant."""

    value: Fraction
    decimals: int


@dataclass(frozen=True)
class Address:
    """A cell, or several.

    Attributes:
        places: where they stand in a paper, once they have been looked up there.
    """

    table: str
    row: Names
    column: Names
    metric: Names
    places: tuple[Place, ...] = ()

    @property
    def several(self) -> bool:
        """Whether it stands for a list of cells."""
        return any(names.several for names in (self.row, self.column, self.metric))

    def __str__(self) -> str:
        return f"{self.table}[{self.row}, {self.column}, {self.metric}]"


@dataclass(frozen=True)
class Operation:
    """`+`, `-`, `*` or `/` of two numbers."""

    sign: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Comparison:
    """`==`, `<`, `<=`, `>` or `>=` of two numbers."""

    sign: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Call:
    """One of :data:`NUMERIC` or :data:`LOGICAL` of its arguments."""

    name: str
    arguments: tuple["Node", ...]


Node = Number | Address | Operation | Comparison | Call


def parse(text: str) -> Comparison | Call:
    """An expression that is true or false.

    Raises:
        Slip: what is wrong with it, and where.
    """
    if len(text) > LONGEST:
        raise Slip(f"has {len(text)} characters: {LONGEST} are the most")
    return _Parser(text).claim()


def addresses(node: Node) -> Iterator[Address]:
    """The addresses in it, from left to right."""
    if isinstance(node, Address):
        yield node
    elif isinstance(node, Operation | Comparison):
        yield from addresses(node.left)
        yield from addresses(node.right)
    elif isinstance(node, Call):
        for argument in node.arguments:
            yield from addresses(argument)


def places(node: Node) -> list[Place]:
    """Where all of its cells stand."""
    return [place for address in addresses(node) for place in address.places]


def several(node: Node) -> bool:
    """Whether its value is a list, one value for each of several cells."""
    if isinstance(node, Operation | Comparison):
        return several(node.left) or several(node.right)
    if isinstance(node, Call):
        return node.name == "abs" and several(node.arguments[0])
    return isinstance(node, Address) and node.several


def _logical(node: Node) -> bool:
    return isinstance(node, Comparison) or (isinstance(node, Call) and node.name in LOGICAL)


class _Parser:
    """Reads one token after the other; each method reads what it is named after."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._depth = text, 0, 0
        self._advance()

    def claim(self) -> Comparison | Call:
        node = self._comparison()
        if self._token:
            self._fail("the end of the expression")
        if not _logical(node):
            raise Slip("is a number: compare it with another")
        if several(node):
            raise Slip("compares several cells: put it into all(…) or any(…)")
        return node

    def _comparison(self) -> Node:
        left = self._sum()
        if self._sign not in ("==", "<", "<=", ">", ">="):
            return left
        sign = self._take()
        return Comparison(sign, self._number(left), self._number(self._sum()))

    def _sum(self) -> Node:
        return self._operations("+-", lambda: self._operations("*/", self._atom))

    def _operations(self, signs: str, operand: Callable[[], Node]) -> Node:
        node = operand()
        while self._sign and self._sign in signs:
            sign = self._take()
            node = Operation(sign, self._number(node), self._number(operand()))
        return node

    def _atom(self) -> Node:
        token = self._token
        if token and token["number"]:
            digits = self._take()
            return Number(Fraction(digits), len(digits.partition(".")[2]))
        if token and token["address"]:
            self._advance()
            return _address(token["address"], token["names"])
        if token and token["name"]:
            return self._call()
        if self._sign != "(":
            self._fail("a number, a cell, a function or a bracket")
        (node,) = self._bracketed(1)
        return node

    def _call(self) -> Call:
        name = self._take()
        if name not in (*NUMERIC, *LOGICAL):
            raise Slip(f"function {name!r} is none of {', '.join((*NUMERIC, *LOGICAL))}")
        arguments = self._bracketed(1 if name == "abs" else None)
        for argument in arguments:
            if _logical(argument) != (name in _OF_TRUTHS):
                wanted = "comparisons" if name in _OF_TRUTHS else "numbers"
                raise Slip(f"{name}(…) takes {wanted}")
        return Call(name, tuple(arguments))

    def _bracketed(self, most: int | None) -> list[Node]:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Slip(f"has more than {DEEPEST} brackets inside each other")
        self._expect("(")
        nodes = [self._comparison()]
        while self._sign == "," and (most is None or len(nodes) < most):
            self._take()
            nodes.append(self._comparison())
        self._expect(")")
        self._depth -= 1
        return nodes

    def _number(self, node: Node) -> Node:
        if _logical(node):
            raise Slip("takes a comparison for a number: count(…) makes one of it")
        return node

    @property
    def _sign(self) -> str | None:
        return self._token["sign"] if self._token else None

    def _expect(self, sign: str) -> None:
        if self._sign != sign:
            self._fail(f"{sign!r}")
        self._take()

    def _take(self) -> str:
        taken = self._token[0]
        self._advance()
        return taken

    def _advance(self) -> None:
        self._at += len(self._text[self._at :]) - len(self._text[self._at :].lstrip())
        self._token = _TOKEN.match(self._text, self._at)
        self._start = self._at
        if self._token:
            self._at = self._token.end()
        elif self._at < len(self._text):
            self._fail("a number, a cell, a function or a sign")

    def _fail(self, wanted: str) -> NoReturn:
        rest = self._text[self._start : self._start + 20]
        found = repr(rest) if rest else "its end"
        raise Slip(f"has {found} at character {self._start + 1}: there has to be {wanted}")


def _address(table: str, names: str) -> Address:
    parts = [part.split() for part in names.split(",")]
    if len(parts) != 3 or not all(parts):
        raise Slip(f"{table}[{names}] is no cell: write {table}[row, column, metric]")
    return Address(table, *(_names(table, part) for part in parts))


def _names(table: str, words: list[str]) -> Names:
    if "except" not in words:
        return Names(tuple(words))
    place = words.index("except")
    kept, but = tuple(words[:place]), tuple(words[place + 1 :])
    if not kept or not but:
        raise Slip(f"{table}: write names on both sides of 'except'")
    return Names(kept, but)
