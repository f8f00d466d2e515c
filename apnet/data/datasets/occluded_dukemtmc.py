"""Occluded-DukeMTMC (Miao et al., ICCV 2019): images of DukeMTMC-reID, split anew by lists.

1,870 images are in the query and in the gallery. They stay in both: a query's own image
has its identity and its camera, so it never counts as a match.
"""

from collections.abc import Sequence
from pathlib import Path

from apnet.config.readings import Reading
from apnet.data.dataset import Splits
from apnet.data.datasets.dukemtmc import NAMING, PEOPLE, drawn_file
from apnet.data.folders import FOLDERS, three_folders
from apnet.data.lists import read_list
from apnet.data.source import Counts, Source, published_counts
from apnet.data.styles import WINTER_CAMPUS
from apnet.data.synthesis import Shot, Synthesis

_LISTS = ("train.list", "query.list", "gallery.list")

_read_folders = three_folders(NAMING, PEOPLE)


def _read(root: Path, reading: Reading) -> Splits:
    """By the lists, or, where none came along, by the folders that were made from them."""
    if not any((root / file).exists() for file in _LISTS):
        return _read_folders(root, reading)
    pairs = zip(_LISTS, FOLDERS, strict=True)
    return Splits(*(read_list(root, file, folder, NAMING, PEOPLE) for file, folder in pairs))


def _published(_reading: Reading) -> Counts:
    return published_counts((15_618, 702), (2_210, 519), (17_661, 1_110), cameras=8)


def _lists(shots: Sequence[Shot]) -> dict[str, list[str]]:
    files = [file.split("/") for shot in shots for file in shot.files]
    pairs = zip(_LISTS, FOLDERS, strict=True)
    return {name: [file for parent, file in files if parent == folder] for name, folder in pairs}


SOURCE = Source(
    name="occluded-dukemtmc",
    folders=("occluded-dukemtmc", "Occluded_Duke", "Occluded-DukeMTMC-reID", "Occluded-DukeMTMC"),
    holds=FOLDERS,
    naming=NAMING,
    read=_read,
    published=_published,
    # With 2,210 queries, sampling alone moves rank-1 by 2 points.
    tolerance=1.0,
    synthesis=Synthesis(WINTER_CAMPUS, drawn_file, lists=_lists, occluded=("query",), shared=1_870),
)
