"""Which images a drawn dataset has, and their names: as many as the real one, or fewer."""

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from apnet.config.readings import WRITTEN
from apnet.data.folders import GALLERY, QUERY
from apnet.data.source import Source
from apnet.data.synthesis import Shot, Synthesis
from apnet.data.synthetic.pedestrian import FAMILY
from apnet.errors import InputError

_OUTSIDERS = 10**6
"""People from here on are distractors, one image each."""
_SMALL = 100
"""Below so many identities each is given few images, so that smoke runs are short, and clothes of
its own: the images of such runs are small, and do not show the marks that tell a family apart."""
_FEW = {"train": 6, "val": 1, "query": 2, "gallery": 3, "junk": 0.5, "distractors": 0.5}


@dataclass(frozen=True)
class Size:
    """Counts of a dataset.

    Attributes:
        trained: training identities.
        tested: identities with queries.
        unasked: further identities, in the gallery alone.
        cameras: of the whole dataset.
        train: images, as are `val`, `query`, `gallery` (of people), `junk`, `distractors`.
        shared: query images that stand in the gallery as well.
    """

    trained: int
    tested: int
    unasked: int
    cameras: int
    train: int
    query: int
    gallery: int
    val: int = 0
    junk: int = 0
    distractors: int = 0
    shared: int = 0


def real_size(source: Source) -> Size:
    """The size that a dataset's published counts and its file give it."""
    counts, synthesis = source.published(WRITTEN), source.synthesis
    train, query, gallery = (counts[split] for split in ("train", "query", "gallery"))
    distractors = counts["distractors"]
    return Size(
        trained=train["identities"],
        tested=query["identities"],
        # All distractors are one identity.
        unasked=gallery["identities"] - query["identities"] - (distractors > 0),
        cameras=train["cameras"],
        train=train["images"] - synthesis.val,
        query=query["images"],
        gallery=gallery["images"] - distractors,
        val=synthesis.val,
        junk=counts["junk"],
        distractors=distractors,
        shared=synthesis.shared,
    )


def size_of(real: Size, identities: int) -> Size:
    """The size of a dataset with so many training identities, and as many tested ones.

    Args:
        real: at its number of training identities the size is this one, exactly.
    """
    if identities == real.trained:
        return real

    def images(kind: str, people: int, of: int) -> int:
        each = getattr(real, kind) / of
        if identities < _SMALL:
            each = min(each, _FEW[kind])
        return math.ceil(each * people) if getattr(real, kind) else 0

    unasked = round(identities * real.unasked / real.tested)
    query = images("query", identities, real.tested)
    return replace(
        real,
        trained=identities,
        tested=identities,
        unasked=unasked,
        train=images("train", identities, real.trained),
        val=images("val", identities, real.trained),
        query=query,
        gallery=images("gallery", identities + unasked, real.tested + real.unasked),
        junk=images("junk", identities, real.tested),
        distractors=images("distractors", identities, real.tested),
        shared=round(query * real.shared / real.query),
    )


def family_size(identities: int) -> int:
    """How many people share build and clothes in a dataset of so many training identities."""
    return 1 if identities < _SMALL else FAMILY


def dataset_seed(name: str, seed: int) -> list[int]:
    """Seeds that differ between datasets, so that each has people and cameras of its own.

    Raises:
        InputError: a negative seed.
    """
    if seed < 0:
        raise InputError(f"a seed is 0 or more, not {seed}: choose another --seed")
    return [seed, zlib.crc32(name.encode())]


def plan(source: Source, size: Size, seed: int) -> list[Shot]:
    """Every image of a dataset of this size."""
    random = np.random.default_rng([*dataset_seed(source.name, seed), 0])
    return list(_Planner(source.synthesis, size, random).shots())


class _Planner:
    def __init__(self, synthesis: Synthesis, size: Size, random: np.random.Generator) -> None:
        self._synthesis, self._size, self._random = synthesis, size, random
        self._number = count()
        self._shared = 0
        self._cameras: dict[int, np.ndarray] = {}

    def shots(self) -> Iterator[Shot]:
        size = self._size
        train = list(range(size.trained))
        # Rounded up to whole families, so that none is in both halves.
        family = family_size(size.trained)
        first = -(-size.trained // family) * family
        asked = list(range(first, first + size.tested))
        unasked = list(range(first + size.tested, first + size.tested + size.unasked))
        for part, people in (
            ("train", train),
            ("val", train),
            ("query", asked),
            ("gallery", asked + unasked),
        ):
            total = getattr(size, part) - (size.shared if part == "gallery" else 0)
            half = "train" if part in ("train", "val") else "test"
            for index, images in enumerate(_spread(total, len(people))):
                identity = self._synthesis.identity(half, index)
                yield from self._person(part, people[index], identity, images)
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
        file = self._synthesis.file(part, identity, camera, number)
        files = (file,)
        if part == "query" and self._shared < self._size.shared:
            self._shared += 1
            files += (file.replace(f"{QUERY}/", f"{GALLERY}/"),)
        occluded = part in self._synthesis.occluded
        return Shot(files, identity, person, camera, number, part, occluded)

    def _some_cameras(self) -> np.ndarray:
        """At least two, so that every query has a match from another camera."""
        most = min(self._size.cameras, 6)
        number = self._random.integers(min(3, most), most + 1)
        return self._random.permutation(self._size.cameras)[:number] + 1

    def _any_camera(self) -> int:
        return int(self._random.integers(1, self._size.cameras + 1))


def _spread(total: int, people: int) -> list[int]:
    """`total` images over so many people, as evenly as can be."""
    each, left = divmod(total, people)
    return [each + (index < left) for index in range(people)]
