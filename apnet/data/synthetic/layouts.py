"""The images of a dataset and their names, before any is drawn."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np

from apnet.data.synthetic.pedestrian import FAMILY
from apnet.data.synthetic.sizes import Size, spread
from apnet.errors import InputError

_OUTSIDERS = 10**6
"""People from here on are distractors, one image each."""


@dataclass(frozen=True)
class Shot:
    """One image to draw.

    Attributes:
        files: where it is written, under the dataset's folder; more than one for an
            image that stands in two splits.
        identity: in its name.
        person: who is drawn.
        camera: from 1.
        number: of the image in the dataset; seeds pose and noise.
        part: `train`, `val`, `query`, `gallery`, `junk`, `distractors`.
        occluded: something stands before the person.
    """

    files: tuple[str, ...]
    identity: int
    person: int
    camera: int
    number: int
    part: str
    occluded: bool = False


def dataset_seed(name: str, seed: int) -> list[int]:
    """Seeds that differ between datasets, so that each has people and cameras of its own.

    Raises:
        InputError: a negative seed.
    """
    if seed < 0:
        raise InputError(f"a seed is 0 or more, not {seed}: choose another --seed")
    return [seed, zlib.crc32(name.encode())]


def plan(name: str, size: Size, seed: int) -> list[Shot]:
    """Every image of a dataset of this size."""
    random = np.random.default_rng([*dataset_seed(name, seed), 0])
    return list(_Planner(name, size, random).shots())


def lists(name: str, shots: list[Shot]) -> dict[str, list[str]]:
    """List files, by name, and their lines; for the datasets that have them."""
    if name == "msmt17":
        return {
            f"list_{part}.txt": [
                f"{shot.files[0].split('/', 1)[1]} {shot.identity}"
                for shot in shots
                if shot.part == part
            ]
            for part in ("train", "val", "query", "gallery")
        }
    if name == "occluded-dukemtmc":
        folders = {"train": "bounding_box_train", "query": "query", "gallery": "bounding_box_test"}
        return {
            f"{part}.list": [
                file.split("/")[1]
                for shot in shots
                for file in shot.files
                if file.startswith(f"{folder}/")
            ]
            for part, folder in folders.items()
        }
    return {}


class _Planner:
    def __init__(self, name: str, size: Size, random: np.random.Generator) -> None:
        self._name, self._size, self._random = name, size, random
        self._file, self._ids = _NAMES[name.removesuffix("-detected").removesuffix("-labeled")]
        self._number = count()
        self._shared = 0
        self._cameras: dict[int, np.ndarray] = {}

    def shots(self) -> Iterator[Shot]:
        size = self._size
        train = list(range(size.trained))
        # Rounded up to whole families, so that none is in both halves.
        first = -(-size.trained // FAMILY) * FAMILY
        asked = list(range(first, first + size.tested))
        unasked = list(range(first + size.tested, first + size.tested + size.unasked))
        for part, people in (
            ("train", train),
            ("val", train),
            ("query", asked),
            ("gallery", asked + unasked),
        ):
            total = getattr(size, part) - (size.shared if part == "gallery" else 0)
            for place, images in enumerate(spread(total, len(people))):
                yield from self._person(part, people[place], self._identity(part, place), images)
        for number in range(size.junk):
            yield self._shot("junk", -1, _OUTSIDERS + size.distractors + number, self._any_camera())
        for number in range(size.distractors):
            yield self._shot("distractors", 0, _OUTSIDERS + number, self._any_camera())

    def _person(self, part: str, person: int, identity: int, images: int) -> Iterator[Shot]:
        cameras = self._cameras.setdefault(person, self._some_cameras())
        for image in range(images):
            yield self._shot(part, identity, person, int(cameras[image % len(cameras)]))

    def _shot(self, part: str, identity: int, person: int, camera: int) -> Shot:
        number = next(self._number)
        file = self._file(part, identity, camera, number)
        occluded = self._name == "occluded-dukemtmc" and part == "query"
        files = (file,)
        if part == "query" and self._shared < self._size.shared:
            self._shared += 1
            files += (file.replace("query/", "bounding_box_test/"),)
        return Shot(files, identity, person, camera, number, part, occluded)

    def _identity(self, part: str, place: int) -> int:
        return self._ids("train" if part in ("train", "val") else "test", place)

    def _some_cameras(self) -> np.ndarray:
        """At least two, so that every query has a match from another camera."""
        most = min(self._size.cameras, 6)
        number = self._random.integers(min(3, most), most + 1)
        return self._random.permutation(self._size.cameras)[:number] + 1

    def _any_camera(self) -> int:
        return int(self._random.integers(1, self._size.cameras + 1))


_FOLDERS = {
    "train": "bounding_box_train",
    "query": "query",
    "gallery": "bounding_box_test",
    "junk": "bounding_box_test",
    "distractors": "bounding_box_test",
}


def _market(part: str, identity: int, camera: int, number: int) -> str:
    person = "-1" if identity < 0 else f"{identity:04d}"
    sequence = number % 6 + 1
    return f"{_FOLDERS[part]}/{person}_c{camera}s{sequence}_{number:06d}_{number % 4 + 1:02d}.jpg"


def _duke(part: str, identity: int, camera: int, number: int) -> str:
    return f"{_FOLDERS[part]}/{identity:04d}_c{camera}_f{number:07d}.jpg"


def _cuhk03(part: str, identity: int, camera: int, number: int) -> str:
    return f"{_FOLDERS[part]}/{identity:04d}_c{camera}_{number}.png"


def _msmt17(part: str, identity: int, camera: int, number: int) -> str:
    half = "train" if part in ("train", "val") else "test"
    moment = ("0303morning", "0113noon", "0114afternoon", "0302noon")[number % 4]
    name = f"{identity:04d}_{number % 1000:03d}_{camera:02d}_{moment}_{number % 10000:04d}"
    return f"{half}/{identity:04d}/{name}_{number // 10000}.jpg"


def _alternating(half: str, place: int) -> int:
    """Training has the odd identities, testing the even ones."""
    return 2 * place + (1 if half == "train" else 2)


def _restarting(half: str, place: int) -> int:
    return place


_Name = Callable[[str, int, int, int], str]
_NAMES: dict[str, tuple[_Name, Callable[[str, int], int]]] = {
    "market1501": (_market, _alternating),
    "dukemtmc": (_duke, _alternating),
    "occluded-dukemtmc": (_duke, _alternating),
    "cuhk03": (_cuhk03, _alternating),
    "msmt17": (_msmt17, _restarting),
}
