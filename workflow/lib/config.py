"""The config: read by Snakemake, checked here before anything is planned."""

from collections.abc import Callable
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from apnet.data import DATASETS
from apnet.errors import InputError, one_of

RENAMED = {"store": "image_cache"}
"""Keys by their names in the release before this one; they work for this one, with a warning."""

SCHEMA = Path(__file__).resolve().parent.parent / "schemas" / "config.schema.yaml"


def check_config(config: dict, warn: Callable[[str], None]) -> None:
    """Check a config against its schema and its values against each other, and complete it.

    It is changed in place: renamed keys take their new names, and defaults are filled in.
    Snakemake leaves the items of a list or mapping in `--config` as text, so `seeds=[0,1]`
    comes as `["0", "1"]`: such texts are read as YAML here.

    Args:
        warn: called with one sentence for each renamed key.

    Raises:
        InputError: an unknown key, a value of the wrong type, or a data root that does not exist.
    """
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    _rename(config, warn)
    config |= {key: _read(value) for key, value in config.items() if not isinstance(value, str)}
    for key, value in schema["properties"].items():
        if "default" in value:
            config.setdefault(key, value["default"])
    error = best_match(Draft202012Validator(schema).iter_errors(config))
    if error is not None:
        raise InputError(_sentence(error, schema))
    _check_custom(config["datasets"])
    for name in config["accept_counts"]:
        if name not in DATASETS:
            raise one_of("dataset in accept_counts", name, DATASETS)
    _check_data_root(config)


def _rename(config: dict, warn: Callable[[str], None]) -> None:
    for old, new in RENAMED.items():
        if old not in config:
            continue
        if new in config:
            raise InputError(f"config: {old!r} is the old name of {new!r}: give {new!r} alone")
        config[new] = config.pop(old)
        warn(f"config: {old!r} is now called {new!r}; the next release will refuse the old name")


def _read(value: object) -> object:
    if isinstance(value, str):
        try:
            parsed = yaml.safe_load(value)
        except yaml.YAMLError:
            return value
        return parsed if isinstance(parsed, bool | int | float) else value
    if isinstance(value, list):
        return [_read(item) for item in value]
    if isinstance(value, dict):
        return {key: _read(item) for key, item in value.items()}
    return value


def _check_custom(datasets: dict) -> None:
    for name, item in datasets.items():
        if name in DATASETS:
            raise InputError(
                f"config: datasets: {name} is a dataset of the paper, which lies under data_root: "
                f"give your own another name"
            )
        ((kind, path),) = item.items()
        if not (Path(path).is_dir() if kind == "folder" else Path(path).is_file()):
            raise InputError(
                f"config: datasets: {name}: no {kind} at {path}: give its folder in "
                f"Market-1501's layout as folder, or its list as csv"
            )


def _check_data_root(config: dict) -> None:
    root = config["data_root"]
    given = (root is not None) + (config["synthetic"] is not None)
    if given == 2 or not (given or config["datasets"]):
        raise InputError(
            "config: give either data_root (the folder that holds the datasets) or synthetic; "
            "for real data add --config data_root=FOLDER to a config without synthetic"
        )
    if root is not None and not Path(root).is_dir():
        raise InputError(
            f"config: data_root {root!r} is not a folder: give the folder that holds the datasets"
        )


def _sentence(error: ValidationError, schema: dict) -> str:
    key = ".".join(str(part) for part in error.absolute_path)
    if error.validator == "additionalProperties" and not key:
        unknown = sorted(set(error.instance) - set(schema["properties"]))
        known = ", ".join(schema["properties"])
        return f"config: unknown key {unknown[0]!r}: the keys are {known} (config/README.md)"
    return f"config: {key or 'top level'}: {error.message} (config/README.md)"
