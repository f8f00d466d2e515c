"""CUHK03-NP by lists: the protocol's own .mat files, and torchreid's JSON.

Both name images `1_001_1_01.png`: pair of cameras, person before that pair, camera of
the pair, image. Training identities are numbered anew in the JSON, so that equal numbers
in training and testing are different people; who is who stands in the names.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from apnet.data.dataset import Part, Problem, Sample, Splits
from apnet.data.lists import Presence, absent
from apnet.data.mat_elements import check_elements
from apnet.data.reach import is_folder
from apnet.errors import InputError

_NAME = re.compile(r"(?P<person>[1-5]_[0-9]{3})_(?P<camera>[12])_[0-9]{2}\.png")
_SPLITS = ("train", "query", "gallery")


class _Line(NamedTuple):
    name: str
    identity: int
    camera: int


def json_file(boxes: str) -> str:
    """Name of torchreid's list."""
    return f"splits_new_{boxes}.json"


def protocol_file(boxes: str) -> str:
    """Name of the protocol's list."""
    return f"cuhk03_new_protocol_config_{boxes}.mat"


def read_json_splits(root: Path, boxes: str) -> Splits:
    """The images in root/images_<boxes>, by torchreid's list.

    The list holds paths of the machine where it was made, of which the last part counts.

    Raises:
        InputError: the list or the folder cannot be read.
    """
    file, folder = json_file(boxes), f"images_{boxes}"
    try:
        (split,) = json.loads((root / file).read_text(encoding="utf-8"))
        lines = {
            name: [_Line(_last(path), int(pid), int(cam) + 1) for path, pid, cam in split[name]]
            for name in _SPLITS
        }
    except OSError as error:
        raise InputError(f"cannot read {root / file} ({error.strerror}): let it be read") from error
    except (KeyError, TypeError, ValueError) as error:
        raise _not_a_list(root / file) from error
    return _splits(root, file, folder, lines)


def read_protocol(root: Path, boxes: str, images: str) -> Splits:
    """The images inside `images`, cuhk-03.mat under the root, by the protocol's list.

    Raises:
        InputError: the list cannot be read.
    """
    # Only here: planning and other datasets need no SciPy.
    from scipy.io import loadmat

    file = root / protocol_file(boxes)
    try:
        stream = file.open("rb")
    except OSError as error:
        raise InputError(
            f"cannot read {file} ({error.strerror}): take it from the protocol's authors"
        ) from error
    try:
        check_elements(file)
        with stream:
            content = loadmat(stream)
        names = [str(cell[0]) for cell in content["filelist"].flatten()]
        labels, cameras = (content[key].flatten().tolist() for key in ("labels", "camId"))
        rows = [_Line(*row) for row in zip(names, labels, cameras, strict=True)]
        # MATLAB counts from 1; of a list that counts from 0 the last image would be its first.
        indices = {split: content[f"{split}_idx"].flatten().astype(int) - 1 for split in _SPLITS}
        if min(index.min() for index in indices.values()) < 0:
            raise _not_a_list(file)
        lines = {split: [rows[i] for i in index] for split, index in indices.items()}
    # SciPy lets through whatever damaged bytes cause.
    except Exception as error:
        raise _not_a_list(file) from error
    return _splits(root, file.name, f"{images}/{boxes}", lines)


def _splits(root: Path, file: str, folder: str, lines: dict[str, list[_Line]]) -> Splits:
    parts = {split: Part(file) for split in _SPLITS}
    # What lies inside a file is looked for when it is read.
    find = Presence(root / folder) if is_folder(root / folder) else lambda name: name
    for split, part in parts.items():
        for line in lines[split]:
            if find(line.name):
                part.add(_sample(file, folder, line))
            else:
                part.add(absent(file, line.name, folder))
    parts["train"].problems += _overlaps(file, lines)
    return Splits(*parts.values(), listed=True)


def _sample(file: str, folder: str, line: _Line) -> Sample | Problem:
    match = _NAME.fullmatch(line.name)
    if match is None:
        return Problem(file, f"names {line.name}, which is not named like 1_001_1_01.png")
    if int(match["camera"]) != line.camera:
        return Problem(file, f"gives camera {line.camera} to {line.name}, which its name denies")
    return Sample(Path(folder, line.name), line.identity, line.camera)


def _overlaps(file: str, lines: dict[str, list[_Line]]) -> Iterator[Problem]:
    """The first image of each training person whom query or gallery have too."""
    tested = set(_people(lines["query"])) | set(_people(lines["gallery"]))
    for line, person in zip(lines["train"], _people(lines["train"]), strict=True):
        if person in tested:
            tested.remove(person)
            yield Problem(file, f"trains on {line.name}, whose person query or gallery have too")


def _people(lines: Iterable[_Line]) -> Iterator[str]:
    return (line.name[:5] for line in lines)


def _last(path: str) -> str:
    """A path's last part, on whatever machine it was written."""
    return re.split(r"[/\\]", path)[-1]


def _not_a_list(file: Path) -> InputError:
    return InputError(f"{file} is no list of CUHK03-NP: take it from where it was made")
