"""Market-1501 (Zheng et al., ICCV 2015).

`bounding_box_test` holds 19,732 images: 13,115 of the 750 test identities, 2,798
distractors (identity 0) and 3,819 junk detections (identity -1). Junk is left out of
the gallery; distractors stay, unless the reading drops them.
"""

import re
from collections.abc import Callable
from pathlib import Path

from apnet.config.readings import Reading
from apnet.data.folders import FOLDERS, GALLERY, QUERY, TRAIN, read_folder
from apnet.data.naming import Naming
from apnet.data.parts import Part, Splits
from apnet.data.source import Counts, Source, published_counts
from apnet.errors import one_of

_JUNK, _DISTRACTOR, _LAST = -1, 0, 1501

NAMING = Naming(
    re.compile(r"(?P<identity>-1|[0-9]{4})_c(?P<camera>[0-9])s[1-6]_[0-9]{6}_[0-9]{2}\.jpg"),
    example="0002_c1s1_000451_03.jpg",
    cameras=6,
)


def marked_folders(naming: Naming, last: int) -> Callable[[Path, Reading], Splits]:
    """A reader of three folders whose gallery marks junk and distractors.

    Args:
        last: people are numbered from 1 to this.
    """
    people = range(1, last + 1)

    def read(root: Path, reading: Reading) -> Splits:
        found = read_folder(root, GALLERY, naming, range(_JUNK, last + 1))
        left_out = {_JUNK, _DISTRACTOR} if _drops_distractors(reading) else {_JUNK}
        kept = [sample for sample in found.samples if sample.identity not in left_out]
        return Splits(
            train=read_folder(root, TRAIN, naming, people),
            query=read_folder(root, QUERY, naming, people),
            gallery=Part(found.place, kept, found.problems),
            junk=sum(sample.identity == _JUNK for sample in found.samples),
            distractors=sum(sample.identity == _DISTRACTOR for sample in found.samples),
        )

    return read


def _published(reading: Reading) -> Counts:
    return published_counts(
        train=(12_936, 751),
        query=(3_368, 750),
        gallery=(13_115, 750) if _drops_distractors(reading) else (15_913, 751),
        cameras=6,
        junk=3_819,
        distractors=2_798,
    )


def _drops_distractors(reading: Reading) -> bool:
    choice = reading.market_distractors
    if choice not in ("keep", "drop"):
        raise one_of("value of the switch market_distractors", choice, ("keep", "drop"))
    return choice == "drop"


SOURCE = Source(
    name="market1501",
    folders=(
        "market1501",
        "market1501/Market-1501-v15.09.15",
        "Market-1501-v15.09.15",
        "Market-1501",
        "Market1501",
    ),
    holds=FOLDERS,
    naming=NAMING,
    read=marked_folders(NAMING, _LAST),
    published=_published,
)
