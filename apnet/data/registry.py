"""Which datasets there are: a file each in `datasets/`, imported on first use."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from apnet.config.readings import METHOD, Switch
from apnet.data.source import TOLERANCE, Source
from apnet.errors import InputError, one_of
from apnet.lazy import file_of, load

_FILES = Path(__file__).with_name("datasets").glob("[!_]*.py")

DATASETS = tuple(sorted(file.stem.replace("_", "-") for file in _FILES))


def get_spec(name: str) -> Source:
    """The description of a dataset in its file.

    Raises:
        InputError: no dataset has that name, or its file gives no description of it.
    """
    if name not in DATASETS:
        raise one_of("dataset", name, DATASETS)
    module = f"apnet.data.datasets.{name.replace('-', '_')}"
    source = load(f"{module}:SOURCE")
    if not isinstance(source, Source) or source.name != name:
        raise InputError(f"{file_of(module)}: SOURCE is to be a Source whose name is {name!r}")
    return source


def sound_specs() -> Iterator[Source]:
    """The descriptions of all datasets but those whose files give none."""
    for name in DATASETS:
        with suppress(InputError):
            yield get_spec(name)


def tolerance(name: str) -> float:
    """How near a result on a test set is near enough, in percent points."""
    return get_spec(name).tolerance if name in DATASETS else TOLERANCE


def switches_of(name: str) -> tuple[Switch, ...]:
    """The switches that act on a dataset; on a custom one, none."""
    return get_spec(name).switches if name in DATASETS else ()


def find_switch(name: str, datasets: tuple[str, ...]) -> Switch:
    """The switch of that name, of any dataset.

    Args:
        datasets: whose switches it probably is; the others' files are read if it is not.

    Raises:
        InputError: no dataset has it, or the file of the one that may have gives no description.
    """
    for switch in (switch for dataset in datasets for switch in switches_of(dataset)):
        if switch.name == name:
            return switch
    known = {switch.name: switch for source in sound_specs() for switch in source.switches}
    if name not in known:
        for dataset in DATASETS:
            get_spec(dataset)
        raise one_of("switch", name, (*METHOD, *known))
    return known[name]


def drawable() -> tuple[str, ...]:
    """The datasets that can be drawn."""
    return tuple(source.name for source in sound_specs() if source.synthesis is not None)
