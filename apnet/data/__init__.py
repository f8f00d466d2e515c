"""Datasets as they lie on disk. Importing this loads no torch.

One file a dataset; each says how its images are named, where it may lie, and what its
distributor counted.
"""

from pathlib import Path

from apnet.data import cuhk03, dukemtmc, market1501, msmt17, occluded_dukemtmc
from apnet.data.dataset import ReIDDataset, Sample
from apnet.data.folders import Source, find_folder
from apnet.errors import one_of
from apnet.readings import Reading

SOURCES = {
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


def get_source(name: str) -> Source:
    """What is known of the dataset `name`.

    Raises:
        InputError: unknown dataset.
    """
    if name not in SOURCES:
        raise one_of("dataset", name, DATASETS)
    return SOURCES[name]


def find_dataset(name: str, data_root: Path) -> Path:
    """The own folder of dataset `name` under the data root.

    Raises:
        InputError: unknown dataset, no data root, or not found under it.
    """
    return find_folder(get_source(name), data_root)


def load_dataset(name: str, data_root: Path, reading: Reading) -> ReIDDataset:
    """Read a dataset's lists of images under a reading's protocol.

    Args:
        name: one of :data:`DATASETS`.
        data_root: the folder that holds dataset folders, or the dataset's own.

    Raises:
        InputError: unknown, absent, incomplete, or another dataset.
    """
    source = get_source(name)
    return source.load(find_folder(source, Path(data_root)), reading)


__all__ = [
    "DATASETS",
    "SOURCES",
    "ReIDDataset",
    "Sample",
    "find_dataset",
    "get_source",
    "load_dataset",
]
