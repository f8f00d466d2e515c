"""Options that commands share.

Each of these is put before a command's function, and gives it what the options mean.
"""

import json
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click

from apnet.cli import completion
from apnet.cli.command import DATA, MACHINE, OUTPUT, RUN, option
from apnet.config.names import parse_model_name
from apnet.config.readings import READINGS, get_reading
from apnet.config.recipes import RECIPES, get_recipe
from apnet.config.settings import Settings, paper_recipe
from apnet.errors import InputError

PATH = click.Path(readable=False, path_type=Path)
DATA_ROOT = "folder that holds datasets; for a dataset of your own, NAME=FOLDER or NAME=FILE.csv"

_Function = Callable[..., None]


def run_options(function: _Function) -> _Function:
    """Options that say what a run is: `settings` and `out`."""

    @option(
        RUN,
        "--model",
        required=True,
        metavar="NAME",
        shell_complete=completion.models,
        help="such as resnet50-apnet-c2",
    )
    @dataset_option("training set")
    @option(
        RUN,
        "--recipe",
        metavar="NAME",
        shell_complete=completion.recipes,
        show_default="the paper's for the model",
        help=f"training settings: {', '.join(RECIPES)}",
    )
    @option(RUN, "--seed", type=int, default=0, metavar="N", help="of all random numbers")
    @option(
        RUN,
        "--set",
        "changed",
        multiple=True,
        metavar="KEY=VALUE",
        help="change a setting of the recipe, such as epochs=8; may be repeated",
    )
    @option(OUTPUT, "--out", required=True, type=PATH, metavar="DIR", help="the run's folder")
    @reading_options
    @wraps(function)
    def with_settings(
        *,
        model: str,
        dataset: str,
        recipe: str | None,
        seed: int,
        changed: Sequence[str],
        reading: Any,
        **others: Any,
    ) -> None:
        name = parse_model_name(model)
        settings = Settings(
            model=model,
            dataset=dataset,
            reading=reading,
            recipe=get_recipe(
                recipe or paper_recipe(model), name.backbone, **_pairs(changed, "--set")
            ),
            seed=seed,
        )
        function(settings=settings, **others)

    return with_settings


def reading_options(function: _Function) -> _Function:
    """Options that say how the paper is read: `reading`."""

    @option(
        RUN,
        "--reading",
        default="written",
        metavar="NAME",
        shell_complete=completion.readings,
        help=f"of the paper: {' or '.join(READINGS)}",
    )
    @option(
        RUN,
        "--switch",
        multiple=True,
        metavar="KEY=VALUE",
        help="change a switch of the reading; may be repeated",
    )
    @wraps(function)
    def with_reading(*, reading: str, switch: Sequence[str], **others: Any) -> None:
        function(reading=get_reading(reading, **_pairs(switch, "--switch")), **others)

    return with_reading


def dataset_option(role: str) -> Callable[[_Function], _Function]:
    """The option `--dataset`."""
    return option(
        RUN,
        "--dataset",
        required=True,
        metavar="NAME",
        shell_complete=completion.datasets,
        help=role,
    )


def data_options(required: bool = True) -> Callable[[_Function], _Function]:
    """Options that say where data lie: `data_root` and `data_record`."""
    root = DATA_ROOT if required else f"{DATA_ROOT}; without it, counts are as published"

    def add(function: _Function) -> _Function:
        add_root = option(
            DATA, "--data-root", several=True, required=required, metavar="ROOT...", help=root
        )
        add_record = option(
            DATA,
            "--data-record",
            type=PATH,
            metavar="FILE",
            help="counts and fingerprint, from apnet data check --out",
        )
        return add_root(add_record(function))

    return add


def device_options(function: _Function) -> _Function:
    """Options that say on what to compute: `device` and `threads`."""
    add_device = option(
        MACHINE,
        "--device",
        default="auto",
        metavar="NAME",
        shell_complete=completion.devices,
        help="auto, cpu, cuda, cuda:1 …",
    )
    add_threads = option(
        MACHINE,
        "--threads",
        type=int,
        metavar="N",
        help="CPU threads; another number rounds differently",
    )
    return add_device(add_threads(function))


def machine_options(function: _Function) -> _Function:
    """Options of commands that read many images: device, `workers` and `image_cache`."""
    add_workers = option(
        MACHINE, "--workers", type=int, default=0, metavar="N", help="processes that load images"
    )
    add_cache = option(
        MACHINE,
        "--image-cache",
        type=PATH,
        metavar="DIR",
        help="keep decoded images there, for all jobs",
    )
    add_former = click.option(
        "--store", type=PATH, hidden=True, expose_value=False, is_eager=True, callback=_former_name
    )
    return device_options(add_workers(add_cache(add_former(function))))


def _former_name(context: click.Context, _option: click.Parameter, value: Path | None) -> None:
    if value is not None:
        context.params["image_cache"] = value
        click.echo("apnet: --store is now --image-cache; the next release drops it", err=True)


def _pairs(items: Sequence[str], name: str) -> dict[str, object]:
    """KEY=VALUE options as a dictionary; a value is JSON where it can be, else text."""
    pairs: dict[str, object] = {}
    for item in items:
        key, equals, value = item.partition("=")
        if not equals:
            raise InputError(f"{name} wants KEY=VALUE, not {item!r}")
        try:
            parsed = json.loads(value)
        except ValueError:
            parsed = value
        pairs[key] = tuple(parsed) if isinstance(parsed, list) else parsed
    return pairs
