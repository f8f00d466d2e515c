"""Images inside the one file of the original CUHK03, cuhk-03.mat, read where they lie.

An image has a path that goes on inside the file: `cuhk-03.mat/detected/1_001_1_01.png` is
the first image of person 1 before the first pair of cameras. The file is HDF5: cells of
pairs, of persons x 10 images, of 3 x width x height pixels.
"""

import errno
import os
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from apnet.errors import InputError


def read_inside(file: Path) -> bytes:
    """An image inside a file, as a portable pixmap.

    Raises:
        OSError: there is no such image, or the file is not HDF5.
        InputError: h5py is not installed.
    """
    holder = holder_of(file)
    try:
        _opened(str(holder), os.getpid())
    except OSError as error:
        raise OSError(errno.EIO, f"{holder.name} cannot be opened as HDF5") from error
    try:
        boxes, name = file.relative_to(holder).parts
        pair, person, _, image = (int(word) for word in name.removesuffix(".png").split("_"))
        pixels = _pixels(str(holder), os.getpid(), boxes, pair - 1, person - 1, image - 1)
    except (AttributeError, IndexError, KeyError, OSError, TypeError, ValueError) as error:
        raise OSError(errno.ENOENT, f"no such image in {holder.name}") from error
    height, width, _ = pixels.shape
    return b"P6 %d %d 255\n" % (width, height) + pixels.tobytes()


def holder_of(file: Path) -> Path:
    """The file that contains the image of a path such as `cuhk-03.mat/detected/1_001_1_01.png`."""
    return next(parent for parent in file.parents if parent.is_file())


def _pixels(
    holder: str, process: int, boxes: str, pair: int, person: int, image: int
) -> NDArray[np.uint8]:
    """Height x width x 3."""
    file, cells = _cells(holder, process, boxes, pair)
    stored = file[cells[image, person]]
    # MATLAB stores an empty cell as its size, 0 x 0.
    if stored.ndim != 3 or stored.dtype != np.uint8 or stored.external or stored.is_virtual:
        raise KeyError(image)
    return np.ascontiguousarray(stored[:].T)


@lru_cache(maxsize=32)
def _cells(holder: str, process: int, boxes: str, pair: int) -> tuple[object, NDArray[np.object_]]:
    """The open file and the references to a pair's images, 10 x persons."""
    file = _opened(holder, process)
    return file, file[file[boxes][0, pair]][:]


@lru_cache(maxsize=4)
def _opened(holder: str, process: int) -> object:
    """An open file belongs to one process: a fork cannot read an inherited one safely."""
    try:
        import h5py
    except ImportError as error:
        raise InputError(
            f"{holder} is HDF5, and h5py is not installed: pip install h5py"
        ) from error
    return h5py.File(holder, "r")
