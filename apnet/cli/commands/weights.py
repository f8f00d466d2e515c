"""`apnet weights`: ImageNet weights of a backbone."""

from pathlib import Path

import click

from apnet.cli.command import DATA, OUTPUT, command, option
from apnet.cli.options import PATH
from apnet.config.names import BACKBONES


@command("Fetch ImageNet weights of a backbone.")
@click.argument(
    "backbone", type=click.Choice(BACKBONES), metavar="BACKBONE", help=", ".join(BACKBONES)
)
@option(DATA, "--from", "source", type=PATH, metavar="FILE", help="read this; download nothing")
@option(DATA, "--sha256", metavar="HEX", help="refuse a file with another digest")
@option(OUTPUT, "--out", required=True, type=PATH, metavar="FILE.safetensors", help="to write")
def weights(backbone: str, out: Path, source: Path | None, sha256: str | None) -> None:
    """Fetch or read ImageNet weights."""
    from apnet.models.imagenet import convert_weights

    digest = convert_weights(backbone, out, source, sha256)
    print(f"{out}: weights of {backbone} from a file of SHA-256 {digest}")
