"""`apnet complexity`: what a model costs (Table III)."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from apnet.cli import completion
from apnet.cli.command import OUTPUT, RUN, command, option
from apnet.cli.options import PATH, reading_options
from apnet.config.readings import Reading
from apnet.errors import InputError


def _size(text: str) -> tuple[int, int]:
    """Height and width of HEIGHTxWIDTH."""
    words = text.split("x")
    if len(words) != 2 or not all(word.isdecimal() and int(word) for word in words):
        raise InputError(f"--input wants HEIGHTxWIDTH in pixels, such as 224x224, not {text!r}")
    return int(words[0]), int(words[1])


@command("Count operations and parameters (Table III).")
@click.argument(
    "models",
    nargs=-1,
    required=True,
    metavar="NAME...",
    shell_complete=completion.models,
    help="such as resnet50-apnet-c2",
)
@option(
    RUN,
    "--input",
    "size",
    type=_size,
    metavar="HxW",
    help="of the image",
    show_default="224x224; 256x128 where that cannot be",
)
@option(
    RUN,
    "--rules",
    default="thop-0.0.31",
    metavar="NAME",
    help="thop-0.0.31 (the paper's), thop or torch",
)
@option(OUTPUT, "--out", type=PATH, metavar="DIR", help="write NAME.json, by all rules, into it")
@option(OUTPUT, "--json", "as_json", is_flag=True, help="print JSON")
@reading_options
def complexity(
    models: Sequence[str],
    reading: Reading,
    size: tuple[int, int] | None,
    rules: str,
    out: Path | None,
    as_json: bool,
) -> None:
    """Print or write what models cost."""
    from apnet.files import write_json
    from apnet.models.cost import record

    for name in models:
        if out:
            write_json(out / f"{name}.json", record(name, reading, size))
        else:
            print(_line(name, reading, size, rules, as_json))


def _line(
    name: str, reading: Reading, size: tuple[int, int] | None, rules: str, as_json: bool
) -> str:
    from apnet.models.cost import complexity as count
    from apnet.models.cost import usual_input

    size = size or usual_input(name, reading)
    cost = count(name, reading, size, rules)
    if as_json:
        return json.dumps(asdict(cost))
    return (
        f"{name}, reading {reading.name}, {size[0]}x{size[1]}: "
        f"{cost.gflops:.4f} GFLOPs by the rules of {rules}, "
        f"{cost.params / 1e6:.2f} M parameters and {cost.classifier_params / 1e6:.2f} M in the "
        f"classifier of 751 identities"
    )
