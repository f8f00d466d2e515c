"""A time that is not known exactly: a middle, and how low and high it may be."""

from collections.abc import Iterable
from typing import NamedTuple

from workflow.lib.lines import spelled

HOUR = 3600


class Span(NamedTuple):
    """Seconds: at least, most likely, at most."""

    low: float = 0.0
    middle: float = 0.0
    high: float = 0.0

    @classmethod
    def around(cls, middle: float, factor: float) -> "Span":
        """From `middle` over `factor` to `middle` times it."""
        return cls(middle / factor, middle, middle * factor)

    def times(self, factor: float) -> "Span":
        """So many times as long."""
        return Span(*(factor * end for end in self))


def total(spans: Iterable[Span]) -> Span:
    """All together. What is wrong with one is wrong with the others: their ends are added too."""
    ends = zip(*spans, strict=True)
    return Span(*map(sum, ends))


def hours(span: Span) -> str:
    """`3.2 (2.1 to 4.8)`, in hours."""
    return amounts(span.times(1 / HOUR))


def amounts(span: Span) -> str:
    """The same without a unit."""
    low, middle, high = map(_amount, span)
    return middle if low == high else f"{middle} ({low} to {high})"


def lasting(span: Span) -> str:
    """`3 h 12 min (2 h 6 min to 4 h 48 min)`."""
    low, middle, high = ("under 1 s" if 0 < end < 0.5 else spelled(end) for end in span)
    return middle if low == high else f"{middle} ({low} to {high})"


def _amount(number: float) -> str:
    return (
        f"{number:,.0f}" if number >= 100 else f"{number:.1f}" if number >= 1 else f"{number:.2g}"
    )
