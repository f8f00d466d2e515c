"""`apnet results merge`: several people's results in one tree."""

from pathlib import Path

import click

from apnet.cli.command import OUTPUT, command, option
from apnet.cli.kinds import FOLDER


@command
@click.argument(
    "folders",
    type=FOLDER,
    nargs=-1,
    required=True,
    metavar="FOLDER…",
    help="such as results/paper, or an archive",
)
@option(
    OUTPUT,
    "--into",
    type=FOLDER,
    required=True,
    help="results/<scale> that gets them; what is there stays",
)
def merge(folders: tuple[Path, ...], into: Path) -> None:
    """Merge trees such as results/paper: each run once, conflicts named."""
    from apnet.records.merge import merge_results

    added, same = merge_results(folders, into)
    print(f"{added} files added to {into}, {same} were the same in two places")
