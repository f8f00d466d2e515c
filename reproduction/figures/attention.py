"""Draw query images, and where each series of runs looks after each level of its pyramid.

A contact sheet for each series, the input and a map for each level side by side as in
the paper. docs/figures.md says how to read it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from reproduction.figures import style as picture

SAMPLES = 4
"""Queries in a row."""

_COLOURS = "inferno"
"""Grows lighter throughout, so that grey print shows the order too."""

_SHARE = 0.6
"""Of the colour in a map; the rest is the image, in grey."""

# Inches.
_BETWEEN, _GAP = 0.12, 0.02
_HEADING, _HEADS, _NAME, _SCALE = 0.24, 0.12, 0.14, 0.2


@dataclass(frozen=True)
class Maps:
    """Where one run looks.

    Attributes:
        images: N x H x W x 3, uint8.
        maps: N x L x H x W, 0 to 1.
        queries: N file names.
        parts: of each level, the first level first.
        fine_first: whether the network runs the last level first.
        about: of which run, on which data, as a sentence.
        doubt: why the maps say little, as a sentence; empty where they may say something.
        synthetic: whether the network was trained or shown on synthetic images.
    """

    images: NDArray[np.uint8]
    maps: NDArray[np.float32]
    queries: list[str]
    parts: list[int]
    fine_first: bool
    about: str
    doubt: str
    synthetic: bool


def draw(maps_of: Mapping[str, Maps | None], why: Mapping[str, str] | None = None) -> Figure:
    """The figure.

    Args:
        maps_of: the maps of each reading; None where there are none.
        why: a reading has none, in words; without any, nothing was run.
    """
    blocks = {reading: _Block(maps) for reading, maps in maps_of.items()}
    notes = picture.wrapped(_notes(maps_of), picture.PAGE)
    below = picture.LINE * len(notes) + 2 * picture.EDGE
    images = any(maps_of.values())
    height = sum(block.height for block in blocks.values()) + _SCALE * images + below
    figure = Figure(figsize=(picture.PAGE, height))
    top = height
    for reading, block in blocks.items():
        block.draw(figure, top, reading, (why or {}).get(reading, "not run"))
        top -= block.height
    if images:
        _colour_bar(figure, below + 0.14)
    picture.notes(figure, notes)
    return figure


class _Block:
    """A reading's contact sheet: its measures in inches, and how it is drawn."""

    def __init__(self, maps: Maps | None) -> None:
        self._maps = maps
        self._head = _HEADING
        if maps is not None and maps.synthetic:
            self._head += picture.MARK_LINE
        self.height = self._head
        if maps is None:
            return
        self._per_sample = 1 + maps.maps.shape[1]
        gaps = (SAMPLES - 1) * _BETWEEN + SAMPLES * (self._per_sample - 1) * _GAP
        self._wide = (picture.PAGE - 2 * picture.EDGE - gaps) / (SAMPLES * self._per_sample)
        self._high = self._wide * maps.images.shape[1] / maps.images.shape[2]
        self._row = _HEADS + self._high + _NAME
        self.height += self._row * -(-len(maps.images) // SAMPLES)

    def draw(self, figure: Figure, top: float, reading: str, why: str) -> None:
        """Draw below `top`."""
        _write(figure, picture.EDGE, top - 0.18, _heading(reading, self._maps, why), fontsize=7.5)
        if self._maps is None:
            return
        if self._maps.synthetic:
            picture.watermark(figure, picture.EDGE, top - _HEADING)
        for number, name in enumerate(self._maps.queries):
            row, column = divmod(number, SAMPLES)
            self._sample(figure, column, top - self._head - row * self._row, number, name)

    def _sample(self, figure: Figure, column: int, top: float, number: int, name: str) -> None:
        """The input and its maps, from left to right."""
        width = self._per_sample * self._wide + (self._per_sample - 1) * _GAP
        left = picture.EDGE + column * (width + _BETWEEN)
        image = self._maps.images[number]
        shown = [image, *(overlaid(image, cam) for cam in self._maps.maps[number])]
        heads = ["input", *(f"level {level}" for level in range(1, self._per_sample))]
        for index, (pixels, head) in enumerate(zip(shown, heads, strict=True)):
            x = left + index * (self._wide + _GAP)
            inches = (x, top - _HEADS - self._high, self._wide, self._high)
            axes = figure.add_axes(_shares(figure, inches), label=f"{name} {head}")
            axes.imshow(pixels, aspect="auto")
            axes.set_axis_off()
            _write(figure, x + self._wide / 2, top - _HEADS + 0.025, head, ha="center")
        caption = f"{name} (synthetic)" if self._maps.synthetic else name
        _write(figure, left, top - _HEADS - self._high - 0.1, caption)


def _colour_bar(figure: Figure, top: float) -> None:
    """What the colours mean, below `top`: on an image of one grey, as they are over images."""
    left, width, high = picture.EDGE + 0.8, 1.5, 0.09
    axes = figure.add_axes(_shares(figure, (left, top - high, width, high)), label="colours")
    grey = np.full((1, 256, 3), 128, np.uint8)
    axes.imshow(overlaid(grey, np.linspace(0, 1, 256)[None]), aspect="auto")
    axes.set_axis_off()
    _write(figure, left - 0.05, top - high + 0.01, "least in each map", ha="right")
    _write(figure, left + width + 0.05, top - high + 0.01, "most in each map")


def overlaid(image: NDArray[np.uint8], cam: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A map over an image in grey: H x W x 3 of H x W x 3 and H x W, 0 to 1."""
    colours = matplotlib.colormaps[_COLOURS](cam)[..., :3] * 255
    grey = (image @ np.array([0.299, 0.587, 0.114]))[..., None]
    return (_SHARE * colours + (1 - _SHARE) * grey).round().astype(np.uint8)


def _heading(reading: str, maps: Maps | None, why: str) -> str:
    """A reading and the order of its levels, or why there are none."""
    if maps is None:
        return f"Reading {reading}: {why}"
    levels = [
        f"level {level} ({count} part{'s' * (count != 1)})"
        for level, count in enumerate(maps.parts, start=1)
    ]
    return f"Reading {reading}: first {', then '.join(levels[:: -1 if maps.fine_first else 1])}"


def _notes(maps_of: Mapping[str, Maps | None]) -> Iterator[str]:
    for reading, maps in maps_of.items():
        of = f"{reading}: " if len(maps_of) > 1 else ""
        if maps is not None:
            yield f"{of}{maps.about}"
        if maps is not None and maps.doubt:
            yield f"{of}{maps.doubt}"
    if any(maps_of.values()):
        yield (
            "Light: what raises the similarity of the query with its true matches most (Grad-CAM); "
            "each map from its own least to its own most."
        )


def _write(figure: Figure, x: float, y: float, text: str, **options: object) -> None:
    """Write at a position in inches."""
    options = {"fontsize": picture.SMALL, **options}
    figure.text(x / figure.get_figwidth(), y / figure.get_figheight(), text, **options)


def _shares(figure: Figure, inches: Sequence[float]) -> list[float]:
    width, height = figure.get_size_inches()
    return [value / whole for value, whole in zip(inches, (width, height) * 2, strict=True)]
