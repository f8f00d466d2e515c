"""Decoded images of a split in one memory-mapped file, which all jobs of a machine share.

<folder>/<dataset>-<split>-<images>-<state>/
    pixels.bin   the images at their own sizes one after another, height x width x 3, uint8
    shapes.npy   height and width of each, N x 2, int64

A cache is made once, under a lock, and appears whole or not at all. Its name holds a digest
of the images' names and of what decodes them, and one of their sizes and times: when an
image changes, the cache of before no longer fits, and is replaced.
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
"""Images that are held decoded while a cache is made."""


class ImageCache:
    """Images by index, read from where :func:`open_image_cache` put them.

    Attributes:
        pixels: of all images, uint8.
        shapes: height and width of each, N x 2, int64.
        starts: of each image in `pixels`, N.

    Raises:
        InputError: something has happened to its files.
    """

    def __init__(self, path: Path) -> None:
        self._folder = path
        try:
            self.shapes = np.load(path / _SHAPES)
            sizes = self.shapes.prod(axis=1) * 3
            self.starts = np.cumsum(sizes) - sizes
            self.pixels = _mapped(path / _PIXELS, int(sizes.sum()))
        except (EOFError, OSError, ValueError) as error:
            raise InputError(f"the image cache {path} is damaged ({error}): delete it") from error

    def __len__(self) -> int:
        return len(self.shapes)

    def __getitem__(self, index: int) -> Pixels:
        """Pixels of an image at its stored size."""
        height, width = self.shapes[index].tolist()
        start = self.starts[index]
        return self.pixels[start : start + height * width * 3].reshape(height, width, 3)

    def __reduce__(self) -> tuple[type["ImageCache"], tuple[Path]]:
        """A process that is started anew maps the file instead of being sent its content."""
        return ImageCache, (self._folder,)


def open_image_cache(
    folder: Path,
    name: str,
    samples: Sequence[Sample],
    root: Path,
    threads: int = 1,
    log: Callable[[str], None] = print,
) -> ImageCache:
    """The cache of these images, made first when there is none that fits.

    Args:
        folder: of all caches.
        name: of the dataset and the split.
        samples: in the order of the indices.
        root: folder that their paths start from.
        threads: that decode.
        log: gets a line when images are decoded or waited for.

    Raises:
        InputError: an image that cannot be read or decoded, or a folder that cannot be written.
    """
    files = [root / sample.path for sample in samples]
    names = [sample.path.as_posix() for sample in samples]
    images = digest([_decoder(), str(root.resolve()), names])
    state = digest([file_state(file) for file in files])
    family = f"{name}-{images[:8]}-"
    path = folder / f"{family}{state[:16]}"
    if path.is_dir():
        return ImageCache(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with exclusive(
            folder / f".{family}lock", lambda: log(f"waiting for the image cache {path}")
        ):
            if not path.is_dir():
                log(f"decoding {len(files)} images into the image cache {path}")
                _make(path, files, threads)
                _remove_others(path, family)
        return ImageCache(path)
    except OSError as error:
        raise InputError(
            f"cannot make the image cache {path} ({error.strerror}): free space there, name "
            f"another folder, or go without an image cache"
        ) from error


def _mapped(file: Path, size: int) -> NDArray[np.uint8]:
    actual = file.stat().st_size
    if actual != size:
        raise ValueError(f"{file.name} has {actual} bytes and should have {size}")
    # An empty file cannot be mapped. Copied on a write that never comes: torch warns of
    # memory that cannot be written.
    return np.asarray(np.memmap(file, np.uint8, mode="c")) if size else np.empty(0, np.uint8)


def _make(path: Path, files: Sequence[Path], threads: int) -> None:
    building = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
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
        building.rename(path)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _decoded(files: Sequence[Path], threads: int) -> Iterator[Pixels]:
    with ThreadPoolExecutor(threads) as pool:
        for start in range(0, len(files), _CHUNK):
            yield from pool.map(read_image, files[start : start + _CHUNK])


def _remove_others(path: Path, family: str) -> None:
    """Caches of these images as they were before, and what a killed job left half done."""
    for other in (*path.parent.glob(f"{family}*/"), *path.parent.glob(f".{family}*/")):
        if other != path:
            shutil.rmtree(other, ignore_errors=True)


def _decoder() -> list[str | None]:
    """Two decoders may differ by a level of a JPEG's pixels."""
    return [pillow, features.version("jpg"), features.version("libjpeg_turbo")]
