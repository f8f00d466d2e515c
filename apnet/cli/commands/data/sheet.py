"""`apnet data sheet`: a contact sheet of a synthetic dataset."""

from pathlib import Path

import click

from apnet.cli.command import RUN, command, option
from apnet.cli.kinds import DATASET, FILE


@command
@click.argument("dataset", type=DATASET, help="whose people and cameras")
@click.argument("out", type=FILE, help=".png or .jpg")
@option(RUN, "--seed", type=int, default=0, help="of all random numbers")
def sheet(dataset: str, out: Path, seed: int) -> None:
    """Draw a contact sheet of a synthetic dataset."""
    from apnet.data.synthetic.sheet import contact_sheet

    contact_sheet(dataset, out, seed=seed)
