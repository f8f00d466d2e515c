"""`apnet score`: mAP and CMC of features made by any code."""

import json
from pathlib import Path

import click

from apnet.cli.command import MACHINE, RUN, command, json_option, option
from apnet.cli.kinds import FILE, Count
from apnet.cli.options import device_options

_DISTANCE = {"type": click.Choice(["cosine", "euclidean"]), "default": "cosine"}


@command
@click.argument("features", type=FILE, help=".npz, .safetensors or .mat")
@option(RUN, "--distance", **_DISTANCE, help="between features")
@device_options
@option(MACHINE, "--memory-mb", type=Count(0), default=512, help="used beside the features")
@json_option
def score(features: Path, distance: str, as_json: bool, **how: int | str | None) -> None:
    """Print mAP and CMC of features made by any code."""
    from apnet.data.labels import describe
    from apnet.evaluation.score import score_file

    result = score_file(features, distance, **how)
    if as_json:
        print(json.dumps(result))
        return
    for sentence in result["assumed"]:
        print(sentence)
    ranks = "  ".join(f"rank-{rank} {value:.2%}" for rank, value in result["cmc"].items())
    print(f"mAP {result['mAP']:.2%}  {ranks}")
    gallery = describe(result["gallery"], result["junk"], result["distractors"])
    print(f"{result['valid_queries']} of {result['queries']} queries have a match among {gallery}")
