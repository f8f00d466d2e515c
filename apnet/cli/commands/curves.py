"""`apnet curves`: the learning curves of a run."""

from pathlib import Path

import click

from apnet.cli.command import OUTPUT, command, option
from apnet.cli.kinds import FILE, FOLDER


@command
@click.argument("run", type=FOLDER, help="its folder")
@option(OUTPUT, "--out", type=FILE, help=".svg, .png or .pdf; else curves.svg in the run's folder")
def curves(run: Path, out: Path | None) -> None:
    """Draw the learning curves of a run, finished or not."""
    from apnet.training.curves import draw_curves

    print(draw_curves(run, out))
