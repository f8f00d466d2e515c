"""Batches of images: for training without end, for testing in order.

The pixels of a batch depend on the seed and the step alone, not on how many processes
load them, so a training that continues gets the images that it would have got.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from apnet.data.dataset import ReIDDataset, Sample
from apnet.data.sampling import batches
from apnet.data.transforms import test_image, training_image
from apnet.errors import InputError
from apnet.recipes import Recipe

_REMEMBERED = 256 * 2**20
"""Bytes of decoded images that a process remembers."""


def training_batches(
    dataset: ReIDDataset, recipe: Recipe, seed: int, start: int = 0, workers: int = 0
) -> Iterator[tuple[Tensor, Tensor]]:
    """Training batches from step `start` on, without end.

    Args:
        seed: of the training; decides batches and augmentation.
        workers: processes that load; 0 loads here.

    Yields:
        Images (B x 3 x height x width, float32) and labels (B, int64): the rank of an
        image's identity among the sorted training identities.

    Raises:
        InputError: too few identities, or an image that cannot be read.
    """
    identities = [sample.identity for sample in dataset.train]
    rank = {identity: place for place, identity in enumerate(sorted(set(identities)))}
    labels = torch.tensor([rank[identity] for identity in identities])
    source = batches(identities, recipe.identities, recipe.instances, seed, start)

    def requests() -> Iterator[list[tuple[int, tuple[int, int, int]]]]:
        for step, indices in enumerate(source, start):
            yield [(int(index), (seed, step, place)) for place, index in enumerate(indices)]

    images = _Images([sample.path for sample in dataset.train], dataset.root, recipe)
    # The labels travel with the requests, which the loader hands on in order.
    for request, batch in _loaded(images, requests(), workers):
        yield batch, labels[[index for index, _ in request]]


def test_batches(
    samples: Sequence[Sample], root: Path, recipe: Recipe, batch: int, workers: int = 0
) -> Iterator[Tensor]:
    """All samples in order, B x 3 x height x width, float32; the last batch may be smaller.

    Raises:
        InputError: an image that cannot be read.
    """
    images = _Images([sample.path for sample in samples], root, recipe)
    places = iter(range(len(samples)))
    requests = iter(lambda: [(place, None) for place in islice(places, batch)], [])
    for _, found in _loaded(images, requests, workers):
        yield found


class _Images(Dataset):
    """Images by (index, augmentation seed); without a seed, as in testing."""

    def __init__(self, paths: Sequence[Path], root: Path, recipe: Recipe) -> None:
        self._paths = paths
        self._root = root
        self._recipe = recipe
        self._decode = _Decoded(_REMEMBERED)

    def __getitem__(self, request: tuple[int, tuple[int, int, int] | None]) -> Tensor | str:
        index, seed = request
        try:
            image = self._decode(self._root / self._paths[index])
        except InputError as error:
            # Returned, not raised: a loader's process would wrap it into its traceback.
            return str(error)
        if seed is None:
            return test_image(image, self._recipe)
        return training_image(image, self._recipe, np.random.default_rng(seed))


class _Decoded:
    """Decoded images that a process remembers, as long as they fit: smoke data does."""

    def __init__(self, budget: int) -> None:
        self._left = budget
        self._images: dict[Path, Image.Image] = {}

    def __call__(self, file: Path) -> Image.Image:
        if file in self._images:
            return self._images[file]
        image = decode(file)
        size = image.width * image.height * 3
        if size <= self._left:
            self._left -= size
            self._images[file] = image
        return image


def decode(file: Path) -> Image.Image:
    """An image file as RGB.

    Raises:
        InputError: not an image, or a damaged one.
    """
    try:
        with Image.open(file) as image:
            return image.convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError(f"cannot decode the image {file} ({error}): replace it") from error


def _loaded(
    images: _Images, requests: Iterator[list], workers: int
) -> Iterator[tuple[list, Tensor]]:
    """Each request beside its batch."""
    asked: list[list] = []

    def remembered() -> Iterator[list]:
        for request in requests:
            asked.append(request)
            yield request

    loader = DataLoader(
        images,
        batch_sampler=remembered(),
        num_workers=workers,
        collate_fn=_collate,
        pin_memory=torch.cuda.is_available(),
    )
    for batch in loader:
        if isinstance(batch, str):
            raise InputError(batch)
        yield asked.pop(0), batch


def _collate(items: list[Tensor | str]) -> Tensor | str:
    return next((item for item in items if isinstance(item, str)), None) or torch.stack(items)
