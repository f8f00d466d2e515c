"""Occluded-DukeMTMC (Miao et al., ICCV 2019): DukeMTMC-reID split anew by lists.

1,870 images stand both in the query and in the gallery list. They stay in both: a
query's own image has its identity and camera, so it is never counted as a match.
"""

from pathlib import Path

from apnet.data.dataset import ReIDDataset, Sample
from apnet.data.dukemtmc import FILES
from apnet.data.folders import (
    Counts,
    Source,
    is_synthetic,
    read_list,
    require_files,
    split_counts,
)
from apnet.readings import Reading

NAME = "occluded-dukemtmc"


def _load(root: Path, reading: Reading) -> ReIDDataset:
    return ReIDDataset(
        NAME,
        root,
        train=_listed(root, "train.list", "bounding_box_train"),
        query=_listed(root, "query.list", "query"),
        gallery=_listed(root, "gallery.list", "bounding_box_test"),
        synthetic=is_synthetic(root),
    )


def _listed(root: Path, file: str, split: str) -> tuple[Sample, ...]:
    samples = sorted(FILES.sample(root, Path(split, name)) for name in read_list(root, file))
    require_files(root, samples, listed_in=file)
    return tuple(samples)


def _published(reading: Reading) -> Counts:
    return split_counts(train=(15618, 702), query=(2210, 519), gallery=(17661, 1110), cameras=8)


SOURCE = Source(
    NAME,
    folders=(NAME, "Occluded_Duke", "Occluded-DukeMTMC-reID", "occluded_duke"),
    marks=("bounding_box_train", "query", "bounding_box_test", "train.list"),
    load=_load,
    published=_published,
)
