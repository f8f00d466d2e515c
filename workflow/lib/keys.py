"""The keys of the config, each with its type, its bounds and its default.

config/README.md explains each key.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from apnet.config.backbones import backbones
from apnet.config.readings import READINGS, current_switches
from apnet.config.recipes import RECIPES, get_recipe, given_settings
from apnet.data import DATASETS
from apnet.data.reach import is_file, is_folder
from apnet.errors import InputError, one_of
from workflow.lib.gpus import SHARES
from workflow.lib.tolerances import check_names
from workflow.lib.values import (
    Location,
    Maybe,
    Name,
    Pairs,
    Positive,
    Seconds,
    Several,
    Text,
    Words,
    number,
    such_as,
    whole,
)

Seed = whole(0, 2**63 - 1)
Reading = Literal[tuple(READINGS)]
RecipeName = Literal[tuple(RECIPES)]


def _scale(name: str) -> str:
    if name == "reference":
        raise ValueError("a name of your own: results/reference is kept in git")
    return name


def _settings(given: dict[str, object]) -> dict[str, object]:
    """Recipe settings as their types, so that 1, 1.0 and "1" are one run."""
    given = given_settings(given)
    typed = get_recipe("channel", **given).settings()
    return {key: typed[key] for key in given}


def _of_the_paper(datasets: Mapping[str, str]) -> Mapping[str, str]:
    for name in datasets:
        if name not in DATASETS:
            raise one_of("dataset in accept_counts", name, tuple(DATASETS))
    return datasets


def _custom(datasets: Mapping[str, Mapping[str, str]]) -> Mapping[str, Mapping[str, str]]:
    for name, item in datasets.items():
        if name in DATASETS:
            raise InputError(
                f"config: datasets: {name} is a dataset of the paper, which lies under data_root: "
                f"give your own another name"
            )
        if len(item) != 1:
            raise InputError(f"config: datasets: {name} wants either folder or csv")
        ((kind, path),) = item.items()
        if not (is_folder if kind == "folder" else is_file)(Path(path)):
            raise InputError(
                f"config: datasets: {name}: no {kind} at {path}: give its folder in "
                f"Market-1501's layout as folder, or its list as csv"
            )
    return datasets


def _weights(files: Mapping[str, str]) -> Mapping[str, str]:
    for name in files:
        if name not in backbones():
            raise one_of("backbone in weights", name, tuple(backbones()))
    return files


def _share(given: object) -> int | float:
    found = number(given)
    if found not in SHARES:
        raise ValueError(f"one of {', '.join(map(str, SHARES))}")
    return found


def _rate(given: object) -> object:
    """Images a second, or a GPU's name."""
    found = number(given)
    if found is None and isinstance(given, str) and given:
        return given
    if found is None or found <= 0:
        raise ValueError("a GPU's name, or images a second")
    return found


class Synthetic(BaseModel):
    """The drawn datasets."""

    model_config = ConfigDict(extra="forbid")

    identities: whole(2)
    seed: Seed


class Recipes(BaseModel):
    """The recipes that replace the paper's."""

    model_config = ConfigDict(extra="forbid")

    channel: RecipeName
    spatial: RecipeName


class Config(BaseModel):
    """A config, resolved."""

    model_config = ConfigDict(extra="forbid")

    scale: Annotated[Name, AfterValidator(_scale)]
    data_root: Maybe[Location] = None
    datasets: Annotated[
        Pairs[dict[Name, dict[Literal["folder", "csv"], Location]]], AfterValidator(_custom)
    ] = {}
    accept_counts: Annotated[Pairs[dict[str, Words]], AfterValidator(_of_the_paper)] = {}
    synthetic: Maybe[Synthetic] = None
    readings: Several[Reading]
    switches: Annotated[Pairs[dict[str, object]], such_as(current_switches)] = {}
    seeds: Several[Seed]
    recipes: Recipes
    set_: Annotated[Pairs[dict[str, object]], such_as(_settings)] = Field({}, alias="set")
    tolerances: Annotated[Pairs[dict[str, Positive]], AfterValidator(check_names)] = {}
    missing: Literal["run", "show"] = "run"
    figure6_queries: Maybe[Several[str]] = None
    code_changes: Literal["retrain", "keep"] = "retrain"
    archive_weights: bool = False
    archive_licence: Text = "https://spdx.org/licenses/MIT"
    weights: Annotated[Pairs[dict[str, Location]], AfterValidator(_weights)] = {}
    threads: whole(1) = 1
    workers: whole(0) = 0
    image_cache: Maybe[Location] = "resources/image-cache"
    checkpoint_seconds: Seconds = 120
    gpu: whole(0, 1) = 0
    gpu_share: Annotated[int | float, BeforeValidator(_share)] = 1
    mem_mb: whole(500) = 2000
    runtime: whole(1) = 60
    max_gpu_hours: Maybe[Positive] = None
    rate: Maybe[Annotated[str | int | float, BeforeValidator(_rate)]] = None
    cell: Maybe[str] = None
