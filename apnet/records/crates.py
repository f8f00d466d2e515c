"""Results inside an archive that `snakemake archive` made: its zip, or a folder with all of it.

An archive comes from strangers: only what lies under its results/<scale> is unpacked, and only
what can have no other place.
"""

import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from apnet.errors import InputError

METADATA = "ro-crate-metadata.json"
RESULTS = "results"

_MOST_FOLD = 200
"""Times that all files together may be as large as the archive; JSON comes to about 20."""

_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What zipfile raises of an archive that it cannot read: the fourth of a compression that it does
not know, the fifth of an encrypted file."""


@contextmanager
def results_in(path: Path) -> Iterator[Path]:
    """The folder of one scale's results at `path`, for as long as the block lasts.

    Args:
        path: a folder such as results/<scale>, which stays as it is; or an archive.

    Raises:
        InputError: nothing there; an archive that is damaged, has results of none or of several
            scales, a file that would lie outside of it, or more than :data:`_MOST_FOLD` times its
            own size.
    """
    if path.is_file():
        with tempfile.TemporaryDirectory(prefix="apnet-archive-") as folder:
            _unpack(path, Path(folder))
            yield _scale(path, Path(folder))
    elif (path / METADATA).is_file():
        yield _scale(path, path)
    else:
        yield path


def _scale(archive: Path, folder: Path) -> Path:
    results = folder / RESULTS
    scales = sorted(item for item in results.iterdir() if item.is_dir()) if results.is_dir() else []
    if len(scales) != 1:
        found = ", ".join(item.name for item in scales) or "none"
        raise InputError(f"{archive} has results of {found}: name an archive of one scale")
    return scales[0]


def _unpack(archive: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(archive) as content:
            # `is_dir` fails on a name that is empty, as one is that begins with a zero byte.
            items = [item for item in content.infolist() if item.filename[-1:] != "/"]
            if METADATA not in (item.filename for item in items):
                raise InputError(f"{archive} is no archive of results: it lacks {METADATA}")
            wanted = {item: _place(archive, item) for item in items}
            if sum(item.file_size for item in items) > _MOST_FOLD * archive.stat().st_size:
                raise InputError(
                    f"{archive} would be over {_MOST_FOLD} times its own size: it is no archive "
                    f"that snakemake archive made"
                )
            for item, place in wanted.items():
                if place.parts[0] == RESULTS:
                    _write(content, item, folder / place)
    except OSError as error:
        raise InputError(f"cannot unpack {archive}: {error.strerror or error}") from error
    except _DAMAGE as error:
        raise InputError(f"{archive} is damaged ({error!s:.200}): fetch it again") from error


def _place(archive: Path, item: zipfile.ZipInfo) -> PurePosixPath:
    """Where a file belongs under the archive's folder."""
    name, place = item.filename, PurePosixPath(item.filename)
    link = stat.S_ISLNK(item.external_attr >> 16)
    if link or place.is_absolute() or ".." in place.parts or "\\" in name or str(place) != name:
        what = "a link" if link else "a path that leads out of it or has two spellings"
        raise InputError(f"{archive} holds {name}, {what}: nothing of it was taken")
    return place


def _write(content: zipfile.ZipFile, item: zipfile.ZipInfo, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # Exclusively: a name that comes twice is refused.
    with content.open(item) as source, file.open("xb") as target:
        while block := source.read(2**20):
            target.write(block)
