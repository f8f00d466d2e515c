"""How many images of whom: the real datasets' counts, and smaller ones like them."""

import math
from dataclasses import dataclass, replace

_SMALL = 100
"""Below so many identities each is given few images, so that smoke runs are short."""
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


REAL = {
    "market1501": Size(751, 750, 0, 6, 12936, 3368, 13115, junk=3819, distractors=2798),
    "dukemtmc": Size(702, 702, 408, 8, 16522, 2228, 17661),
    "msmt17": Size(1041, 3060, 0, 15, 30248, 11659, 82161, val=2373),
    "cuhk03-detected": Size(767, 700, 0, 2, 7365, 1400, 5332),
    "cuhk03-labeled": Size(767, 700, 0, 2, 7368, 1400, 5328),
    "occluded-dukemtmc": Size(702, 519, 591, 8, 15618, 2210, 17661, shared=1870),
}


def size_of(name: str, identities: int) -> Size:
    """The size of a dataset with so many training identities, and as many tested ones.

    At the real number of training identities it is the real size, exactly.
    """
    real = REAL[name]
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


def spread(total: int, people: int) -> list[int]:
    """`total` images over so many people, as evenly as can be."""
    each, left = divmod(total, people)
    return [each + (place < left) for place in range(people)]
