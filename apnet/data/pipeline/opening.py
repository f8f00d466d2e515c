"""Where the images of a split are taken from: their files, an image cache, or the device."""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from apnet.config.recipes import Recipe
from apnet.data.dataset import ReIDDataset, Sample
from apnet.data.images import Images, Pixels, read_image
from apnet.data.pipeline.image_cache import open_image_cache
from apnet.data.pipeline.resident import Resident
from apnet.runtime.memory import room

MEMORY = 512 * 2**20
"""Bytes of decoded images that a job without an image cache keeps, over all its workers."""

_SHARE = 8
"""A cache may take an eighth of the device's memory that is free to this job."""


class Decoded:
    """Images by index, read from their files on request.

    Keeps images until `memory` is full and none after: every image is used equally
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


def open_images(
    dataset: ReIDDataset,
    split: str,
    recipe: Recipe,
    device: torch.device,
    image_cache: Path | None,
    workers: int = 0,
    log: Callable[[str], None] = print,
) -> Images | Resident:
    """The images of a split: the same pixels from files, from a cache and from the device.

    Args:
        split: `train`, `query` or `gallery`.
        device: of the batches.
        image_cache: folder of caches; None decodes the files in this job.
        workers: processes that will load, which share what memory is taken.
        log: gets a line when a cache is made.

    Raises:
        InputError: an image that cannot be read, or a cache that cannot be written.
    """
    samples: Sequence[Sample] = getattr(dataset, split)
    if image_cache is None:
        # A test image is used once, so it is not kept.
        memory = MEMORY // max(1, workers) if split == "train" else 0
        return Decoded(samples, dataset.root, memory)
    name = f"{dataset.name}-{split}"
    cache = open_image_cache(image_cache, name, samples, dataset.root, torch.get_num_threads(), log)
    return Resident(cache, recipe, device) if _fits(cache.pixels.nbytes, device) else cache


def source_of(images: Images | Resident) -> str:
    """Where images come from, for the record: `files`, `cache` or `device`."""
    return {Decoded: "files", Resident: "device"}.get(type(images), "cache")


def _fits(size: int, device: torch.device) -> bool:
    return device.type == "cuda" and size <= room(*torch.cuda.mem_get_info(device)) // _SHARE
