"""Decoded images of a split in one memory-mapped file, which all jobs of a machine share.

<folder>/<dataset>-<split>-<images>-<state>/
    pixels.bin   the images at their own sizes one after another, height x width x 3, uint8
    shapes.npy   height and width of each, N x 2, int64

A store is made once, under a lock, and appears whole or not at all. Its name holds a digest
of the images' names and of what decodes them, and one of their sizes and times: when an
image changes, the store of before no longer fits, and is replaced.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import __version__ as pillow
from PIL import features

from apnet.data.dataset import Sample, file_state
from apnet.data.images import Pixels, read_image
from apnet.errors import InputError
from apnet.files import digest, exclusive, umask

_PIXELS, _SHAPES = "pixels.bin", "shapes.npy"
_CHUNK = 256
"""Images that are held decoded while a store is made."""


class Store:
    """Images by index, read from where :func:`open_store` put them.

    Attributes:
        pixels: of all images, uint8.
        shapes: height and width of each, N x 2, int64.
        starts: of each image in `pixels`, N.

    Raises:
        InputError: something has happened to its files.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        try:
            self.shapes = np.load(place / _SHAPES)
            sizes = self.shapes.prod(axis=1) * 3
            self.starts = np.cumsum(sizes) - sizes
            self.pixels = _mapped(place / _PIXELS, int(sizes.sum()))
        except (EOFError, OSError, ValueError) as error:
            raise InputError(f"the store {place} is damaged ({error}): delete it") from error

    def __len__(self) -> int:
        return len(self.shapes)

    def __getitem__(self, index: int) -> Pixels:
        """Pixels of an image at its stored size."""
        height, width = self.shapes[index].tolist()
        start = self.starts[index]
        return self.pixels[start : start + height * width * 3].reshape(height, width, 3)

    def __reduce__(self) -> tuple[type["Store"], tuple[Path]]:
        """A process that is started anew maps the file instead of being sent its content."""
        return Store, (self._place,)


def open_store(
    folder: Path,
    name: str,
    samples: Sequence[Sample],
    root: Path,
    threads: int = 1,
    say: Callable[[str], None] = print,
) -> Store:
    """The store of these images, made first when there is none that fits.

    Args:
        folder: of all stores.
        name: of the dataset and the split.
        samples: in the order of the indices.
        root: folder that their paths start from.
        threads: that decode.
        say: told when images are decoded or waited for.

    Raises:
        InputError: an image that cannot be read or decoded, or a folder that cannot be written.
    """
    files = [root / sample.path for sample in samples]
    names = [sample.path.as_posix() for sample in samples]
    images = digest([_decoder(), str(root.resolve()), names])
    state = digest([file_state(file) for file in files])
    family = f"{name}-{images[:8]}-"
    place = folder / f"{family}{state[:16]}"
    if place.is_dir():
        return Store(place)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with exclusive(folder / f".{family}lock", lambda: say(f"waiting for the store {place}")):
            if not place.is_dir():
                say(f"decoding {len(files)} images into the store {place}")
                _make(place, files, threads)
                _remove_others(place, family)
        return Store(place)
    except OSError as error:
        raise InputError(
            f"cannot make the store {place} ({error.strerror}): free space there, name another "
            f"folder, or go without a store"
        ) from error


def _mapped(file: Path, size: int) -> NDArray[np.uint8]:
    found = file.stat().st_size
    if found != size:
        raise ValueError(f"{file.name} has {found} bytes and should have {size}")
    # An empty file cannot be mapped. Copied on a write that never comes: torch warns of
    # memory that cannot be written.
    return np.asarray(np.memmap(file, np.uint8, mode="c")) if size else np.empty(0, np.uint8)


def _make(place: Path, files: Sequence[Path], threads: int) -> None:
    building = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        shapes = []
        with (building / _PIXELS).open("wb") as stream:
            for pixels in _decoded(files, threads):
                shapes.append(pixels.shape[:2])
                stream.write(pixels.data)
            stream.flush()
            os.fsync(stream.fileno())
        with (building / _SHAPES).open("wb") as stream:
            np.save(stream, np.array(shapes, np.int64).reshape(-1, 2))
            stream.flush()
            os.fsync(stream.fileno())
        building.chmod(0o777 & ~umask())
        building.rename(place)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _decoded(files: Sequence[Path], threads: int) -> Iterator[Pixels]:
    with ThreadPoolExecutor(threads) as pool:
        for start in range(0, len(files), _CHUNK):
            yield from pool.map(read_image, files[start : start + _CHUNK])


def _remove_others(place: Path, family: str) -> None:
    """Stores of these images as they were before, and what a killed job left half done."""
    for other in (*place.parent.glob(f"{family}*/"), *place.parent.glob(f".{family}*/")):
        if other != place:
            shutil.rmtree(other, ignore_errors=True)


def _decoder() -> list[str | None]:
    """Two decoders may differ by a level of a JPEG's pixels."""
    return [pillow, features.version("jpg"), features.version("libjpeg_turbo")]
