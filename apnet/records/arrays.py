"""Arrays of an .npz that anybody may have made: no Python objects, and no more than fits."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

MOST_BYTES = 2**28
"""Unpacked. Of a million queries with names of sixty characters."""


class TooLarge(ValueError):
    """More would be unpacked than the reader takes."""


def read_npz(
    file: Path, names: Iterable[str], also: Iterable[str] = (), most: int = MOST_BYTES
) -> dict[str, np.ndarray]:
    """The named arrays of an .npz; whatever else it holds is not read.

    Args:
        also: what it may lack.
        most: bytes of them all, unpacked.

    Raises:
        TooLarge: they would be more.
        Exception: it cannot be read. Of a damaged archive zipfile and NumPy raise nearly anything.
    """
    needed, also = {*names}, {*also}
    wanted = needed | also
    with zipfile.ZipFile(file) as archive:
        items = [it for it in archive.infolist() if it.filename.removesuffix(".npy") in wanted]
    if sum(item.file_size for item in items) > most:
        raise TooLarge(f"unpacked it is over {most >> 20} MiB")
    with np.load(file, allow_pickle=False) as archive:
        there = needed | (also & {*archive.files})
        arrays = {name: archive[name] for name in there}
    # What is no array comes as its bytes.
    if not all(isinstance(array, np.ndarray) for array in arrays.values()):
        raise ValueError("it holds what is no array")
    return arrays
