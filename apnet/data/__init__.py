"""Datasets as they lie on disk. Importing this loads no torch.

One file a dataset (`datasets/`) holds all that is particular to it; any other name is a
custom dataset, which a user brings.
"""

from apnet.data.dataset import ReIDDataset, Sample
from apnet.data.load import find_dataset, get_source, load_dataset
from apnet.data.registry import DATASETS, switches_of, tolerance

__all__ = [
    "DATASETS",
    "ReIDDataset",
    "Sample",
    "find_dataset",
    "get_source",
    "load_dataset",
    "switches_of",
    "tolerance",
]
