"""Image files to pixels."""

import io
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from apnet.data.matfile import read_inside
from apnet.errors import InputError

Pixels = NDArray[np.uint8]
"""An image as it was stored: height x width x 3, RGB."""


class Images(Protocol):
    """Images of a split by index, at their stored sizes."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> Pixels: ...


class Damaged(Exception):
    """Bytes that are no image that can be used. The message completes "the file ..."."""


class TooLarge(Damaged):
    """A whole image of more pixels than Pillow decodes."""


def read_image(file: Path) -> Pixels:
    """The pixels of an image file.

    Raises:
        InputError: it cannot be read or decoded.
    """
    try:
        return decode(read_content(Path(file)))
    except OSError as error:
        raise InputError(
            f"cannot read the image {file} ({error.strerror}): take it from the dataset's archive"
        ) from error
    except TooLarge as error:
        raise InputError(f"the image {file} {error}") from error
    except Damaged as error:
        raise InputError(
            f"the image {file} {error}: take it from the dataset's archive again"
        ) from error


def read_content(file: Path) -> bytes:
    """An encoded image, from a file of its own or from inside of another.

    Raises:
        OSError: it cannot be read.
    """
    try:
        return file.read_bytes()
    except NotADirectoryError:
        return read_inside(file)


def decode(content: bytes) -> Pixels:
    """The pixels of an encoded image, grey and CMYK ones in RGB; EXIF rotations are ignored.

    Raises:
        Damaged: not a whole image.
    """
    if not content:
        raise Damaged("is empty")
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.mode.startswith(("I", "F")):
                # Pillow would cut it off at 255, to white.
                raise Damaged("is grey with more than 8 bits a pixel")
            return np.array(image.convert("RGB"))
    except UnidentifiedImageError as error:
        raise Damaged("is no image") from error
    except Image.DecompressionBombError as error:
        limit = 2 * Image.MAX_IMAGE_PIXELS
        raise TooLarge(f"has too many pixels (limit {limit:,}), shrink it") from error
    except (MemoryError, Damaged):
        raise
    # Pillow lets through whatever its decoders raise at damaged bytes: OSError,
    # SyntaxError, ValueError, struct.error, zlib.error and more.
    except Exception as error:
        raise Damaged(f"is damaged ({error})") from error
