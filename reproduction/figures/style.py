"""How every figure is set and written: for a column of print, the same bytes each time."""

import textwrap
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from reproduction.errors import one_of
from reproduction.figures.names import PICTURES
from reproduction.files import replaced

COLUMN, PAGE = 3.5, 7.16
"""Widths of a column and of both, in inches, as IEEE journals print them."""

SYNTHETIC = "synthetic data: says nothing about the paper"
"""The watermark, in letters: a figure travels without its page."""

SMALL = 6
"""Points: the smallest letters that print still carries."""

MARK = 8
"""Points of the watermark, which has a line of :data:`MARK_LINE` inches."""

MARK_LINE = 0.16

EDGE = 0.07
"""Inches that are left free around a figure."""

LINE = 0.105
"""Inches from line to line of notes."""

_LETTER, _LEADING = 0.56, 1.2
"""Of the size of letters: about the width of one, and what matplotlib takes as a line."""

_STYLE = {
    "font.size": 7,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "0.9",
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.1,
    "lines.markersize": 4,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "savefig.dpi": 300,
    # Letters stay letters, for a reader's search and for the editor of a journal.
    "svg.fonttype": "none",
    # Names are shown as they are; a lone $ of one would end the drawing.
    "text.parse_math": False,
    "pdf.fonttype": 42,
    # Otherwise the names inside an SVG are drawn at random.
    "svg.hashsalt": "apnet",
}
_UNDATED = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}


def style() -> AbstractContextManager[None]:
    """The context in which a figure is drawn and saved."""
    return matplotlib.rc_context(_STYLE)


def save(figure: Figure, files: Iterable[Path], title: str) -> None:
    """Write a figure, in the formats that the suffixes name.

    Raises:
        InputError: an unknown suffix, or a file that cannot be written.
    """
    for file in files:
        suffix = file.suffix.removeprefix(".")
        if suffix not in PICTURES:
            raise one_of("format", suffix, PICTURES)
        with replaced(file) as temporary:
            figure.savefig(temporary, format=suffix, metadata={**_UNDATED[suffix], "Title": title})


def watermark(figure: Figure, left: float, top: float) -> None:
    """Write the watermark below `top`, in inches: beside what is drawn, and never over it."""
    width, height = figure.get_size_inches()
    spot = (left / width, top / height)
    figure.text(*spot, SYNTHETIC, va="top", fontsize=MARK, fontweight="bold")


def wrapped(sentences: Iterable[str], width: float) -> list[str]:
    """Sentences as lines of the smallest letters, for a figure of this width in inches."""
    letters = round((width - 2 * EDGE) * 72 / (SMALL * _LETTER))
    return [line for sentence in sentences for line in textwrap.wrap(sentence, letters)]


def notes(figure: Figure, lines: Sequence[str]) -> None:
    """Write lines at the foot of a figure, which take up :data:`LINE` inches each."""
    width, height = figure.get_size_inches()
    text = "\n".join(lines)
    corner = (EDGE / width, (EDGE + LINE * len(lines)) / height)
    figure.text(*corner, text, fontsize=SMALL, va="top", linespacing=LINE * 72 / SMALL / _LEADING)
