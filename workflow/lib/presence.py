"""Whether a dataset is there to be read, by its file and its folder; what planning asks."""

from pathlib import Path

from apnet.data import DATASETS, find_dataset, get_source
from apnet.errors import InputError


def absence(dataset: str, data_root: Path | None) -> str | None:
    """Why a dataset cannot be read, as a sentence: its file is broken, or it is not there.

    Args:
        data_root: should hold it; None asks no folder.
    """
    if broken := unreadable(dataset):
        return broken
    try:
        if data_root:
            find_dataset(dataset, data_root)
    except InputError:
        return f"{dataset} not found under {data_root}"
    return None


def unreadable(dataset: str) -> str | None:
    """That the file of a dataset gives no description of it, as a sentence."""
    try:
        if dataset in DATASETS:
            get_source(dataset)
    except InputError as error:
        return str(error)
    return None
