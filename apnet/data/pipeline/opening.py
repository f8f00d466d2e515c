"""Where the images of a split are taken from: their files, an image cache, or the device."""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch

from apnet.config.recipes import Recipe
from apnet.data.dataset import ReIDDataset, Sample
from apnet.data.images import Images
from apnet.data.pipeline.decoded import Decoded
from apnet.data.pipeline.image_cache import open_image_cache
from apnet.data.pipeline.resident import Resident

MEMORY = 512 * 2**20
"""Bytes of decoded images that a job without an image cache keeps, over all its workers."""

_SHARE = 8
"""A cache may take one part in so many of the device's free memory."""


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
        device: where the batches are wanted.
        image_cache: folder of caches; None decodes the files in this job.
        workers: processes that will load, which share what memory is taken.
        log: told when a cache is made.

    Raises:
        InputError: an image that cannot be read, or a cache that cannot be written.
    """
    samples: Sequence[Sample] = getattr(dataset, split)
    if image_cache is None:
        # A test image is wanted once, so keeping it is of no use.
        memory = MEMORY // max(1, workers) if split == "train" else 0
        return Decoded(samples, dataset.root, memory)
    name = f"{dataset.name}-{split}"
    cache = open_image_cache(image_cache, name, samples, dataset.root, torch.get_num_threads(), log)
    return Resident(cache, recipe, device) if _fits(cache.pixels.nbytes, device) else cache


def source_of(images: Images | Resident) -> str:
    """Where images come from, for the record: `files`, `cache` or `device`."""
    return {Decoded: "files", Resident: "device"}.get(type(images), "cache")


def _fits(size: int, device: torch.device) -> bool:
    return device.type == "cuda" and size <= torch.cuda.mem_get_info(device)[0] // _SHARE
