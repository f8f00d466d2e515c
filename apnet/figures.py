"""How pictures are set and written: one style, whole or absent, the same bytes each time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from apnet.errors import InputError, one_of
from apnet.files import replaced

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("svg", "png", "pdf")

SYNTHETIC = "synthetic data: says nothing about the paper"

_STYLE = {
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "0.9",
    "svg.fonttype": "none",
    # Otherwise the names inside an SVG are drawn at random.
    "svg.hashsalt": "apnet",
}
_UNDATED = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}


def check_drawable(out: Path) -> None:
    """Refuse a figure that cannot be drawn, before there is anything to draw.

    Raises:
        InputError: a name that ends in none of :data:`FORMATS`, or no matplotlib.
    """
    suffix = out.suffix.removeprefix(".")
    if suffix not in FORMATS:
        raise one_of("format of a figure", suffix, FORMATS)
    require_matplotlib()


def require_matplotlib() -> None:
    """Refuse to go on without it.

    Raises:
        InputError: it is absent.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise InputError(
            "figures need matplotlib: install it, or apnet-harness[report], which holds it"
        ) from error


@contextmanager
def figure(out: Path, size: tuple[float, float], dpi: int = 200) -> Iterator["Figure"]:
    """An empty figure, which is written to `out` when the block succeeds.

    Args:
        out: its suffix names the format, one of matplotlib's.
        size: width and height, in inches.
        dpi: pixels an inch, where it is made of pixels.

    Raises:
        InputError: a file that cannot be written.
    """
    import matplotlib
    from matplotlib.figure import Figure

    suffix = out.suffix.removeprefix(".")
    with matplotlib.rc_context(_STYLE):
        drawn = Figure(figsize=size, layout="constrained")
        yield drawn
        with replaced(out) as temporary:
            drawn.savefig(temporary, format=suffix, dpi=dpi, metadata=_UNDATED.get(suffix))
