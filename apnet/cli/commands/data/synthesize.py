"""`apnet data synthesize`: draw a synthetic dataset."""

from pathlib import Path

import click

from apnet.cli import completion
from apnet.cli.command import MACHINE, RUN, command, option
from apnet.cli.options import PATH


@command("Draw a synthetic dataset in the layout of a real one.")
@click.argument("dataset", metavar="NAME", shell_complete=completion.datasets, help="whose layout")
@click.argument("root", type=PATH, metavar="ROOT", help="folder that holds datasets")
@option(
    RUN,
    "--identities",
    type=int,
    metavar="N",
    help="for training; as many test",
    show_default="32",
)
@option(RUN, "--seed", type=int, default=0, metavar="N", help="of all random numbers")
@option(MACHINE, "--processes", type=int, default=1, metavar="N", help="that draw")
def synthesize(dataset: str, root: Path, identities: int | None, seed: int, processes: int) -> None:
    """Draw a synthetic dataset."""
    from apnet.data import synthetic

    synthetic.synthesize(dataset, root, identities=identities, seed=seed, processes=processes)
