"""CUHK03 (Li et al., CVPR 2014) in the CUHK03-NP split (Zhong et al., CVPR 2017).

Detected and labelled boxes are two datasets of the same people; the folders are those
of the CUHK03-NP distribution. There are two cameras a scene, not the six of Table I.
"""

import re
from pathlib import Path

from apnet.data.dataset import ReIDDataset
from apnet.data.folders import Counts, FileName, Source, is_synthetic, read_folder, split_counts
from apnet.readings import Reading

_IMAGES = {"detected": (7365, 1400, 5332), "labeled": (7368, 1400, 5328)}


def _source(boxes: str) -> Source:
    name = f"cuhk03-{boxes}"
    files = FileName(
        dataset=name,
        pattern=re.compile(r"(?P<identity>\d{4})_c(?P<camera>\d)_\d+\.png"),
        identities=(1, 1467),
        cameras=(1, 2),
        suffix=".png",
    )

    def load(root: Path, reading: Reading) -> ReIDDataset:
        return ReIDDataset(
            name,
            root,
            train=tuple(read_folder(root, "bounding_box_train", files)),
            query=tuple(read_folder(root, "query", files)),
            gallery=tuple(read_folder(root, "bounding_box_test", files)),
            synthetic=is_synthetic(root),
        )

    def published(reading: Reading) -> Counts:
        train, query, gallery = _IMAGES[boxes]
        return split_counts((train, 767), (query, 700), (gallery, 700), cameras=2)

    return Source(
        name,
        folders=(f"cuhk03-np/{boxes}", f"CUHK03-NP/{boxes}", f"cuhk03/{boxes}", name),
        marks=("bounding_box_train", "query", "bounding_box_test"),
        load=load,
        published=published,
    )


DETECTED = _source("detected")
LABELED = _source("labeled")
