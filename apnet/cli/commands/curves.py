"""`apnet curves`: learning curves of a run."""

from pathlib import Path

import click

from apnet.cli.command import OUTPUT, command, option
from apnet.cli.options import PATH


@command("Draw the learning curves of a run, finished or not.")
@click.argument("folder", type=PATH, metavar="RUN", help="the run's folder")
@option(OUTPUT, "--out", required=True, type=PATH, metavar="FILE.svg", help="or .png, .pdf")
def curves(folder: Path, out: Path) -> None:
    """Draw the learning curves of a run."""
    from apnet.training.curves import draw_curves

    draw_curves(folder, out)
