"""Market-1501 (Zheng et al., ICCV 2015).

`bounding_box_test` holds 19,732 images: 13,115 of the 750 test identities, 2,798
distractors (identity 0) and 3,819 junk detections (identity -1). Junk is left out of
the gallery; distractors stay, unless the reading drops them.
"""

import re

from apnet.config.discrepancies import Discrepancy
from apnet.config.readings import Reading, Switch
from apnet.data.folders import FOLDERS, marked_folders
from apnet.data.naming import Naming
from apnet.data.source import Counts, Source, published_counts
from apnet.data.styles import SUMMER_CAMPUS
from apnet.data.synthesis import Synthesis, market_folder

NAMING = Naming(
    re.compile(r"(?P<identity>-1|[0-9]{4})_c(?P<camera>[0-9])s[1-6]_[0-9]{6}_[0-9]{2}\.jpg"),
    example="0002_c1s1_000451_03.jpg",
    cameras=6,
)

DISTRACTORS = Switch(
    "market_distractors",
    choices=("keep", "drop"),
    written="keep",
    released="keep",
    about="The 2,798 gallery images of identity 0. Both readings keep them; the authors' loader at "
    "the time of the paper dropped them.",
    discrepancy=Discrepancy(
        "difference",
        paper="19,732 test images, these 2,798 and 3,819 of junk among them: Table I",
        code="they are kept; until January 2022 they were left out",
        byte_code="loader of 2020-11-19, before the paper: images of identities -1 and 0 are left "
        "out of every split, so that 13,115 are in the gallery",
    ),
)


def _published(reading: Reading) -> Counts:
    return published_counts(
        train=(12_936, 751),
        query=(3_368, 750),
        gallery=(13_115, 750) if DISTRACTORS.of(reading) == "drop" else (15_913, 751),
        cameras=6,
        junk=3_819,
        distractors=2_798,
    )


def _file(part: str, identity: int, camera: int, number: int) -> str:
    person = "-1" if identity < 0 else f"{identity:04d}"
    name = f"{person}_c{camera}s{number % 6 + 1}_{number:06d}_{number % 4 + 1:02d}.jpg"
    return f"{market_folder(part)}/{name}"


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
    read=marked_folders(NAMING, last=1501),
    published=_published,
    switches=(DISTRACTORS,),
    distractors=DISTRACTORS.of,
    synthesis=Synthesis(SUMMER_CAMPUS, _file),
)
