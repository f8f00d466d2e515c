"""`apnet data sheet`: a contact sheet of drawn people and cameras."""

from pathlib import Path

import click

from apnet.cli import completion
from apnet.cli.command import RUN, command, option
from apnet.cli.options import PATH


@command("Draw a contact sheet of a synthetic dataset.")
@click.argument("dataset", metavar="NAME", shell_complete=completion.datasets, help="whose layout")
@click.argument("out", type=PATH, metavar="FILE", help=".png or .jpg")
@option(RUN, "--seed", type=int, default=0, metavar="N", help="of all random numbers")
def sheet(dataset: str, out: Path, seed: int) -> None:
    """Draw a contact sheet of people and cameras."""
    from apnet.data.synthetic.sheet import contact_sheet

    contact_sheet(dataset, out, seed=seed)
