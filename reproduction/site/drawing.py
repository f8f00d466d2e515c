"""Drawings of a card, as coordinates for its template: intervals of a cell, and learning curves."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reproduction.judging.cells import Cell

WIDTH, LEFT, RIGHT = 360, 62, 12
"""Of a drawing in its own units, and the room beside it; a phone shows them as pixels."""

MOST_POINTS = 90
"""Of one curve; more cannot be told apart at its size."""

_ROOM = 0.08
"""Beyond the outermost mark, as a share of the range."""


@dataclass(frozen=True)
class Strip:
    """One series of a cell: horizontal places of its marks; None for a mark that it lacks."""

    series: str
    values: tuple[float, ...]
    mean: float
    interval: tuple[float, float] | None
    prediction: tuple[float, float] | None


@dataclass(frozen=True)
class Intervals:
    """What is reported and what came out, on one axis.

    Attributes:
        band: reported ± e; None where nothing is compared.
        ticks: (place, number).
        text: says the same in words.
    """

    reported: float | None
    band: tuple[float, float] | None
    strips: tuple[Strip, ...]
    ticks: tuple[tuple[float, str], ...]
    text: str

    @property
    def height(self) -> int:
        """Of the drawing, in its units."""
        return 34 + 26 * len(self.strips)


@dataclass(frozen=True)
class Curves:
    """Learning curves of several runs on the same axes.

    Attributes:
        lines: points of each, as SVG's polyline takes them.
        x, y: (name, lowest, highest) of each axis.
    """

    lines: tuple[str, ...]
    x: tuple[str, str, str]
    y: tuple[str, str, str]
    text: str

    HEIGHT = 110
    TOP, BOTTOM = 8, 92


def intervals(cells: Sequence[Cell], decimals: int) -> Intervals | None:
    """One metric's cells, a strip a series; None without a run."""
    made = [cell for cell in cells if cell.values]
    if not made:
        return None
    reported, tolerance = made[0].reported, made[0].tolerance
    compared = reported is not None and tolerance is not None
    band = (reported - tolerance, reported + tolerance) if compared else None
    spans = [pair for cell in made for pair in (cell.interval, cell.prediction_interval) if pair]
    marks = [value for cell in made for value in cell.values]
    marks += [end for pair in (*spans, *([band] if band else [])) for end in pair]
    marks += [reported] if reported is not None else []
    axis = _Axis(marks, LEFT, WIDTH - RIGHT)
    return Intervals(
        reported=None if reported is None else axis(reported),
        band=axis.pair(band),
        strips=tuple(
            Strip(
                cell.series or "",
                tuple(map(axis, cell.values)),
                axis(cell.mean),
                axis.pair(cell.interval),
                axis.pair(cell.prediction_interval),
            )
            for cell in made
        ),
        ticks=tuple(axis.ticks()),
        text="; ".join(_words(made, reported, band, decimals)),
    )


def _words(
    cells: Iterable[Cell],
    reported: float | None,
    band: tuple[float, float] | None,
    decimals: int,
) -> Iterator[str]:
    if reported is not None:
        within = f", {band[0]:g} to {band[1]:g} counts as equal" if band else ""
        yield f"reported {reported:.{decimals}f}{within}"
    for cell in cells:
        runs = ", ".join(f"{value:.{decimals + 1}f}" for value in cell.values)
        span = cell.interval
        ends = f", 90 % interval of the mean {span[0]:.2f} to {span[1]:.2f}" if span else ""
        yield f"{cell.series or 'reproduced'}: {runs}{ends}"


def curves(x: str, y: str, given: Sequence[Sequence[tuple[float, float]]]) -> Curves | None:
    """Curves of the same quantities; None without two points.

    Args:
        x, y: names of the quantities.
        given: points (x, y) of each run.
    """
    kept = [points for points in given if len(points) > 1]
    if not kept:
        return None
    xs, ys = ([point[place] for points in kept for point in points] for place in (0, 1))
    across = _Axis(xs, LEFT, WIDTH - RIGHT, room=0)
    up = _Axis(ys, Curves.BOTTOM, Curves.TOP, room=0)
    first, last = (sum(points[end][1] for points in kept) / len(kept) for end in (0, -1))
    runs = f"{len(kept)} run{'s' * (len(kept) > 1)}"
    return Curves(
        lines=tuple(
            " ".join(f"{across(one):.4g},{up(other):.4g}" for one, other in thinned(points))
            for points in kept
        ),
        x=(x, f"{min(xs):g}", f"{max(xs):g}"),
        y=(y, f"{min(ys):.3g}", f"{max(ys):.3g}"),
        text=f"{y} of {runs} goes from {first:.3g} to {last:.3g}",
    )


def thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """At most :data:`MOST_POINTS` of them, evenly, the first and the last included."""
    if len(points) <= MOST_POINTS:
        return list(points)
    step = (len(points) - 1) / (MOST_POINTS - 1)
    return [points[round(index * step)] for index in range(MOST_POINTS)]


class _Axis:
    """From numbers to places between `start` and `end`."""

    def __init__(
        self, marks: Sequence[float], start: float, end: float, room: float = _ROOM
    ) -> None:
        low, high = min(marks), max(marks)
        spare = room * (high - low) if high > low else abs(high) * 0.01 or 1.0
        self._low, self._high = low - spare, high + spare
        self._start, self._end = start, end

    def __call__(self, number: float) -> float:
        share = (number - self._low) / (self._high - self._low)
        return round(self._start + share * (self._end - self._start), 1)

    def pair(self, numbers: tuple[float, float] | None) -> tuple[float, float] | None:
        """Both ends of an interval."""
        return numbers and (self(numbers[0]), self(numbers[1]))

    def ticks(self) -> Iterator[tuple[float, str]]:
        """Round numbers, three to six of them."""
        rough = (self._high - self._low) / 4
        power = 10 ** math.floor(math.log10(rough))
        step = next(power * unit for unit in (1, 2, 5, 10) if power * unit >= rough)
        decimals = max(0, -math.floor(math.log10(step)))
        number = math.ceil(self._low / step)
        while number * step <= self._high:
            yield self(number * step), f"{number * step:.{decimals}f}"
            number += 1
