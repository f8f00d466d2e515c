"""`apnet import-checkpoint`: a run from weights that somebody else trained."""

from collections.abc import Sequence
from pathlib import Path

import click

from apnet.cli.command import command
from apnet.cli.kinds import FILE
from apnet.cli.options import data_options, run_options
from apnet.config.settings import Settings


@command
@click.argument("checkpoint", type=FILE, help=".safetensors or .pth")
@run_options
@data_options(required=False)
def import_checkpoint(
    checkpoint: Path,
    settings: Settings,
    out: Path,
    data_root: Sequence[str],
    data_record: Path | None,
) -> None:
    """Make a run of weights that somebody else trained."""
    from apnet.data.roots import root_of
    from apnet.models.weight_files import shown
    from apnet.training import import_checkpoint as imported

    root = root_of(settings.dataset, data_root) if data_root else None
    record = imported.import_checkpoint(
        checkpoint, settings, out, data_root=root, data_record=data_record
    )
    source = record["imported"]
    print(
        f"{out}: {settings.model}, reading {settings.reading.name}, imported from a file "
        f"with {source['names']} names and SHA-256 {source['sha256']}"
    )
    if source.get("left"):
        print(
            f"the weights are those under {source['key']}, not those under "
            f"{shown(source['left'])}: to take others, save them alone"
        )
