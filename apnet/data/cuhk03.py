"""CUHK03 (Li et al., CVPR 2014) in the split CUHK03-NP (Zhong et al., CVPR 2017).

Detected and labeled boxes of the same people are two datasets. Each scene has two
cameras, numbered 1 and 2; the six of Table I count the scenes' cameras together.

It lies on disk in three forms: folders as of Market-1501, images with torchreid's list, or
the original cuhk-03.mat with the protocol's list.
"""

import re
from pathlib import Path

from apnet.config.readings import Reading
from apnet.data.cuhk03_lists import (
    json_file,
    protocol_file,
    read_json_splits,
    read_protocol,
)
from apnet.data.dataset import Splits
from apnet.data.folders import FOLDERS, three_folders
from apnet.data.naming import Naming
from apnet.data.source import Counts, Source, published_counts
from apnet.data.styles import SUMMER_CAMPUS
from apnet.data.synthesis import Synthesis, market_folder

NAMING = Naming(
    re.compile(r"(?P<identity>[0-9]{4})_c(?P<camera>[0-9])_[0-9]+\.png"),
    example="0001_c1_1.png",
    cameras=2,
)

MAT = "cuhk-03.mat"
_RELEASE = f"cuhk03_release/{MAT}"
_READ_FOLDERS = three_folders(NAMING, range(1, 10_000))


def source(boxes: str, train: int, query: int, gallery: int) -> Source:
    """The dataset of the `detected` or `labeled` boxes, with its number of images in each split."""

    def published(_reading: Reading) -> Counts:
        return published_counts((train, 767), (query, 700), (gallery, 700), cameras=2)

    def read(root: Path, reading: Reading) -> Splits:
        if all((root / folder).is_dir() for folder in FOLDERS):
            return _READ_FOLDERS(root, reading)
        if (root / json_file(boxes)).is_file():
            return read_json_splits(root, boxes)
        return read_protocol(root, boxes, _RELEASE if (root / _RELEASE).is_file() else MAT)

    return Source(
        name=f"cuhk03-{boxes}",
        folders=(
            f"cuhk03-{boxes}",
            f"cuhk03-np/{boxes}",
            f"CUHK03-NP/{boxes}",
            f"cuhk03/{boxes}",
            boxes,
            "cuhk03",
            "CUHK03",
            "cuhk03/cuhk03_release",
            "cuhk03_release",
        ),
        holds=FOLDERS,
        or_holds=(
            (json_file(boxes), f"images_{boxes}"),
            (protocol_file(boxes), _RELEASE),
            (protocol_file(boxes), MAT),
        ),
        naming=NAMING,
        # 1,467 people, but conversions of the original differ in how they number them, and
        # in whether training and test people are numbered together.
        read=read,
        published=published,
        disjoint=False,
        # With 1,400 queries, sampling alone moves rank-1 by 2 points.
        tolerance=1.0,
        synthesis=Synthesis(SUMMER_CAMPUS, _file),
    )


def _file(part: str, identity: int, camera: int, number: int) -> str:
    return f"{market_folder(part)}/{identity:04d}_c{camera}_{number}.png"
