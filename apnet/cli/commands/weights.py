"""`apnet weights`: ImageNet weights of a backbone."""

from pathlib import Path

import click

from apnet.cli.command import DATA, OUTPUT, command, option
from apnet.cli.kinds import BACKBONE, FILE


@command
@click.argument("backbone", type=BACKBONE, help="by its name")
@option(DATA, "--from", "source", type=FILE, help="read this and download nothing")
@option(DATA, "--sha256", metavar="HEX", help="refuse a file with another digest")
@option(OUTPUT, "--out", required=True, type=FILE, help=".safetensors, to write")
def weights(backbone: str, out: Path, source: Path | None, sha256: str | None) -> None:
    """Fetch ImageNet weights of a backbone."""
    from apnet.models.imagenet import convert_weights

    digest = convert_weights(backbone, out, source, sha256)
    print(f"{out}: weights of {backbone} from a file of SHA-256 {digest}")
