"""`apnet score`: mAP, CMC and mINP of features made by any code."""

import json
from pathlib import Path
from typing import Any

import click

from apnet.cli.command import MACHINE, RUN, command, json_option, option
from apnet.cli.kinds import FILE, Count
from apnet.cli.options import device_options
from apnet.runtime.garbage import loading

_DISTANCE = {"type": click.Choice(["cosine", "euclidean"]), "default": "cosine"}


@command
@click.argument("features", type=FILE, help=".npz, .safetensors or .mat")
@option(RUN, "--distance", **_DISTANCE, help="between features")
@device_options
@option(MACHINE, "--memory-mb", type=Count(0), default=512, help="used beside the features")
@json_option
def score(features: Path, distance: str, as_json: bool, **how: int | str | None) -> None:
    """Print mAP, CMC and mINP of features made by any code."""
    with loading():
        from apnet.data.labels import describe
        from apnet.evaluation.score import score_file

    result = score_file(features, distance, **how)
    if as_json:
        print(json.dumps(result))
        return
    for sentence in result["assumed"]:
        print(sentence)
    print(_line(result))
    if result["without_distractors"]:
        print(f"{_line(result['without_distractors'])}  without distractors")
    gallery = describe(result["gallery"], result["junk"], result["distractors"])
    print(f"{result['valid_queries']} of {result['queries']} queries have a match among {gallery}")


def _line(scores: dict[str, Any]) -> str:
    curve = scores["cmc_curve"]
    shares = {f"rank-{rank}": value for rank, value in scores["cmc"].items()}
    shares = {"mAP": scores["mAP"], **shares, f"rank-{len(curve)}": curve[-1]}
    shares["mINP"] = scores["mINP"]
    return "  ".join(f"{name} {value:.2%}" for name, value in shares.items())
