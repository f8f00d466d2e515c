"""Draw Fig. 6: query images, and where each reading looks after each level of its pyramid.

    python -m reproduction.figures.figure6 --maps results/smoke/written/…/attention/market1501.npz
        --readings written --out reports/figure6.png …

A contact sheet for each reading, the input and a map for each level side by side as in
the paper. docs/figures.md says how to read it.
"""

import argparse
import json
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from apnet.errors import InputError
from apnet.runtime.environment import SCHEMA
from reproduction.figures import style as picture
from reproduction.figures.names import SHOWN_DATASET
from reproduction.report import text as wording
from workflow.lib.absent import absence
from workflow.lib.cli import run_main

SAMPLES = 4
"""Queries in a row."""

_COLOURS = "inferno"
"""Grows lighter throughout, so that grey print shows the order too."""

_SHARE = 0.6
"""Of the colour in a map; the rest is the image, in grey."""

# Inches.
_BETWEEN, _GAP = 0.12, 0.02
_HEADING, _HEADS, _NAME = 0.24, 0.12, 0.14


@dataclass(frozen=True)
class Maps:
    """What `apnet cam` wrote.

    Attributes:
        images: N x H x W x 3, uint8.
        maps: N x L x H x W, 0 to 1.
        queries: N file names.
        about: of which run, on which data.
    """

    images: NDArray[np.uint8]
    maps: NDArray[np.float32]
    queries: list[str]
    about: dict[str, object]

    @property
    def synthetic(self) -> bool:
        """Whether the network was trained or is shown on drawn people."""
        return any(self.about[data]["synthetic"] for data in ("training_data", "data"))


def main(argv: Sequence[str] | None = None) -> int:
    """Write the figure; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--maps", required=True, nargs="+", type=Path, help="a file a reading")
    parser.add_argument("--readings", required=True, nargs="+")
    parser.add_argument("--data-root", type=Path, help="looked into where maps are not there")
    parser.add_argument("--out", required=True, nargs="+", type=Path, help=".svg, .png, .pdf")
    arguments = parser.parse_args(argv)
    return run_main(lambda: _draw(arguments))


def _draw(arguments: argparse.Namespace) -> None:
    found = {
        reading: read_maps(file) if file.exists() else None
        for reading, file in zip(arguments.readings, arguments.maps, strict=True)
    }
    why = absence(SHOWN_DATASET, arguments.data_root) if arguments.data_root else None
    with picture.style():
        picture.save(draw(found, why), arguments.out, "Fig. 6, reproduced")


def read_maps(file: Path) -> Maps:
    """Read what `apnet cam` wrote.

    Raises:
        InputError: no such file, or one of another kind or version.
    """
    try:
        with np.load(file) as content:
            about = json.loads(str(content["about"]))
            if about["schema"] == SCHEMA:
                names = content["queries"].tolist()
                return Maps(content["images"], content["maps"], names, about)
    except (OSError, EOFError, TypeError, ValueError, KeyError, zipfile.BadZipFile):
        pass
    raise InputError(f"{file} holds no maps of version {SCHEMA}: make it with apnet cam")


def draw(found: dict[str, Maps | None], why: str | None = None) -> Figure:
    """The figure.

    Args:
        found: the maps of each reading; None where there are none.
        why: there are none, if that is known.
    """
    blocks = {reading: _Block(maps) for reading, maps in found.items()}
    notes = picture.wrapped(_notes(found), picture.PAGE)
    below = picture.LINE * len(notes) + 2 * picture.EDGE
    height = sum(block.height for block in blocks.values()) + below
    figure = Figure(figsize=(picture.PAGE, height))
    top = height
    for reading, block in blocks.items():
        block.draw(figure, top, reading, why)
        top -= block.height
    picture.notes(figure, notes)
    return figure


class _Block:
    """A reading's contact sheet: its measures in inches, and how it is drawn."""

    def __init__(self, maps: Maps | None) -> None:
        self._maps = maps
        self.height = _HEADING
        if maps is None:
            return
        self._per_sample = 1 + maps.maps.shape[1]
        gaps = (SAMPLES - 1) * _BETWEEN + SAMPLES * (self._per_sample - 1) * _GAP
        self._wide = (picture.PAGE - 2 * picture.EDGE - gaps) / (SAMPLES * self._per_sample)
        self._high = self._wide * maps.images.shape[1] / maps.images.shape[2]
        self._row = _HEADS + self._high + _NAME
        self.height += self._row * -(-len(maps.images) // SAMPLES)

    def draw(self, figure: Figure, top: float, reading: str, why: str | None) -> None:
        """Draw below `top`."""
        _write(figure, picture.EDGE, top - 0.18, _heading(reading, self._maps, why), fontsize=7.5)
        if self._maps is None:
            return
        for number, name in enumerate(self._maps.queries):
            row, column = divmod(number, SAMPLES)
            self._sample(figure, column, top - _HEADING - row * self._row, number, name)
            if self._maps.synthetic and column == 0:
                middle = top - _HEADING - row * self._row - _HEADS - 0.8 * self._high
                picture.watermark(figure, 0.5, middle / figure.get_figheight(), over=True)

    def _sample(self, figure: Figure, column: int, top: float, number: int, name: str) -> None:
        """The input and its maps, from left to right."""
        width = self._per_sample * self._wide + (self._per_sample - 1) * _GAP
        left = picture.EDGE + column * (width + _BETWEEN)
        image = self._maps.images[number]
        shown = [image, *(overlaid(image, cam) for cam in self._maps.maps[number])]
        heads = ["input", *(f"level {level}" for level in range(1, self._per_sample))]
        for place, (pixels, head) in enumerate(zip(shown, heads, strict=True)):
            x = left + place * (self._wide + _GAP)
            inches = (x, top - _HEADS - self._high, self._wide, self._high)
            axes = figure.add_axes(_shares(figure, inches), label=f"{name} {head}")
            axes.imshow(pixels, aspect="auto")
            axes.set_axis_off()
            _write(figure, x + self._wide / 2, top - _HEADS + 0.025, head, ha="center")
        said = f"{name} (synthetic)" if self._maps.synthetic else name
        _write(figure, left, top - _HEADS - self._high - 0.1, said)


def overlaid(image: NDArray[np.uint8], cam: NDArray[np.float32]) -> NDArray[np.uint8]:
    """A map over an image in grey: H x W x 3 of H x W x 3 and H x W, 0 to 1."""
    colours = matplotlib.colormaps[_COLOURS](cam)[..., :3] * 255
    grey = (image @ np.array([0.299, 0.587, 0.114]))[..., None]
    return (_SHARE * colours + (1 - _SHARE) * grey).round().astype(np.uint8)


def _heading(reading: str, maps: Maps | None, why: str | None) -> str:
    """A reading and the order of its levels, or that nothing was run."""
    if maps is None:
        return f"Reading {reading}: not run{f': {why}' if why else ''}"
    parts = maps.about["parts"]
    said = [
        f"level {level} ({count} part{'s' * (count != 1)})"
        for level, count in enumerate(parts, start=1)
    ]
    order = said[::-1] if maps.about["order"] == "fine-to-coarse" else said
    return f"Reading {reading}: first {', then '.join(order)}"


def _notes(found: dict[str, Maps | None]) -> Iterator[str]:
    for reading, maps in found.items():
        if maps is not None:
            about = maps.about
            of = f"{reading}: " if len(found) > 1 else ""
            blocks = {"training_data": [about["training_data"]], "test_data": [about["data"]]}
            data = wording.short_data([about["dataset"]], [blocks])
            yield f"{of}run {about['run']}, after the pyramid of {about['stage']}; {data}."
    yield (
        "Light: what raises the similarity of the query with its true matches most (Grad-CAM); "
        "each map from its own least to its own most."
    )


def _write(figure: Figure, x: float, y: float, text: str, **options: object) -> None:
    """Write from a place in inches."""
    options = {"fontsize": picture.SMALL, **options}
    figure.text(x / figure.get_figwidth(), y / figure.get_figheight(), text, **options)


def _shares(figure: Figure, inches: Sequence[float]) -> list[float]:
    width, height = figure.get_size_inches()
    return [value / whole for value, whole in zip(inches, (width, height) * 2, strict=True)]


if __name__ == "__main__":
    sys.exit(main())
