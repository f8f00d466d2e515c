"""Draw a figure's values over its rows, and how many parameters each row takes.

Parameters stand below, since in one series they may grow and in another not.
docs/figures.md says how to read it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D

from reproduction.errors import InputError
from reproduction.figures import style as picture
from reproduction.judging.cells import RUN, Cell, JudgedTable
from reproduction.paper.tables import Curve, Table
from reproduction.report.phrases import listed
from reproduction.results.frame import FAILED, NOT_RUN

Parameters = Mapping[tuple[str, str], int]
"""Series and experiment -> how many."""


@dataclass(frozen=True)
class Look:
    """How a series is distinguished from the other without colours.

    Attributes:
        shift: to the side, so that bars of two series do not cover each other.
    """

    line: str
    marker: str
    filled: bool
    shift: float


_LOOKS = (Look("-", "o", True, -0.06), Look("--", "s", False, 0.06))
_REPORTED = {"marker": "*", "markersize": 7, "color": "black", "linestyle": "none", "zorder": 4}
_REPORTED_SHIFT = -0.25

# Inches: the panels, the two lines above them, the axis below them.
_PANELS, _HEAD, _AXIS = 3.1, 0.42, 0.42


def draw(judged: JudgedTable, table: Table, parameters: Parameters) -> Figure:
    """The figure of a table that has a curve.

    Args:
        parameters: of its experiments, in every series.

    Raises:
        InputError: an experiment without its parameters.
    """
    notes = picture.wrapped(_notes(judged, table), picture.COLUMN)
    below = picture.LINE * len(notes) + _AXIS
    head = _HEAD + picture.MARK_LINE * judged.synthetic
    height = below + _PANELS + head
    figure = Figure(figsize=(picture.COLUMN, height))
    heights = {"height_ratios": [*[3] * len(table.curve.metrics), 2], "hspace": 0.16}
    panels = figure.subplots(len(table.curve.metrics) + 1, sharex=True, gridspec_kw=heights)
    sides = {"bottom": below / height, "top": 1 - head / height}
    figure.subplots_adjust(left=0.16, right=0.985, **sides)
    for axes, metric in zip(panels, table.curve.metrics, strict=False):
        _accuracy(axes, judged, metric, table.curve)
    _parameters(panels[-1], judged, parameters)
    panels[-1].set_xticks(range(len(table.rows)), [row.label for row in table.rows])
    panels[-1].set_xlim(-0.4, len(table.rows) - 0.6)
    panels[-1].set_xlabel(table.curve.axis, labelpad=2)
    figure.align_ylabels()
    _legend(figure, judged, table.curve)
    picture.notes(figure, notes)
    if judged.synthetic:
        picture.watermark(figure, picture.EDGE, height - _HEAD)
    return figure


def _accuracy(axes: Axes, judged: JudgedTable, metric: str, curve: Curve) -> None:
    """One metric: a line a series, broken where a row is open, in a band of the deviation."""
    printed = curve.metrics[metric]
    axes.set_ylabel(f"{printed.name} (%)", color=printed.colour)
    axes.margins(y=0.15)
    for series in judged.series:
        cells = _cells(judged, series, metric)
        positions = [index + _shift(series, judged) for index in range(len(cells))]
        means, deviations = (
            np.array([_number(getattr(cell, key)) for cell in cells]) for key in ("mean", "sd")
        )
        axes.errorbar(
            positions,
            means,
            yerr=deviations,
            color=printed.colour,
            capsize=2,
            elinewidth=0.8,
            label=series,
            **_marks(series, judged, printed.colour),
        )
        band = {"color": printed.colour, "alpha": 0.15, "linewidth": 0}
        axes.fill_between(positions, means - deviations, means + deviations, **band)
    if not judged.synthetic:
        # The series share what is reported.
        for index, cell in enumerate(_cells(judged, judged.series[0], metric)):
            if cell.reported is not None:
                spot = (index + _REPORTED_SHIFT, cell.reported)
                axes.plot(*([value] for value in spot), label="reported", **_REPORTED)
                _number_at(axes, spot)
    if not _shows_spread(judged):
        highest = axes.dataLim.ymax
        axes.set_ylim(0, 1.2 * highest if highest > 0 else 100)


def _shows_spread(judged: JudgedTable) -> bool:
    """Whether every point has a spread; without one, a cut axis makes noise look like a trend."""
    run = [cell for cell in judged.cells if cell.status == RUN]
    return bool(run) and all(cell.sd is not None for cell in run)


def _parameters(axes: Axes, judged: JudgedTable, parameters: Parameters) -> None:
    """Millions of parameters without the classifier, with their numbers."""
    axes.set_ylabel("param. (M)")
    for series in judged.series:
        names = dict.fromkeys(cell.experiment for cell in judged.cells if cell.series == series)
        for name in names:
            if (series, name) not in parameters:
                raise InputError(f"no parameters of {name}, {series}: count them too")
        values = [parameters[series, name] / 1e6 for name in names]
        positions = [index + _shift(series, judged) for index in range(len(values))]
        axes.plot(positions, values, color="0.25", label=series, **_marks(series, judged, "0.25"))
        below = series == judged.series[0] and len(judged.series) > 1
        for spot in zip(positions, values, strict=True):
            _number_at(axes, spot, "top" if below else "bottom")
    axes.set_ylim(0, 1.3 * max(parameters.values()) / 1e6)


def _legend(figure: Figure, judged: JudgedTable, curve: Curve) -> None:
    """A sample of each line in its colour, and what is drawn."""
    colours = [metric.colour for metric in curve.metrics.values()]
    handles = {
        series: tuple(
            Line2D([], [], color=colour, **_marks(series, judged, colour)) for colour in colours
        )
        for series in judged.series
    }
    if not judged.synthetic:
        handles["reported"] = (Line2D([], [], **_REPORTED),)
    figure.legend(
        handles=list(handles.values()),
        labels=list(handles),
        handler_map={tuple: HandlerTuple(ndivide=None, pad=1)},
        loc="upper right",
        bbox_to_anchor=(0.99, 1 - 0.17 / figure.get_figheight()),
        ncols=len(handles),
        frameon=False,
        handlelength=5,
        columnspacing=1.2,
        borderpad=0,
    )
    seeds = len(judged.seeds)
    spread = f"mean ± standard deviation of {seeds} seeds" if seeds > 1 else "one seed, no spread"
    facts = (f"; {name.lower()} {text}" for name, text in judged.facts)
    corner = (picture.EDGE / picture.COLUMN, 1 - picture.EDGE / figure.get_figheight())
    text = f"{curve.about}; {spread}{''.join(facts)}"
    figure.text(*corner, text, va="top", fontsize=picture.SMALL)


def _notes(judged: JudgedTable, table: Table) -> Iterator[str]:
    """What is open, what is not compared, and what the last panel counts."""
    reported = [cell for cell in judged.cells if cell.reported is not None]
    heading, metrics = table.heading.lower(), table.curve.metrics
    if judged.synthetic:
        first = [cell for cell in reported if cell.series == judged.series[0]]
        shown = listed([f"{metrics[cell.metric].name} {cell.reported}" for cell in first])
        yield f"Not compared: the paper reports {shown} at {heading} {first[0].label}."
    elif any(cell.status == RUN and not cell.comparable for cell in judged.cells):
        yield f"Not to be held against the paper; reports/{table.id}.md says why."
    if _shows_spread(judged):
        yield "Axes do not begin at 0; a difference within the bands is noise."
    else:
        yield "Axes begin at 0: without a spread, any difference may be noise."
    for series in judged.series:
        of = f" ({series})" if len(judged.series) > 1 else ""
        cells = _cells(judged, series, next(iter(metrics)))
        for status in (NOT_RUN, FAILED):
            labels = [cell.label for cell in cells if cell.status == status]
            if labels:
                yield f"{status}{of}: {heading} {', '.join(labels)}"
        asked = len(judged.seeds)
        for done in range(1, asked):
            labels = [cell.label for cell in cells if len(cell.seeds) == done]
            if labels:
                yield f"{done} of {asked} seeds{of}: {heading} {', '.join(labels)}"
    yield "param.: parameters without the classifier."


def _number_at(axes: Axes, spot: tuple[float, float], va: str = "bottom") -> None:
    """Write the height of a spot above it (`bottom`) or below it (`top`)."""
    away = (0, 4 if va == "bottom" else -4)
    axes.annotate(
        f"{spot[1]:.1f}",
        spot,
        xytext=away,
        textcoords="offset points",
        ha="center",
        va=va,
        fontsize=picture.SMALL,
    )


def _cells(judged: JudgedTable, series: str, metric: str) -> list[Cell]:
    """In the order of the rows."""
    return [cell for cell in judged.cells if (cell.series, cell.metric) == (series, metric)]


def _look(series: str, judged: JudgedTable) -> Look:
    return _LOOKS[judged.series.index(series) % len(_LOOKS)]


def _marks(series: str, judged: JudgedTable, colour: str) -> dict[str, object]:
    look = _look(series, judged)
    face = colour if look.filled else "white"
    return {"linestyle": look.line, "marker": look.marker, "markerfacecolor": face}


def _shift(series: str, judged: JudgedTable) -> float:
    return _look(series, judged).shift if len(judged.series) > 1 else 0


def _number(value: float | None) -> float:
    """Not-a-number breaks a line and draws no bar."""
    return float("nan") if value is None else value
