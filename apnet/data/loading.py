"""Batches of images: for training without end, for tests in order.

A worker process makes whole batches. What is in a batch depends on the seed and the
step alone, so it is the same for any number of workers and after any interruption.
"""

import math
import signal
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, get_worker_info

from apnet.data.dataset import ReIDDataset, Sample
from apnet.data.sampling import Indices, batches
from apnet.data.store import Store
from apnet.data.streams import IMAGE, stream
from apnet.data.transforms import augment, prepare
from apnet.errors import InputError
from apnet.recipes import Recipe

MEMORY = 512 * 2**20
"""Bytes of decoded training images that a training keeps, over all its workers."""


def training_batches(
    dataset: ReIDDataset, recipe: Recipe, seed: int, start_step: int = 0, workers: int = 0
) -> Iterator[tuple[Tensor, Tensor]]:
    """The batches of a training from `start_step` on, without end.

    Args:
        seed: decides who is in which batch and how each image is altered.
        workers: processes that load; 0 loads in this one.

    Returns:
        Images, B x 3 x height x width, float32, and labels, B, int64: the rank of the
        identity among the training identities.

    Raises:
        InputError: too few identities, or, while iterating, an image that cannot be read.
    """
    identities = np.array([sample.identity for sample in dataset.train])
    store = Store(dataset.train, dataset.root, MEMORY // max(1, workers))
    maker = _TrainingBatches(store, identities, recipe, seed)
    order = batches(identities, recipe.identities, recipe.instances, seed, start_step)
    return _made(maker, enumerate(order, start_step), workers)


def test_batches(
    samples: Sequence[Sample], root: Path, recipe: Recipe, batch: int, workers: int = 0
) -> Iterator[Tensor]:
    """Test images in order.

    Args:
        samples: N images.
        root: the dataset's own folder.
        batch: images at once.
        workers: processes that load; 0 loads in this one.

    Returns:
        Images, B x 3 x height x width, float32; the last batch holds what is left.

    Raises:
        InputError: `batch` below 1, or, while iterating, an image that cannot be read.
    """
    if batch < 1:
        raise InputError(f"a batch has 1 image or more, not {batch}: choose another --batch")
    starts = range(0, len(samples), batch)
    pieces = (range(start, min(start + batch, len(samples))) for start in starts)
    return _made(_TestBatches(Store(samples, root), recipe), pieces, workers)


class _TrainingBatches(Dataset):
    """Training batches by (step, indices)."""

    def __init__(self, store: Store, identities: Indices, recipe: Recipe, seed: int) -> None:
        self._store = store
        self._labels = torch.from_numpy(np.unique(identities, return_inverse=True)[1])
        self._recipe = recipe
        self._seed = seed

    def __getitem__(self, key: tuple[int, Indices]) -> tuple[Tensor, Tensor] | InputError:
        step, indices = key
        images = _empty(len(indices), self._recipe)
        try:
            for place, index in enumerate(indices.tolist()):
                generator = stream(self._seed, IMAGE, step, place)
                augment(self._store[index], self._recipe, generator, images[place])
        except InputError as error:
            return error
        return images, self._labels[indices]


class _TestBatches(Dataset):
    """Test batches by indices."""

    def __init__(self, store: Store, recipe: Recipe) -> None:
        self._store = store
        self._recipe = recipe

    def __getitem__(self, indices: range) -> Tensor | InputError:
        images = _empty(len(indices), self._recipe)
        try:
            for image, index in zip(images, indices, strict=True):
                prepare(self._store[index], self._recipe, image)
        except InputError as error:
            return error
        return images


def _empty(count: int, recipe: Recipe) -> Tensor:
    """Room for a batch; in a worker, memory that the training process shares.

    Handing over other memory means a copy into such memory, which takes as long as
    making the batch.
    """
    batch = torch.empty(0)
    shape = (count, 3, recipe.height, recipe.width)
    if get_worker_info() is None:
        return batch.new_empty(shape)
    size = math.prod(shape) * batch.element_size()
    # Private, but it is how torch's own default_collate does this.
    return batch.set_(torch.UntypedStorage._new_shared(size), 0, shape)


def _made(maker: Dataset, keys: Iterable[object], workers: int) -> Iterator:
    """What `maker` makes of each key, in the order of the keys."""
    if workers < 0:
        raise InputError(f"workers are 0 or more, not {workers}: choose another --workers")
    loader = DataLoader(
        maker,
        batch_size=None,
        sampler=keys,
        num_workers=workers,
        collate_fn=_unchanged,
        worker_init_fn=_ignore_signals,
        pin_memory=torch.cuda.is_available(),
        # Otherwise torch draws a seed for the workers from the stream of the model's
        # random numbers, which then differ after an interruption.
        generator=torch.Generator(),
    )
    return _without_errors(loader)


def _without_errors(loader: DataLoader) -> Iterator:
    """What the loader gives. Errors come as values: torch would put a traceback into them."""
    for made in loader:
        if isinstance(made, InputError):
            raise made
        yield made


def _unchanged(made: object) -> object:
    return made


def _ignore_signals(_worker: int) -> None:
    """Leave Ctrl-C and the scheduler's signals, which reach workers too, to the training.

    It finishes its step and saves its state; workers go when it does.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
