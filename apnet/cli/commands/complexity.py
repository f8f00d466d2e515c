"""`apnet complexity`: operations and parameters of models (Table III)."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from apnet.cli.command import OUTPUT, RUN, command, json_option, option
from apnet.cli.kinds import FOLDER, MODEL, RULES, image_size
from apnet.cli.options import reading_options
from apnet.config.readings import Reading
from apnet.runtime.garbage import loading

_INPUT = {"type": image_size, "metavar": "HxW", "show_default": "224x224"}


@command
@click.argument("name", nargs=-1, required=True, type=MODEL, help="such as resnet50-apnet-c2")
@option(RUN, "--input", "size", **_INPUT, help="of the image; 256x128 where 224x224 cannot be")
@option(RUN, "--rules", default="thop-0.0.31", type=RULES, help="the paper's, thop or torch")
@option(OUTPUT, "--out", type=FOLDER, help="write NAME.json, by all rules, into it")
@json_option
@reading_options
def complexity(
    name: Sequence[str],
    reading: Reading,
    size: tuple[int, int] | None,
    rules: str,
    out: Path | None,
    as_json: bool,
) -> None:
    """Count operations and parameters (Table III)."""
    with loading():
        from apnet.files import write_json
        from apnet.models import cost

    for model in name:
        if out:
            write_json(out / f"{model}.json", cost.record(model, reading, size))
            continue
        height, width = size or cost.usual_input(model, reading)
        counted = cost.complexity(model, reading, (height, width), rules)
        print(
            json.dumps(asdict(counted))
            if as_json
            else f"{model}, reading {reading.name}, {height}x{width}: "
            f"{counted.gflops:.4f} GFLOPs by the rules of {rules}, "
            f"{counted.params / 1e6:.2f} M parameters and "
            f"{counted.classifier_params / 1e6:.2f} M in the classifier of 751 identities"
        )
