"""Which datasets there are: a file each in `datasets/`, imported on first use."""

from functools import cache
from importlib import import_module
from pathlib import Path

from apnet.config.readings import Switch
from apnet.data.source import TOLERANCE, Source
from apnet.errors import one_of

_FILES = Path(__file__).with_name("datasets").glob("[!_]*.py")

DATASETS = tuple(sorted(file.stem.replace("_", "-") for file in _FILES))


def get_spec(name: str) -> Source:
    """The description of a dataset in its file.

    Raises:
        InputError: no dataset has that name.
    """
    if name not in DATASETS:
        raise one_of("dataset", name, DATASETS)
    return import_module(f"apnet.data.datasets.{name.replace('-', '_')}").SOURCE


def tolerance(name: str) -> float:
    """How near a result on a test set is near enough, in percent points."""
    return get_spec(name).tolerance if name in DATASETS else TOLERANCE


def switches_of(name: str) -> tuple[Switch, ...]:
    """The switches that act on a dataset; on a custom one, none."""
    return get_spec(name).switches if name in DATASETS else ()


@cache
def all_switches() -> dict[str, Switch]:
    """The switches of all datasets, by name."""
    return {switch.name: switch for name in DATASETS for switch in switches_of(name)}


def drawable() -> tuple[str, ...]:
    """The datasets that can be drawn."""
    return tuple(name for name in DATASETS if get_spec(name).synthesis is not None)
