"""The order in which a paper prints its tables and figures."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}


class Numbered(Protocol):
    """What the paper prints under a number: a table or a figure."""

    @property
    def number(self) -> str:
        """As printed."""

    @property
    def form(self) -> str:
        """`table` or `figure`."""


_Numbered = TypeVar("_Numbered", bound=Numbered)


def in_order(items: Iterable[_Numbered]) -> list[_Numbered]:
    """The tables by their numbers, and then the figures by theirs."""
    return sorted(items, key=lambda item: (item.form == "figure", counter(item.number)))


def counter(number: str) -> int:
    """A printed number as a number: 7 of `7` and of `VII`."""
    if number.isdecimal():
        return int(number)
    values = [_ROMAN.get(letter, 0) for letter in number]
    pairs: Sequence[tuple[int, int]] = [*zip(values, [*values[1:], 0], strict=True)]
    return sum(-one if one < after else one for one, after in pairs)
