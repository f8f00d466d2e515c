"""What a call that succeeded says last: how many tables and figures, where, and how they came out.

Loads pandas, so no call imports it before its jobs have ended.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from reproduction.judging.stored import read_judged
from reproduction.report import text as wording
from reproduction.report.phrases import listed
from workflow.lib.catalogue import REPORTED, paper

INDEX = Path("reports/index.html")
"""The page that links to every report."""


def closing(names: Sequence[str], files: Sequence[str], cells: Path) -> str:
    """Where the reports are, the outcome of each table, and which tables were left out.

    Args:
        names: of the tables and figures that were made, at least one.
        files: those that were asked for by name.
        cells: results/<scale>/cells.
    """
    refused = [] if len(names) == 1 else paper().edited.values()
    if len(names) == 1:
        where = f"{paper()[names[0]].title} is in {listed(files or ['reports/'])}"
    else:
        page = f": open {INDEX}" if INDEX.exists() else ""
        where = f"{len(names)} tables and figures in reports/{page}"
    lines = (line for name in names if name in REPORTED for line in _outcomes(name, cells))
    return "\n".join([where, *lines, *(f"  left out: {sentence}" for sentence in refused)])


def _outcomes(name: str, cells: Path) -> Iterator[str]:
    judged = read_judged(cells / f"{name}.json", name)
    for series in judged.series:
        of_series = [cell for cell in judged.cells if cell.series == series]
        which = f", {series}" if len(judged.series) > 1 else ""
        yield f"  {paper()[name].title}{which}: {wording.outcome(of_series)}"
