"""MSMT17 (Wei et al., CVPR 2018), V1 and V2 (faces blurred).

List files name the images; identities start at 0 in training and again at 0 in testing,
for other people. `train` and `val` hold the same 1,041 identities; Table I's 32,621
training images are both, the release reads the first alone.
"""

import re
from pathlib import Path

from apnet.data.dataset import ReIDDataset, Sample
from apnet.data.folders import (
    Counts,
    FileName,
    Source,
    is_synthetic,
    read_list,
    require_files,
    split_counts,
)
from apnet.errors import InputError
from apnet.readings import Reading

NAME = "msmt17"
_FOLDERS = {"train": ("train", "mask_train_v2"), "test": ("test", "mask_test_v2")}
_LISTS = {"train+val": ("list_train.txt", "list_val.txt"), "train": ("list_train.txt",)}
_FILES = FileName(
    dataset=NAME,
    pattern=re.compile(
        r"(?P<identity>\d{4})_\d{3}_(?P<camera>\d{2})_\d{4}(morning|noon|afternoon)"
        r"_\d{4}_\d+(_ex)?\.jpg"
    ),
    identities=(0, 4100),
    cameras=(1, 15),
)


def _load(root: Path, reading: Reading) -> ReIDDataset:
    return ReIDDataset(
        NAME,
        root,
        train=tuple(
            sorted(
                sample
                for file in _LISTS[reading.msmt17_training]
                for sample in _listed(root, file, "train")
            )
        ),
        query=tuple(sorted(_listed(root, "list_query.txt", "test"))),
        gallery=tuple(sorted(_listed(root, "list_gallery.txt", "test"))),
        synthetic=is_synthetic(root),
    )


def _listed(root: Path, file: str, half: str) -> list[Sample]:
    folder = next((name for name in _FOLDERS[half] if (root / name).is_dir()), _FOLDERS[half][0])
    samples = [_sample(root, folder, file, line) for line in read_list(root, file)]
    require_files(root, samples, listed_in=file)
    return samples


def _sample(root: Path, folder: str, file: str, line: str) -> Sample:
    path, _, identity = line.rpartition(" ")
    sample = _FILES.sample(root, Path(folder, path))
    if not identity.isdigit() or int(identity) != sample.identity:
        raise InputError(f"{root / file} gives identity {identity!r} to {path}, named otherwise")
    return sample


def _published(reading: Reading) -> Counts:
    images = {"train+val": 32621, "train": 30248}[reading.msmt17_training]
    return split_counts((images, 1041), query=(11659, 3060), gallery=(82161, 3060), cameras=15)


SOURCE = Source(
    NAME,
    folders=(NAME, "MSMT17_V1", "MSMT17_V2", f"{NAME}/MSMT17_V1", f"{NAME}/MSMT17_V2", "MSMT17"),
    marks=("list_train.txt", "list_val.txt", "list_query.txt", "list_gallery.txt"),
    load=_load,
    published=_published,
)
