"""Whether a dataset exists, and the sentence for one that does not."""

from pathlib import Path

from apnet.data import find_dataset
from apnet.errors import InputError


def absence(dataset: str, data_root: Path) -> str | None:
    """Why nothing was run on a dataset: it is not there. None where it is."""
    try:
        find_dataset(dataset, data_root)
    except InputError:
        return f"{dataset} not found under {data_root}"
    return None
