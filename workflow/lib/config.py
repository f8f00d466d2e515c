"""The config: read by Snakemake, resolved and checked here before anything is planned."""

import json
import math
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ValidationError

from apnet.data.reach import is_folder
from apnet.errors import InputError, nearest
from workflow.lib.keys import Config, Recipes, Synthetic
from workflow.lib.scales import check_scale

RENAMED = {"store": "image_cache"}
"""Keys by their names in the release before this one; they work for this one, with a warning."""

_WANTED = {
    "dict_type": "a mapping, as in {key: value}",
    "model_type": "a mapping, as in {key: value}",
    "list_type": "a list, as in [0, 1]",
    "string_type": "a text",
    "invalid_key": "a text",
}
_MANUAL = "(config/README.md)"
_MOST_VALUES = 10**5
_BLOCKS = {"synthetic": Synthetic, "recipes": Recipes}


def check_config(config: dict, warn: Callable[[str], None]) -> None:
    """Resolve a config in place: each key present, under today's name, with its type.

    A config that was resolved stays as it is.

    Args:
        warn: called with one sentence for each renamed key.

    Raises:
        InputError: an unknown key, a wrong value, a data root that does not exist, or keys that
            contradict each other.
    """
    if _values(config, {}) > _MOST_VALUES:
        raise InputError(
            f"config: its YAML aliases stand for over {_MOST_VALUES:,} values: write out the few "
            f"that are meant {_MANUAL}"
        )
    _rename(config, warn)
    resolved = resolve(config)
    config.clear()
    config.update(resolved)
    _check_data_root(config)
    check_scale(config, resolve)


def _values(value: object, known: dict[int, float]) -> float:
    """How many values a value holds, each as often as it stands; infinite if it holds itself."""
    if not isinstance(value, dict | list):
        return 1
    if id(value) not in known:
        known[id(value)] = math.inf
        parts = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_values(part, known) for part in parts)
    return known[id(value)]


def resolve(config: dict) -> dict[str, object]:
    """Every key with its value, each checked alone.

    Raises:
        InputError: an unknown key, or a wrong value.
    """
    try:
        return Config.model_validate(config).model_dump(by_alias=True)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        # An unknown key may be the reason why another is missing.
        unknown = (fault for fault in faults if fault["type"] == "extra_forbidden")
        raise InputError(_sentence(next(unknown, faults[0]))) from error


def _rename(config: dict, warn: Callable[[str], None]) -> None:
    for old, new in RENAMED.items():
        if old not in config:
            continue
        if new in config:
            raise InputError(f"config: {old!r} is the old name of {new!r}: give {new!r} alone")
        config[new] = config.pop(old)
        warn(f"config: {old!r} is now called {new!r}; the next release will refuse the old name")


def _check_data_root(config: dict) -> None:
    root = config["data_root"]
    drawn = config["synthetic"] is not None
    if root is not None and drawn:
        raise InputError(
            "config: data_root (real data) and synthetic (drawn data) are both given: for the "
            "paper's experiments name --configfile config/paper.yaml, or set one of the two to null"
        )
    if root is None and not drawn and not config["datasets"]:
        raise InputError(
            "config: no data: add --config data_root=FOLDER, the folder that holds the datasets, "
            "or give synthetic or datasets"
        )
    if root is not None and not is_folder(Path(root)):
        raise InputError(
            f"config: data_root {root!r} is not a folder: give the folder that holds the datasets"
        )


def _sentence(fault: dict) -> str:
    *block, name = (str(part) for part in fault["loc"] if part != "[key]")
    where, kind = ".".join([*block, name]), fault["type"]
    if kind == "extra_forbidden":
        known = _keys(_BLOCKS[block[0]] if block else Config)
        near = " or ".join(map(repr, nearest(name, known)))
        help_ = f"did you mean {near}? The" if near else "the"
        return f"config: unknown key {where!r}: {help_} keys are {', '.join(known)} {_MANUAL}"
    if kind == "missing":
        return f"config: lacks {where}: add it, or name a whole config with --configfile {_MANUAL}"
    message = fault["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    wanted = _WANTED.get(kind, message)
    if kind == "invalid_key" or "[key]" in fault["loc"]:
        return f"config: the key {where} is not {wanted} {_MANUAL}"
    return f"config: {where} is {_shown(fault['input'])}, not {wanted} {_MANUAL}"


def _keys(block: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in block.model_fields.items()]


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:60]}…"
