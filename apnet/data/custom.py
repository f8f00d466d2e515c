"""A custom dataset, which a user brings: a folder in Market-1501's layout, or a CSV.

Its counts are not published, so no result on it is compared with a paper, and no dataset's switch
acts on it.
"""

import re
from pathlib import Path

from apnet.data.csvfile import read_csv
from apnet.data.folders import FOLDERS, marked_folders
from apnet.data.naming import Naming
from apnet.data.reach import is_file, is_folder
from apnet.data.roots import NAME
from apnet.data.source import Source
from apnet.errors import InputError

_LAST = 999_999_999
"""Of identities and of cameras: as many digits as a name may have."""

NAMING = Naming(
    re.compile(
        r"(?P<identity>-1|[0-9]{1,9})_c(?P<camera>[0-9]{1,9})([^0-9].*)?"
        r"\.(?i:jpe?g|png|bmp|gif|tiff?|webp)"
    ),
    example="0001_c1_anything.jpg",
    cameras=_LAST,
)


def custom_source(name: str, path: Path) -> Source:
    """What is known of a user's dataset.

    Args:
        path: a folder in Market-1501's layout, or a CSV.

    Raises:
        InputError: it is neither.
    """
    if not NAME.fullmatch(name):
        raise InputError(
            f"a dataset of your own is not called {name!r}: take small letters, digits and -, "
            f"a letter first"
        )
    if is_file(path):
        return Source(
            name=name,
            folders=(),
            holds=(path.name,),
            naming=NAMING,
            read=lambda root, _reading: read_csv(root, path.name),
            disjoint=False,
            partial=True,
        )
    lacking = [folder for folder in FOLDERS if not is_folder(path / folder)]
    if lacking:
        what = f"lacks {', '.join(lacking)}" if is_folder(path) else "is not there"
        raise InputError(
            f"{path} {what}: give the folder of {name} in Market-1501's layout, or its CSV"
        )
    return Source(
        name=name,
        folders=(),
        holds=FOLDERS,
        naming=NAMING,
        read=marked_folders(NAMING, _LAST),
        partial=True,
    )
