"""A dataset by its name: its description, its folder, and its images."""

from pathlib import Path

from apnet.config.readings import Reading
from apnet.data.dataset import Problem, ReIDDataset
from apnet.data.registry import DATASETS, get_spec, sound_specs
from apnet.data.roots import find
from apnet.data.source import Source
from apnet.errors import InputError, one_of
from apnet.lazy import load


def get_source(name: str, data_root: Path | None = None) -> Source:
    """What is known of the dataset `name`.

    Args:
        data_root: where a custom dataset lies.

    Raises:
        InputError: unknown dataset, and nothing at `data_root` that could be a custom one.
    """
    if name in DATASETS or data_root is None:
        return get_spec(name)
    try:
        return load("apnet.data.custom:custom_source")(name, Path(data_root))
    except InputError as error:
        raise InputError(
            f"{one_of('dataset', name, DATASETS)}; or, for one of your own: {error}"
        ) from error


def find_dataset(name: str, data_root: Path) -> Path:
    """The own folder of dataset `name`.

    Args:
        name: one of :data:`DATASETS`, or a custom one.
        data_root: the folder that holds dataset folders, or the dataset's own; of a custom
            dataset a folder in Market-1501's layout, or a CSV.

    Raises:
        InputError: unknown dataset, no data root, or nothing of that dataset in it.
    """
    source, root = get_source(name, data_root), Path(data_root)
    if name in DATASETS:
        return find(source, root, sound_specs())
    return root.parent if root.is_file() else root


def load_dataset(name: str, data_root: Path, reading: Reading) -> ReIDDataset:
    """The images of dataset `name` under a reading's protocol.

    Args:
        name, data_root: as for :func:`find_dataset`.

    Raises:
        InputError: unknown, absent, incomplete or another dataset.
    """
    root = find_dataset(name, data_root)
    dataset, problems = get_source(name, data_root).scan(root, reading)
    if problems:
        first, remedy = problems[0], f"unpack {name} anew" if name in DATASETS else "mend it"
        raise InputError(
            f"{root / first.file} {_explained(name, first)}: {remedy} "
            f"(apnet data check {name} {data_root} lists what is wrong)"
        )
    return dataset


def _explained(name: str, problem: Problem) -> str:
    """What is wrong, with the dataset that a wrongly named file may be of."""
    file = Path(problem.file).name
    if name not in DATASETS or get_spec(name).naming.pattern.fullmatch(file):
        return problem.what
    others = [other.name for other in sound_specs() if other.naming.pattern.fullmatch(file)]
    return f"{problem.what} but as in {' or '.join(others)}" if others else problem.what
