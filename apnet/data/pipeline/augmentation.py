"""What is done to the images of a batch, drawn apart from the pixels that it acts on.

A horizontal flip, a black border with a random crop out of it, random erasing (Zhong et
al., AAAI 2020); Section IV-B, their order as released. Each image has draws of its own.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from apnet.config.recipes import Recipe

_ERASING_TRIES = 100


class AugmentParams(NamedTuple):
    """What is done to each of B images, int64.

    Attributes:
        flip: 1 where the image is mirrored, B.
        corner: top and left of the crop in the padded image, B x 2.
        erased: top, left, height and width of a box in the cropped image, B x 4; a box of
            no size erases nothing.
    """

    flip: Tensor
    corner: Tensor
    erased: Tensor

    def to(self, device: torch.device) -> "AugmentParams":
        """The same on a device."""
        return AugmentParams(*(part.to(device, non_blocking=True) for part in self))


def draw(recipe: Recipe, generator: np.random.Generator, count: int) -> AugmentParams:
    """What happens to the next `count` images."""
    flip = generator.random(count) < recipe.flip
    corner = generator.integers(0, 2 * recipe.padding, size=(count, 2), endpoint=True)
    erased = np.zeros((count, 4), np.int64)
    chosen = np.flatnonzero(generator.random(count) < recipe.erasing)
    erased[chosen] = _boxes(recipe, generator, len(chosen))
    return AugmentParams(*map(torch.from_numpy, (flip.astype(np.int64), corner, erased)))


def no_augmentation(recipe: Recipe, count: int) -> AugmentParams:
    """What happens to test images: the crop is the whole image."""
    zeros = torch.zeros(count, 4, dtype=torch.int64)
    return AugmentParams(zeros[:, 0], torch.full((count, 2), recipe.padding), zeros)


def _boxes(recipe: Recipe, generator: np.random.Generator, count: int) -> np.ndarray:
    """Rectangles of random area and aspect, smaller than the image; of no size if none fits."""
    boxes = np.zeros((count, 4), np.int64)
    wanting = np.arange(count)
    for _ in range(_ERASING_TRIES):
        if not len(wanting):
            break
        area = generator.uniform(*recipe.erasing_area, len(wanting)) * recipe.height * recipe.width
        aspect = generator.uniform(*recipe.erasing_aspect, len(wanting))
        height, width = np.rint(np.sqrt([area * aspect, area / aspect])).astype(np.int64)
        fits = (height < recipe.height) & (width < recipe.width)
        height, width, index = height[fits], width[fits], wanting[fits]
        top = generator.integers(0, recipe.height - height, endpoint=True)
        left = generator.integers(0, recipe.width - width, endpoint=True)
        boxes[index] = np.stack([top, left, height, width], axis=1)
        wanting = wanting[~fits]
    return boxes
