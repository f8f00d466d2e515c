"""DukeMTMC-reID (Ristani et al., ECCVW 2016; Zheng et al., ICCV 2017).

Withdrawn by its authors. Of the gallery's 1,110 identities 408 are in no query.
"""

import re
from pathlib import Path

from apnet.data.dataset import ReIDDataset
from apnet.data.folders import Counts, FileName, Source, is_synthetic, read_folder, split_counts
from apnet.readings import Reading

NAME = "dukemtmc"
FILES = FileName(
    dataset=NAME,
    pattern=re.compile(r"(?P<identity>\d{4})_c(?P<camera>\d)_f\d{7}\.jpg"),
    identities=(1, 9999),
    cameras=(1, 8),
)


def _load(root: Path, reading: Reading) -> ReIDDataset:
    return ReIDDataset(
        NAME,
        root,
        train=tuple(read_folder(root, "bounding_box_train", FILES)),
        query=tuple(read_folder(root, "query", FILES)),
        gallery=tuple(read_folder(root, "bounding_box_test", FILES)),
        synthetic=is_synthetic(root),
    )


def _published(reading: Reading) -> Counts:
    return split_counts(train=(16522, 702), query=(2228, 702), gallery=(17661, 1110), cameras=8)


SOURCE = Source(
    NAME,
    folders=(NAME, "DukeMTMC-reID", "dukemtmc-reid/DukeMTMC-reID", "dukemtmc-reid", "duke"),
    marks=("bounding_box_train", "query", "bounding_box_test"),
    load=_load,
    published=_published,
)
