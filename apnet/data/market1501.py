"""Market-1501 (Zheng et al., ICCV 2015).

`bounding_box_test` holds 19,732 images: 13,115 of the 750 test people, 2,798
distractors (identity 0) and 3,819 junk detections (identity -1). Junk is no part of
the gallery; distractors are, unless the reading drops them.
"""

import re
from pathlib import Path

from apnet.data.dataset import ReIDDataset
from apnet.data.folders import Counts, FileName, Source, is_synthetic, read_folder, split_counts
from apnet.readings import Reading

NAME = "market1501"
_FILES = FileName(
    dataset=NAME,
    pattern=re.compile(r"(?P<identity>-1|\d{4})_c(?P<camera>\d)s\d_\d{6}_\d{2}\.jpg"),
    identities=(-1, 1501),
    cameras=(1, 6),
)


def _load(root: Path, reading: Reading) -> ReIDDataset:
    test = read_folder(root, "bounding_box_test", _FILES)
    people = [sample for sample in test if sample.identity > 0]
    distractors = [sample for sample in test if sample.identity == 0]
    kept = people if reading.market_distractors == "drop" else sorted(people + distractors)
    return ReIDDataset(
        NAME,
        root,
        train=tuple(read_folder(root, "bounding_box_train", _FILES)),
        query=tuple(read_folder(root, "query", _FILES)),
        gallery=tuple(kept),
        junk=len(test) - len(people) - len(distractors),
        distractors=len(distractors),
        synthetic=is_synthetic(root),
    )


def _published(reading: Reading) -> Counts:
    dropped = reading.market_distractors == "drop"
    return split_counts(
        train=(12936, 751),
        query=(3368, 750),
        gallery=(13115, 750) if dropped else (15913, 751),
        cameras=6,
        junk=3819,
        distractors=2798,
    )


SOURCE = Source(
    NAME,
    folders=(
        NAME,
        "Market-1501-v15.09.15",
        f"{NAME}/Market-1501-v15.09.15",
        "Market-1501",
        "market",
    ),
    marks=("bounding_box_train", "query", "bounding_box_test"),
    load=_load,
    published=_published,
)
