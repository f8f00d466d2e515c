"""Options that commands share.

Each of these is put before a command's function, and gives it what the options mean.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import wraps
from pathlib import Path
from typing import Any

import click

from apnet.cli.command import DATA, MACHINE, OUTPUT, RUN, option
from apnet.cli.kinds import DATASET, DEVICE, FILE, FOLDER, MODEL, READING, RECIPE, ROOT, Count
from apnet.config.names import parse_model_name
from apnet.config.readings import READINGS, Reading, get_reading
from apnet.config.recipes import RECIPES, get_recipe
from apnet.config.settings import Settings, paper_recipe
from apnet.errors import InputError
from apnet.runtime.compute import ComputeOptions

_Function = Callable[..., None]
_Decorator = Callable[[_Function], _Function]

DATA_ROOT = "folder that holds datasets; for a dataset of your own, NAME=FOLDER or NAME=FILE.csv"
_RECIPE = f"{', '.join(RECIPES)}; the paper's for the model if not given"
_SET = "change a setting of the recipe, such as epochs=8; may be repeated"
_READING = f"how the paper is read: {' or '.join(READINGS)}"


def _pairs(_context: click.Context, option: click.Parameter, items: Sequence[str]) -> dict:
    """KEY=VALUE options as a dictionary; a value is JSON where it can be, else text."""
    pairs: dict[str, object] = {}
    for item in items:
        key, equals, value = item.partition("=")
        if not equals:
            raise InputError(f"{option.opts[0]} wants KEY=VALUE, not {item!r}")
        try:
            parsed = json.loads(value)
        except ValueError:
            parsed = value
        pairs[key] = tuple(parsed) if isinstance(parsed, list) else parsed
    return pairs


_PAIRS = {"multiple": True, "metavar": "KEY=VALUE", "callback": _pairs}


def switch_option(words: str) -> _Decorator:
    """The option `--switch`, as a dictionary."""
    return option(RUN, "--switch", **_PAIRS, help=f"{words}; may be repeated")


def reading_options(function: _Function) -> _Function:
    """Options of the reading of the paper: `reading`."""

    @option(RUN, "--reading", default="written", type=READING, help=_READING)
    @switch_option("change a switch of the reading")
    @wraps(function)
    def with_reading(reading: str, switch: dict[str, object], **others: Any) -> None:
        function(reading=get_reading(reading, **switch), **others)

    return with_reading


def run_options(function: _Function) -> _Function:
    """Options that define a run, and its folder: `settings` and `out`."""

    @option(RUN, "--model", required=True, type=MODEL, help="such as resnet50-apnet-c2")
    @dataset_option("training set")
    @option(RUN, "--recipe", type=RECIPE, help=_RECIPE)
    @option(RUN, "--seed", type=int, default=0, help="of all random numbers")
    @option(RUN, "--set", "changed", **_PAIRS, help=_SET)
    @option(OUTPUT, "--out", required=True, type=FOLDER, help="the run's folder")
    @reading_options
    @wraps(function)
    def with_settings(
        model: str, recipe: str | None, changed: dict[str, object], reading: Reading, **others: Any
    ) -> None:
        backbone = parse_model_name(model).backbone
        resolved = get_recipe(recipe or paper_recipe(model), backbone, **changed)
        dataset, seed = others.pop("dataset"), others.pop("seed")
        function(settings=Settings(model, dataset, reading, resolved, seed), **others)

    return with_settings


def dataset_option(role: str) -> _Decorator:
    """The option `--dataset`."""
    return option(RUN, "--dataset", required=True, type=DATASET, help=role)


def data_options(required: bool = True) -> _Decorator:
    """Options of where the data are: `data_root` and `data_record`."""
    root = DATA_ROOT if required else f"{DATA_ROOT}; without it, counts are as published"
    several = {"several": True, "type": ROOT, "metavar": "ROOT...", "required": required}
    return _all(
        option(DATA, "--data-root", **several, help=root),
        option(DATA, "--data-record", type=FILE, help="as apnet data check --out writes it"),
    )


def _all(*options: _Decorator) -> _Decorator:
    def add(function: _Function) -> _Function:
        for each in reversed(options):
            function = each(function)
        return function

    return add


def compute_options(given: dict[str, Any]) -> ComputeOptions:
    """The options of a command that say how it computes, taken out of `given`."""
    names = [field.name for field in fields(ComputeOptions) if field.name in given]
    return ComputeOptions(**{name: given.pop(name) for name in names})


def _former_name(context: click.Context, _option: click.Parameter, value: Path | None) -> None:
    context.meta["store"] = value


def _image_cache(
    context: click.Context, _option: click.Parameter, value: Path | None
) -> Path | None:
    former = context.meta["store"]
    if former is None:
        return value
    if value is not None:
        raise InputError("--store is now --image-cache: give --image-cache alone")
    click.echo("apnet: --store is now --image-cache; the next release drops it", err=True)
    return former


_CACHE = {"type": FOLDER, "callback": _image_cache}
_FORMER = {"hidden": True, "expose_value": False, "is_eager": True, "callback": _former_name}

device_options = _all(
    option(MACHINE, "--device", default="auto", type=DEVICE, help="auto, cpu, cuda, cuda:1 …"),
    option(
        MACHINE, "--threads", type=Count(1), help="of the CPU; another number rounds differently"
    ),
)
"""On what to compute: `device` and `threads`."""

machine_options = _all(
    device_options,
    option(MACHINE, "--workers", type=Count(0), default=0, help="processes that load images"),
    option(MACHINE, "--image-cache", **_CACHE, help="keep decoded images there, for all jobs"),
    option(MACHINE, "--store", type=FOLDER, **_FORMER),
)
"""Where many images are read: `device`, `threads`, `workers` and `image_cache`."""
