"""How many images of whom: the real datasets' counts, and smaller ones like them."""

import math
from dataclasses import dataclass, replace

from apnet.config.readings import WRITTEN
from apnet.data.source import Source

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


def spread(total: int, people: int) -> list[int]:
    """`total` images over so many people, as evenly as can be."""
    each, left = divmod(total, people)
    return [each + (index < left) for index in range(people)]
