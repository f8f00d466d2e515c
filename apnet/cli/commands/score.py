"""`apnet score`: mAP and CMC of features made by any code."""

import json
from pathlib import Path

import click

from apnet.cli.command import MACHINE, OUTPUT, RUN, command, option
from apnet.cli.options import PATH, device_options


@command("Print mAP and CMC of features made by any code.")
@click.argument("features", type=PATH, help=".npz, .safetensors or .mat")
@option(
    RUN,
    "--distance",
    type=click.Choice(["cosine", "euclidean"]),
    default="cosine",
    help="between features",
)
@option(MACHINE, "--memory-mb", type=int, default=512, metavar="N", help="used beside the features")
@option(OUTPUT, "--json", "as_json", is_flag=True, help="print JSON")
@device_options
def score(
    features: Path, distance: str, memory_mb: int, device: str, threads: int | None, as_json: bool
) -> None:
    """Print mAP and CMC of features made by any code."""
    from apnet.evaluation.score import score_file

    result = score_file(features, distance, memory_mb=memory_mb, device=device, threads=threads)
    if as_json:
        print(json.dumps(result))
        return
    ranks = "  ".join(f"rank-{rank} {value:.2%}" for rank, value in result["cmc"].items())
    print(f"mAP {result['mAP']:.2%}  {ranks}")
    print(
        f"{result['valid_queries']} of {result['queries']} queries have a match among "
        f"{result['gallery']} gallery images"
    )
