"""Which datasets there are: a file each in `datasets/`, imported when it is asked for."""

import ast
from functools import cache
from importlib import import_module
from pathlib import Path

from apnet.config.switch import Switch
from apnet.data.source import TOLERANCE, Source
from apnet.errors import one_of

_FILES = Path(__file__).with_name("datasets").glob("[!_]*.py")
_ROOT = Path(__file__).resolve().parents[2]
_DRAWING = {"apnet.data.styles", "apnet.data.synthesis"}
"""What datasets' files import beside what reads them."""

DATASETS = tuple(sorted(file.stem.replace("_", "-") for file in _FILES))


def get_spec(name: str) -> Source:
    """What the own file of a dataset says of it.

    Raises:
        InputError: no dataset has that name.
    """
    if name not in DATASETS:
        raise one_of("dataset", name, DATASETS)
    return import_module(_module(name)).SOURCE


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


@cache
def own_files(name: str) -> tuple[str, ...]:
    """The modules that read this dataset: a change in another cannot change its samples.

    Returns:
        Dotted names, sorted: the dataset's own file, or the readers of custom datasets, and
        what these import of :mod:`apnet.data`.
    """
    files: set[str] = set()
    waiting = [_module(name) if name in DATASETS else "apnet.data.custom"]
    while waiting:
        module = waiting.pop()
        if module not in files and module not in _DRAWING:
            files.add(module)
            waiting += _imports(module)
    return tuple(sorted(files))


def _module(name: str) -> str:
    return f"apnet.data.datasets.{name.replace('-', '_')}"


def _imports(module: str) -> list[str]:
    """The modules of apnet.data that a module imports from."""
    file = _ROOT.joinpath(*module.split(".")).with_suffix(".py")
    nodes = ast.walk(ast.parse(file.read_bytes()))
    named = [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return [name for name in named if name.startswith("apnet.data.")]
