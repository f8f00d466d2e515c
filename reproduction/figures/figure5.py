"""Draw Fig. 5: mAP and Rank-1 over the radix, and how many parameters each radix takes.

    python -m reproduction.figures.figure5 --cells results/smoke/cells/figure5.json
        --costs results/smoke/written/complexity/*.json --out reports/figure5.svg …

Parameters stand below, since under one reading they grow with the radix and under the
other they do not. docs/figures.md says how to read it.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from apnet.errors import InputError
from apnet.files import read_json
from reproduction.figures import style as picture
from reproduction.figures.names import RADIX
from reproduction.report.text import listed
from workflow.lib.cli import run_main
from workflow.lib.judge import SCHEMA

METRICS = {"mAP": ("mAP", "#b2182b"), "R-1": ("Rank-1", "#2166ac")}
"""Metric -> its name in the paper's figure, and its colour there."""

Json = Mapping[str, object]


@dataclass(frozen=True)
class Look:
    """How a reading is told from the other without colours.

    Attributes:
        shift: to the side, so that bars of two readings do not cover each other.
    """

    line: str
    marker: str
    filled: bool
    shift: float


LOOKS = {"written": Look("-", "o", True, -0.06), "released": Look("--", "s", False, 0.06)}
_REPORTED = {"marker": "*", "markersize": 7, "color": "black", "linestyle": "none", "zorder": 4}
_REPORTED_SHIFT = -0.25

# Inches: the panels, the two lines above them, the axis below them.
_PANELS, _HEAD, _AXIS = 3.1, 0.42, 0.42


def main(argv: Sequence[str] | None = None) -> int:
    """Write the figure; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", required=True, type=Path)
    parser.add_argument("--costs", required=True, nargs="+", type=Path, help="a file a model")
    parser.add_argument("--out", required=True, nargs="+", type=Path, help=".svg, .png, .pdf")
    arguments = parser.parse_args(argv)
    return run_main(lambda: _draw(arguments))


def _draw(arguments: argparse.Namespace) -> None:
    content = read_json(arguments.cells)
    if content.get("schema") != SCHEMA or content.get("table") != RADIX:
        raise InputError(f"{arguments.cells} are not the cells of Fig. 5: judge them again")
    costs = [read_json(file) for file in arguments.costs]
    with picture.style():
        picture.save(draw(content, costs), arguments.out, "Fig. 5, reproduced")


def draw(content: Json, costs: Sequence[Json]) -> Figure:
    """The figure.

    Args:
        content: what :mod:`workflow.lib.judge` wrote of Fig. 5.
        costs: what `apnet complexity` wrote of its models, under every reading.

    Raises:
        InputError: a model without its cost.
    """
    cells = content["cells"]
    notes = picture.wrapped(_notes(content), picture.COLUMN)
    below = picture.LINE * len(notes) + _AXIS
    height = below + _PANELS + _HEAD
    figure = Figure(figsize=(picture.COLUMN, height))
    heights = {"height_ratios": [3, 3, 2], "hspace": 0.16}
    panels = figure.subplots(3, sharex=True, gridspec_kw=heights)
    sides = {"bottom": below / height, "top": 1 - _HEAD / height}
    figure.subplots_adjust(left=0.16, right=0.985, **sides)
    radices = list(dict.fromkeys(cell["label"] for cell in cells))
    for axes, metric in zip(panels, METRICS, strict=False):
        _accuracy(axes, [cell for cell in cells if cell["metric"] == metric], content["readings"])
    _parameters(panels[-1], cells, costs, content["readings"])
    panels[-1].set_xticks(range(len(radices)), radices)
    panels[-1].set_xlim(-0.4, len(radices) - 0.6)
    panels[-1].set_xlabel("radix R, at pyramid level 2", labelpad=2)
    figure.align_ylabels()
    _legend(figure, content)
    picture.notes(figure, notes)
    if _synthetic(cells):
        for axes in panels[:2]:
            picture.watermark(axes, 0.5, 0.5, 15)
    return figure


def _accuracy(axes: Axes, cells: Sequence[Json], readings: Sequence[str]) -> None:
    """One metric: a line a reading, broken where a radix is open, with the seeds' deviation."""
    name, colour = METRICS[cells[0]["metric"]]
    axes.set_ylabel(f"{name} (%)")
    axes.margins(y=0.15)
    for reading in readings:
        own = [cell for cell in cells if cell["reading"] == reading]
        axes.errorbar(
            [place + _shift(reading, readings) for place in range(len(own))],
            [_number(cell["mean"]) for cell in own],
            yerr=[_number(cell["sd"]) for cell in own],
            color=colour,
            capsize=2,
            elinewidth=0.8,
            label=reading,
            **_marks(reading, colour),
        )
    if not _synthetic(cells):
        # The readings share what is reported.
        for place, cell in enumerate(cell for cell in cells if cell["reading"] == readings[0]):
            if cell["reported"] is not None:
                spot = (place + _REPORTED_SHIFT, cell["reported"])
                axes.plot(*([value] for value in spot), label="reported", **_REPORTED)
                _number_at(axes, spot, "right")


def _parameters(
    axes: Axes, cells: Sequence[Json], costs: Sequence[Json], readings: Sequence[str]
) -> None:
    """Millions of parameters without the classifier, with their numbers."""
    counted = {(cost["reading"], cost["model"]): cost["params"] / 1e6 for cost in costs}
    axes.set_ylabel("param. (M)")
    for reading in readings:
        models = dict.fromkeys(cell["model"] for cell in cells if cell["reading"] == reading)
        for model in models:
            if (reading, model) not in counted:
                raise InputError(f"no cost of {model}, {reading}: give its file with --costs")
        values = [counted[reading, model] for model in models]
        places = [place + _shift(reading, readings) for place in range(len(values))]
        axes.plot(places, values, color="0.25", label=reading, **_marks(reading, "0.25"))
        below = reading == readings[0] and len(readings) > 1
        for place, value in zip(places, values, strict=True):
            _number_at(axes, (place, value), "center", "top" if below else "bottom")
    axes.set_ylim(0, 1.3 * max(counted.values()))


def _legend(figure: Figure, content: Json) -> None:
    readings, cells = content["readings"], content["cells"]
    handles = [
        Line2D([], [], color="0.25", label=reading, **_marks(reading, "0.25"))
        for reading in readings
    ]
    if not _synthetic(cells):
        handles.append(Line2D([], [], label="reported", **_REPORTED))
    figure.legend(
        handles=handles,
        loc="upper right",
        bbox_to_anchor=(0.99, 1 - 0.17 / figure.get_figheight()),
        ncols=len(handles),
        frameon=False,
        handlelength=2.6,
        columnspacing=1.2,
        borderpad=0,
    )
    seeds = len(content["seeds"])
    spread = f"mean ± standard deviation of {seeds} seeds" if seeds > 1 else "one seed, no spread"
    head = f"APNet-C, Market-1501; {spread}; scale {content['scale']}"
    place = (picture.EDGE / picture.COLUMN, 1 - picture.EDGE / figure.get_figheight())
    figure.text(*place, head, va="top", fontsize=picture.SMALL)


def _notes(content: Json) -> Iterator[str]:
    """What is open, what is not compared, and what the last panel counts."""
    cells, readings = content["cells"], content["readings"]
    reported = [cell for cell in cells if cell["reported"] is not None]
    if _synthetic(cells):
        first = [cell for cell in reported if cell["reading"] == readings[0]]
        shown = listed([f"{METRICS[cell['metric']][0]} {cell['reported']}" for cell in first])
        yield f"Not compared: the paper reports {shown} at radix {first[0]['label']}."
    elif any(cell["status"] == "run" and not cell["comparable"] for cell in cells):
        yield "Not to be held against the paper; reports/figure5.md says why."
    for reading in readings:
        of = f" ({reading})" if len(readings) > 1 else ""
        own = [cell for cell in cells if cell["reading"] == reading and cell["metric"] == "mAP"]
        for status in ("not run", "failed"):
            radices = [cell["label"] for cell in own if cell["status"] == status]
            if radices:
                yield f"{status}{of}: radix {', '.join(radices)}"
        asked = len(content["seeds"])
        for done in range(1, asked):
            radices = [cell["label"] for cell in own if len(cell["seeds"]) == done]
            if radices:
                yield f"{done} of {asked} seeds{of}: radix {', '.join(radices)}"
    yield "param.: parameters without the classifier."


def _number_at(axes: Axes, spot: tuple[float, float], ha: str, va: str = "center") -> None:
    """Write the height of a spot to its left, above it (`bottom`) or below it (`top`)."""
    away = {"bottom": (0, 4), "top": (0, -4), "center": (-5, 0)}[va]
    axes.annotate(
        f"{spot[1]:.1f}",
        spot,
        xytext=away,
        textcoords="offset points",
        ha=ha,
        va=va,
        fontsize=picture.SMALL,
    )


def _marks(reading: str, colour: str) -> dict[str, object]:
    look = LOOKS[reading]
    face = colour if look.filled else "white"
    return {"linestyle": look.line, "marker": look.marker, "markerfacecolor": face}


def _shift(reading: str, readings: Sequence[str]) -> float:
    return LOOKS[reading].shift if len(readings) > 1 else 0


def _number(value: float | None) -> float:
    """Not-a-number breaks a line and draws no bar."""
    return float("nan") if value is None else value


def _synthetic(cells: Sequence[Json]) -> bool:
    return any(cell["synthetic"] for cell in cells)


if __name__ == "__main__":
    sys.exit(main())
