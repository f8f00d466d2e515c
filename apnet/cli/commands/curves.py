"""`apnet curves`: the learning curves of a run."""

from pathlib import Path

import click

from apnet.cli.command import OUTPUT, command, option
from apnet.cli.kinds import FILE, FOLDER


@command
@click.argument("run", type=FOLDER, help="its folder")
@option(OUTPUT, "--out", required=True, type=FILE, help=".svg, .png or .pdf")
def curves(run: Path, out: Path) -> None:
    """Draw the learning curves of a run, finished or not."""
    from apnet.training.curves import draw_curves

    draw_curves(run, out)
