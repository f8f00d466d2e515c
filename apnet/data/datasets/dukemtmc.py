"""DukeMTMC-reID (Ristani et al., ECCVW 2016; Zheng et al., ICCV 2017).

Withdrawn by its authors. Of the 1,110 identities in the gallery 408 are in no query.
"""

import re

from apnet.config.readings import Reading
from apnet.data.folders import FOLDERS, three_folders
from apnet.data.naming import Naming
from apnet.data.source import Counts, Source, published_counts
from apnet.data.styles import WINTER_CAMPUS
from apnet.data.synthesis import Synthesis, market_folder

PEOPLE = range(1, 7141)

NAMING = Naming(
    re.compile(r"(?P<identity>[0-9]{4})_c(?P<camera>[0-9])_f[0-9]{7}\.jpg"),
    example="0001_c2_f0046182.jpg",
    cameras=8,
)


def _published(_reading: Reading) -> Counts:
    return published_counts((16_522, 702), (2_228, 702), (17_661, 1_110), cameras=8)


def drawn_file(part: str, identity: int, camera: int, number: int) -> str:
    """The name of a drawn image (:class:`Synthesis`)."""
    return f"{market_folder(part)}/{identity:04d}_c{camera}_f{number:07d}.jpg"


SOURCE = Source(
    name="dukemtmc",
    folders=(
        "dukemtmc",
        "dukemtmc/DukeMTMC-reID",
        "DukeMTMC-reID",
        "dukemtmc-reid/DukeMTMC-reID",
        "dukemtmc-reid",
        "duke",
    ),
    holds=FOLDERS,
    naming=NAMING,
    read=three_folders(NAMING, PEOPLE),
    published=_published,
    synthesis=Synthesis(WINTER_CAMPUS, drawn_file),
)
