"""Batches of images: for training without end, for tests in order.

A worker process makes whole batches, as uint8, and the device normalises them. What is in a
batch depends on the seed and the step alone, so it is the same for any number of workers,
from files or from an image cache, and after any interruption.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, get_worker_info

from apnet.config.recipes import Recipe
from apnet.data.images import Images
from apnet.data.pipeline.augmentation import AugmentParams, draw, no_augmentation
from apnet.data.pipeline.normalise import normalise
from apnet.data.pipeline.resident import Resident
from apnet.data.pipeline.sampling import IMAGES, Indices, batches, rng
from apnet.data.pipeline.transforms import transform
from apnet.data.pipeline.workers import Guarded, begin, received
from apnet.errors import InputError

CPU = torch.device("cpu")

_Made = tuple[Tensor, AugmentParams, Tensor]
"""Indices when images are resident, else pixels; what is done to them; labels. On the CPU."""


def training_batches(
    images: Images | Resident,
    identities: Sequence[int],
    recipe: Recipe,
    seed: int,
    start_step: int = 0,
    workers: int = 0,
    device: torch.device = CPU,
) -> Iterator[tuple[Tensor, Tensor]]:
    """The batches of a training from `start_step` on, without end.

    Args:
        images: of the training set, as :func:`apnet.data.pipeline.opening.open_images` gives them.
        identities: of each image.
        seed: decides who is in which batch and how each image is altered.
        workers: processes that load; 0 loads in this one.
        device: of the batches.

    Returns:
        Images, B x 3 x height x width, float32, and labels, B, int64: the rank of the
        identity among the training identities.

    Raises:
        InputError: too few identities, or, while iterating, an image that cannot be read.
    """
    labels = np.unique(identities, return_inverse=True)[1]
    maker = _Batches(images, recipe, partial(_random, recipe, seed), labels)
    order = batches(identities, recipe.identities, recipe.instances, seed, start_step)
    return _finished(_made(maker, enumerate(order, start_step), workers), images, recipe, device)


def test_batches(
    images: Images | Resident,
    recipe: Recipe,
    batch: int,
    workers: int = 0,
    device: torch.device = CPU,
) -> Iterator[Tensor]:
    """Test images in order.

    Args:
        images: N images.
        batch: images at once.
        workers, device: as for :func:`training_batches`.

    Returns:
        Images, B x 3 x height x width, float32; the last batch holds what is left.

    Raises:
        InputError: `batch` below 1, or, while iterating, an image that cannot be read.
    """
    if batch < 1:
        raise InputError(f"a batch has 1 image or more, not {batch}: choose another --batch")
    labels = np.zeros(len(images), np.int64)
    maker = _Batches(images, recipe, partial(_no_augmentation, recipe), labels)
    starts = range(0, len(images), batch)
    pieces = (np.arange(start, min(start + batch, len(images))) for start in starts)
    made = _made(maker, enumerate(pieces), workers)
    return _without_labels(_finished(made, images, recipe, device))


def _random(recipe: Recipe, seed: int, step: int, count: int) -> AugmentParams:
    return draw(recipe, rng(seed, IMAGES, step), count)


def _no_augmentation(recipe: Recipe, _step: int, count: int) -> AugmentParams:
    return no_augmentation(recipe, count)


class _Batches(Dataset):
    """Batches by (step, indices): the part that a worker makes."""

    def __init__(
        self,
        images: Images | Resident,
        recipe: Recipe,
        params: Callable[[int, int], AugmentParams],
        labels: Indices,
    ) -> None:
        # What is resident stays with the process that the device is of.
        self._images = None if isinstance(images, Resident) else images
        self._recipe = recipe
        self._params = params
        self._labels = torch.from_numpy(labels)

    def __getitem__(self, key: tuple[int, Indices]) -> _Made:
        step, indices = key
        params = self._params(step, len(indices))
        content = torch.from_numpy(indices)
        if self._images is not None:
            content = _empty(len(indices), self._recipe)
            flips, corners = params.flip.tolist(), params.corner.tolist()
            altered = zip(content, indices.tolist(), flips, corners, strict=True)
            for out, index, flip, (top, left) in altered:
                transform(self._images[index], flip, top, left, self._recipe, out)
        return content, params, self._labels[indices]


def _finished(
    made: Iterator[_Made], images: Images | Resident, recipe: Recipe, device: torch.device
) -> Iterator[tuple[Tensor, Tensor]]:
    """Normalised images and labels, on the device."""
    with closing(made):
        for content, params, labels in made:
            params = params.to(device)
            if isinstance(images, Resident):
                pixels = images.pixels(content, params)
            else:
                pixels = content.to(device, non_blocking=True)
            yield normalise(pixels, recipe, params.erased), labels.to(device, non_blocking=True)


def _without_labels(batches: Iterator[tuple[Tensor, Tensor]]) -> Iterator[Tensor]:
    """The images without their labels."""
    with closing(batches):
        for images, _ in batches:
            yield images


def _empty(count: int, recipe: Recipe) -> Tensor:
    """Room for a batch; in a worker, memory that the training process shares.

    Handing over other memory means a copy into such memory, which takes as long as
    making the batch.
    """
    batch = torch.empty(0, dtype=torch.uint8)
    shape = (count, recipe.height, recipe.width, 3)
    if get_worker_info() is None:
        return batch.new_empty(shape)
    # Private, but it is how torch's own default_collate does this.
    return batch.set_(torch.UntypedStorage._new_shared(math.prod(shape)), 0, shape)


def _made(maker: Dataset, keys: Iterable[object], workers: int) -> Iterator[_Made]:
    """What `maker` makes of each key, in the order of the keys."""
    if workers < 0:
        raise InputError(f"workers are 0 or more, not {workers}: choose another --workers")
    loader = DataLoader(
        Guarded(maker) if workers else maker,
        batch_size=None,
        sampler=keys,
        num_workers=workers,
        collate_fn=_unchanged,
        worker_init_fn=begin,
        pin_memory=torch.cuda.is_available(),
        # Otherwise torch draws a seed for the workers from the model's random numbers, which
        # then differ after an interruption.
        generator=torch.Generator(),
    )
    return received(loader)


def _unchanged(made: object) -> object:
    return made
