"""`apnet data check`: count a dataset against what was published."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from apnet.cli import completion
from apnet.cli.command import OUTPUT, command, option
from apnet.cli.options import DATA_ROOT, PATH, reading_options
from apnet.config.readings import Reading


@command("Count a dataset against what was published.")
@click.argument(
    "dataset", metavar="NAME", shell_complete=completion.datasets, help="of the dataset"
)
@click.argument("data_root", nargs=-1, required=True, metavar="ROOT...", help=DATA_ROOT)
@option(OUTPUT, "--out", type=PATH, metavar="FILE.json", help="write a record for --data-record")
@option(OUTPUT, "--json", "as_json", is_flag=True, help="print JSON")
@reading_options
def check(
    dataset: str, data_root: Sequence[str], reading: Reading, out: Path | None, as_json: bool
) -> None:
    """Count a dataset against what was published."""
    from apnet.data.check import check_dataset, describe_check
    from apnet.data.roots import root_of
    from apnet.files import write_json

    report = check_dataset(dataset, root_of(dataset, data_root), reading)
    if out:
        # Without the path: data that has only moved is the same data.
        write_json(out, {key: value for key, value in report.items() if key != "root"})
    print(json.dumps(report, indent=2) if as_json else describe_check(report))
