"""`apnet data check`: a dataset beside its published counts."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from apnet.cli.command import OUTPUT, command, json_option, option
from apnet.cli.kinds import DATASET, FILE, ROOT
from apnet.cli.options import DATA_ROOT, reading_options
from apnet.config.readings import Reading


@command
@click.argument("dataset", type=DATASET, help="its name")
@click.argument("root", nargs=-1, type=ROOT, required=True, help=DATA_ROOT)
@option(OUTPUT, "--out", type=FILE, help=".json, a record for --data-record")
@json_option
@reading_options
def check(
    dataset: str, root: Sequence[str], reading: Reading, out: Path | None, as_json: bool
) -> None:
    """Count a dataset against what was published."""
    from apnet.data.check import check_dataset, describe_check
    from apnet.data.roots import root_of
    from apnet.files import write_json

    report = check_dataset(dataset, root_of(dataset, root), reading)
    if out:
        # Without the path: data that has only moved is the same data.
        write_json(out, {key: value for key, value in report.items() if key != "root"})
    print(json.dumps(report, indent=2) if as_json else describe_check(report))
