"""Whether a scale, its data and its recipes belong together."""

import json
from collections.abc import Callable
from pathlib import Path

import yaml

from apnet.config.recipes import get_recipe
from apnet.config.settings import deviations
from apnet.errors import InputError

CONFIGS = Path(__file__).resolve().parents[2] / "config"
_MODELS = {"channel": "resnet50", "spatial": "resnet50-apnet-s1"}
"""A model that the paper trains with each of its recipes."""


def check_scale(config: dict, resolve: Callable[[dict], dict]) -> None:
    """Refuse the scale of a shipped config for other data or recipes, which would share its folder.

    Single settings make another recipe of the paper's, but not of one that is only a trial.

    Args:
        config: resolved.
        resolve: does that for the shipped one.

    Raises:
        InputError: which differ.
    """
    file = CONFIGS / f"{config['scale']}.yaml"
    if not file.is_file():
        return
    shipped = resolve(yaml.safe_load(file.read_text(encoding="utf-8")))
    parts = [_data, _recipes, *([_settings] if _has_paper_recipes(shipped) else [])]
    for part in parts:
        if part(config) != part(shipped):
            raise InputError(
                f"config: scale {config['scale']} has {part(shipped)} in config/{file.name}, and "
                f"{part(config)} here: give this config another scale, as in --config scale=mine, "
                f"since results of one scale share a folder"
            )


def odd_pair(config: dict) -> str | None:
    """What to say of the paper's recipes on drawn data, and of others on real data; else None."""
    as_paper = _has_paper_recipes(config)
    drawn = config["synthetic"] is not None
    trial = config["data_root"] and not (as_paper and not _changed(config))
    if not (trial or (drawn and as_paper)):
        return None
    return (
        f"scale {config['scale']} has {_data(config)}, {_recipes(config)} and "
        f"{_settings(config)}: none of its numbers is comparable with the paper's"
    )


def _has_paper_recipes(config: dict) -> bool:
    return all(base == chosen for base, chosen in config["recipes"].items())


def _data(config: dict) -> str:
    return "real data" if config["synthetic"] is None else "synthetic data"


def _recipes(config: dict) -> str:
    pairs = ", ".join(f"{base}: {chosen}" for base, chosen in config["recipes"].items())
    return f"the recipes {{{pairs}}}"


def _settings(config: dict) -> str:
    changed = ", ".join(_changed(config))
    return f"the settings {{{changed}}}" if changed else "no settings of its own"


def _changed(config: dict) -> list[str]:
    """What is set otherwise than in the paper, but for how a step is computed."""
    return [
        f"{key}: {json.dumps(value)}"
        for key, value in config["set"].items()
        if any(key in changed for changed in map(deviations, _MODELS.values(), _made(config)))
    ]


def _made(config: dict) -> list[dict[str, object]]:
    """The settings of the paper's two recipes with this config's changes."""
    return [get_recipe(base, **config["set"]).settings() for base in _MODELS]
