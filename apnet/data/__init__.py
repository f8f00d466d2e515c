"""Datasets as they lie on disk. Importing this loads no torch.

One file a dataset says how its images are named, where it may lie, and what its
distributor counted; any other name is a dataset of the user's own.
"""

from pathlib import Path

from apnet.config.readings import Reading
from apnet.data.custom import own_source
from apnet.data.dataset import ReIDDataset, Sample
from apnet.data.datasets import cuhk03, dukemtmc, market1501, msmt17, occluded_dukemtmc
from apnet.data.finding import find
from apnet.data.parts import Problem
from apnet.data.source import Source
from apnet.errors import InputError, one_of

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        market1501.SOURCE,
        dukemtmc.SOURCE,
        msmt17.SOURCE,
        cuhk03.DETECTED,
        cuhk03.LABELED,
        occluded_dukemtmc.SOURCE,
    )
}
DATASETS = tuple(SOURCES)


def get_source(name: str, data_root: Path | None = None) -> Source:
    """What is known of the dataset `name`.

    Args:
        data_root: where a dataset of one's own lies.

    Raises:
        InputError: unknown dataset, and nothing at `data_root` that could be one's own.
    """
    if name in SOURCES:
        return SOURCES[name]
    if data_root is None:
        raise one_of("dataset", name, DATASETS)
    try:
        return own_source(name, Path(data_root))
    except InputError as error:
        raise InputError(
            f"{one_of('dataset', name, DATASETS)}; or, for one of your own: {error}"
        ) from error


def find_dataset(name: str, data_root: Path) -> Path:
    """The own folder of dataset `name`.

    Args:
        name: one of :data:`DATASETS`, or of one's own.
        data_root: the folder that holds dataset folders, or the dataset's own; of a dataset
            of one's own a folder in Market-1501's layout, or a CSV.

    Raises:
        InputError: unknown dataset, no data root, or nothing of that dataset in it.
    """
    source, root = get_source(name, data_root), Path(data_root)
    if name in SOURCES:
        return find(source, root, SOURCES.values())
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
        first, remedy = problems[0], f"unpack {name} anew" if name in SOURCES else "mend it"
        raise InputError(
            f"{root / first.file} {_explained(name, first)}: {remedy} "
            f"(apnet data check {name} {data_root} lists what is wrong)"
        )
    return dataset


def _explained(name: str, problem: Problem) -> str:
    """What is wrong, with the dataset that a wrongly named file may be of."""
    file = Path(problem.file).name
    if name not in SOURCES or SOURCES[name].naming.pattern.fullmatch(file):
        return problem.what
    others = [other for other, source in SOURCES.items() if source.naming.pattern.fullmatch(file)]
    return f"{problem.what} but as in {' or '.join(others)}" if others else problem.what


__all__ = [
    "DATASETS",
    "SOURCES",
    "ReIDDataset",
    "Sample",
    "find_dataset",
    "get_source",
    "load_dataset",
]
