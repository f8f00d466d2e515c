"""The config: read by Snakemake, checked here before anything is planned."""

from pathlib import Path

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from apnet.data import DATASETS
from apnet.errors import InputError, one_of

SCHEMA = Path(__file__).resolve().parent.parent / "schemas" / "config.schema.yaml"


def check_config(config: dict) -> None:
    """Check a config against its schema and against itself; fill in defaults, in place.

    Snakemake leaves what stands inside a list or a mapping of `--config` as text, so
    `seeds=[0,1]` comes as `["0", "1"]`: such texts are read as YAML here.

    Raises:
        InputError: an unknown key, a value of another kind, or a data root that is not there.
    """
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    config |= {key: _read(value) for key, value in config.items() if not isinstance(value, str)}
    for key, value in schema["properties"].items():
        if "default" in value:
            config.setdefault(key, value["default"])
    error = best_match(Draft202012Validator(schema).iter_errors(config))
    if error is not None:
        raise InputError(_sentence(error, schema))
    _check_own(config["datasets"])
    for name in config["accept_counts"]:
        if name not in DATASETS:
            raise one_of("dataset in accept_counts", name, DATASETS)
    _check_data_root(config)


def _read(value: object) -> object:
    if isinstance(value, str):
        try:
            found = yaml.safe_load(value)
        except yaml.YAMLError:
            return value
        return found if isinstance(found, bool | int | float) else value
    if isinstance(value, list):
        return [_read(item) for item in value]
    if isinstance(value, dict):
        return {key: _read(item) for key, item in value.items()}
    return value


def _check_own(datasets: dict) -> None:
    for name, item in datasets.items():
        if name in DATASETS:
            raise InputError(
                f"config: datasets: {name} is a dataset of the paper, which lies under data_root: "
                f"call your own otherwise"
            )
        ((kind, place),) = item.items()
        if not (Path(place).is_dir() if kind == "folder" else Path(place).is_file()):
            raise InputError(
                f"config: datasets: {name}: no {kind} at {place}: give its folder in "
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
    place = ".".join(str(part) for part in error.absolute_path)
    if error.validator == "additionalProperties" and not place:
        unknown = sorted(set(error.instance) - set(schema["properties"]))
        known = ", ".join(schema["properties"])
        return f"config: unknown key {unknown[0]!r}: the keys are {known} (config/README.md)"
    return f"config: {place or 'top level'}: {error.message} (config/README.md)"
