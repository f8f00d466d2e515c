"""`apnet cmc`: CMC curves of evaluations in one picture."""

from collections.abc import Sequence
from pathlib import Path

import click

from apnet.cli.command import OUTPUT, command, option
from apnet.cli.kinds import FILE


@command
@click.argument(
    "evaluations",
    nargs=-1,
    required=True,
    type=FILE,
    metavar="EVALUATION...",
    help="test/DATASET.json, or the folder of a run for all of its test sets",
)
@option(OUTPUT, "--out", required=True, type=FILE, help=".svg, .png or .pdf")
def cmc(evaluations: Sequence[Path], out: Path) -> None:
    """Draw CMC curves of evaluations, at ranks 1 to 50."""
    from apnet.evaluation.cmc import draw_cmc

    draw_cmc(evaluations, out)
    print(out)
