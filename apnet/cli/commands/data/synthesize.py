"""`apnet data synthesize`: a synthetic dataset in the layout of a real one."""

from pathlib import Path

import click

from apnet.cli.command import MACHINE, RUN, command, option
from apnet.cli.kinds import DATASET, FOLDER


@command
@click.argument("dataset", type=DATASET, help="whose layout")
@click.argument("root", type=FOLDER, help="folder that holds datasets")
@option(
    RUN, "--identities", type=int, help="for training, and as many for testing; 32 if not given"
)
@option(RUN, "--seed", type=int, default=0, help="of all random numbers")
@option(MACHINE, "--processes", type=int, default=1, help="that draw")
def synthesize(dataset: str, root: Path, **how: int | None) -> None:
    """Draw a synthetic dataset in the layout of a real one."""
    from apnet.data import synthetic

    synthetic.synthesize(dataset, root, **how)
