"""CUHK03 (Li et al., CVPR 2014) in the split CUHK03-NP (Zhong et al., CVPR 2017).

Detected and labeled boxes of the same people are two datasets. Each scene has two
cameras, numbered 1 and 2; the six of Table I count the scenes' cameras together.
"""

import re

from apnet.data.folders import FOLDERS, three_folders
from apnet.data.naming import Naming
from apnet.data.source import Counts, Source, published_counts
from apnet.readings import Reading

_IMAGES = {"detected": (7_365, 1_400, 5_332), "labeled": (7_368, 1_400, 5_328)}

NAMING = Naming(
    re.compile(r"(?P<identity>[0-9]{4})_c(?P<camera>[0-9])_[0-9]+\.png"),
    example="0001_c1_1.png",
    cameras=2,
)


def _source(boxes: str) -> Source:
    train, query, gallery = _IMAGES[boxes]

    def published(_reading: Reading) -> Counts:
        return published_counts((train, 767), (query, 700), (gallery, 700), cameras=2)

    return Source(
        name=f"cuhk03-{boxes}",
        folders=(
            f"cuhk03-{boxes}",
            f"cuhk03-np/{boxes}",
            f"CUHK03-NP/{boxes}",
            f"cuhk03/{boxes}",
            boxes,
        ),
        holds=FOLDERS,
        naming=NAMING,
        # 1,467 people, but conversions of the original differ in how they number them, and
        # in whether training and test people are numbered together.
        read=three_folders(NAMING, range(1, 10_000)),
        published=published,
        disjoint=False,
    )


DETECTED = _source("detected")
LABELED = _source("labeled")
