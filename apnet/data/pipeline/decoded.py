"""Images of a dataset, decoded from their files and kept where memory allows."""

from collections.abc import Sequence
from pathlib import Path

from apnet.data.dataset import Sample
from apnet.data.images import Pixels, read_image


class Decoded:
    """Images by index, decoded when they are wanted.

    Keeps images until `memory` is full and none after: every image is wanted equally
    often, so making room for one would only throw out another.

    Args:
        samples: in the order of the indices.
        root: folder that their paths start from.
        memory: bytes of pixels to keep.
    """

    def __init__(self, samples: Sequence[Sample], root: Path, memory: int = 0) -> None:
        self._samples = samples
        self._root = root
        self._left = memory
        self._kept: dict[int, Pixels] = {}

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, index: int) -> Pixels:
        """Pixels of an image at its stored size.

        Raises:
            InputError: it cannot be read or decoded.
        """
        if index in self._kept:
            return self._kept[index]
        pixels = read_image(self._root / self._samples[index].path)
        if pixels.nbytes <= self._left:
            self._kept[index] = pixels
            self._left -= pixels.nbytes
        return pixels
