"""Pictures of ranked lists: a query and the nearest of its gallery, right and wrong by sign."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from apnet.data.images import Pixels
from apnet.figures import figure
from apnet.records.findings import printable
from apnet.records.ranked import RankedQuery

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TILE = 0.62
"""Width of an image in inches; it is up to twice as high."""

_GAP, _AFTER_QUERY = 0.14, 0.5
_ABOVE, _BELOW = 0.68, 0.58
"""In widths of an image: between two, and the lines of text above and below."""

_ROW = 2 + _ABOVE + _BELOW
_NARROWEST = 8
"""Images that there is room for in any case, so that there is for the text."""

_PIXELS = (128, 256)
"""An image is drawn with so many at most, which an SVG or a PDF holds."""

_RIGHT, _WRONG, _ASKED = ("✓", "#00704a"), ("✗", "#c02c00"), ("query", "0.2")
"""Sign and colour."""


def draw_lists(
    out: Path,
    lists: Sequence[RankedQuery],
    images: Sequence[Sequence[Pixels]],
    heading: str,
    distractors: bool,
    dpi: int,
) -> None:
    """Draw a row for each query, its image first.

    Args:
        images: of each query its own and those of `nearest`.
        heading: lines above all rows; may be empty.
        distractors: whether identity 0 is one.
        dpi: pixels an inch.
    """
    widest = max(_NARROWEST, *(len(row) for row in images))
    width = _left(widest - 1) + 1 + 2 * _GAP
    lines = heading.count("\n") + 1 if heading else 0
    top = 0.16 * lines + (0.1 if lines else 0.03)
    height = len(lists) * _ROW * _TILE + top
    with figure(out, (width * _TILE, height), dpi) as drawn:
        drawn.set_layout_engine("none")
        if heading:
            drawn.text(
                0.1 / (width * _TILE), 1 - 0.08 / height, printable(heading), va="top",
                linespacing=1.3, parse_math=False,
            )  # fmt: skip
        axes = drawn.add_axes((0, 0, 1, 1 - top / height))
        axes.set(xlim=(-_GAP, width - _GAP), ylim=(len(lists) * _ROW, 0))
        axes.set_axis_off()
        for row, (ranked, pixels) in enumerate(zip(lists, images, strict=True)):
            _draw_row(axes, row * _ROW, ranked, pixels, distractors)


def _left(place: int) -> float:
    """Where an image begins, in widths of one; place 0 is the query."""
    return place * (1 + _GAP) + (_AFTER_QUERY if place else 0)


def _draw_row(
    axes: "Axes", top: float, ranked: RankedQuery, images: Sequence[Pixels], distractors: bool
) -> None:
    _text(axes, 0, top + 0.22, _caption(ranked), "0.1", ha="left", size=7)
    top += _ABOVE
    _tile(axes, 0, top, images[0], _ASKED, [f"id {ranked.identity}", f"camera {ranked.camera}"])
    for place, (near, pixels) in enumerate(zip(ranked.nearest, images[1:], strict=True), start=1):
        sign, colour = _RIGHT if near.right else _WRONG
        who = "distractor" if distractors and not near.identity else f"id {near.identity}"
        label = f"{near.rank} {sign}"
        _tile(axes, place, top, pixels, (label, colour), [who, f"camera {near.camera}"])


def _tile(
    axes: "Axes",
    place: int,
    top: float,
    pixels: Pixels,
    mark: tuple[str, str],
    below: Sequence[str],
) -> None:
    """An image in a frame, with a word above it and lines below it."""
    (label, colour), left = mark, _left(place)
    image = Image.fromarray(pixels)
    image.thumbnail(_PIXELS, Image.Resampling.LANCZOS)
    width, height = image.size
    scale = min(1 / width, 2 / height)
    width, height = width * scale, height * scale
    x, y = left + (1 - width) / 2, top + (2 - height) / 2
    axes.imshow(image, extent=(x, x + width, y + height, y), aspect="auto", zorder=1)
    axes.add_patch(_frame(x, y, width, height, colour))
    _text(axes, left + 0.5, top - 0.15, label, colour, weight="bold")
    for line, text in enumerate(below):
        _text(axes, left + 0.5, top + 2.16 + 0.19 * line, text, "0.3")


def _frame(x: float, y: float, width: float, height: float, colour: str) -> object:
    from matplotlib.patches import Rectangle

    return Rectangle((x, y), width, height, fill=False, edgecolor=colour, linewidth=2, zorder=2)


def _text(
    axes: "Axes", x: float, y: float, text: str, colour: str, ha: str = "center", **style: object
) -> None:
    style = {"size": 6, "va": "center", "parse_math": False} | style
    axes.text(x, y, printable(text), color=colour, ha=ha, **style)


def _caption(ranked: RankedQuery) -> str:
    """What a row says of its query: how well it is ranked, and what was left out."""
    matches = len(ranked.match_ranks)
    which = f"first of {matches} true matches" if matches > 1 else "its only true match"
    words = [
        ranked.image,
        f"AP {100 * ranked.average_precision:.1f}",
        f"{which} at rank {ranked.match_ranks[0]}",
    ]
    if ranked.left_out:
        images = "image" if ranked.left_out == 1 else "images"
        words.append(
            f"left out: {ranked.left_out} {images} of id {ranked.identity} by camera "
            f"{ranked.camera}"
        )
    return " · ".join(words)
