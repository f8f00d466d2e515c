"""One image from its stored pixels to the size that a network takes, on the CPU.

Resize, flip, pad, crop. The resize is bilinear with antialiasing as Pillow's is: when it
enlarges by the ratios of the paper the pixels are Pillow's, else some differ by one level
of 255. PyTorch's takes an eighth of the time.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from apnet.config.recipes import Recipe
from apnet.data.images import Pixels


def transform(image: Pixels, flip: int, top: int, left: int, recipe: Recipe, out: Tensor) -> None:
    """Write an image, altered as was drawn but neither normalised nor erased.

    Args:
        image: as stored, any size.
        flip, top, left: as in :class:`apnet.data.pipeline.augmentation.AugmentParams`.
        out: height x width x 3, uint8.
    """
    picture = _resize(image, recipe)
    if flip:
        picture = picture.flip(1)
    rows, shown_rows = _shared(top - recipe.padding, recipe.height)
    columns, shown_columns = _shared(left - recipe.padding, recipe.width)
    part = picture[rows, columns]
    if part.shape != out.shape:
        out.zero_()
    out[shown_rows, shown_columns] = part


def _resize(image: Pixels, recipe: Recipe) -> Tensor:
    """Height x width x 3, uint8."""
    stored = torch.from_numpy(image).unsqueeze(0).permute(0, 3, 1, 2)
    size = (recipe.height, recipe.width)
    resized = F.interpolate(stored, size=size, mode="bilinear", antialias=True)
    return resized[0].permute(1, 2, 0)


def _shared(start: int, length: int) -> tuple[slice, slice]:
    """What a crop of `length` from `start` on shares with 0 to `length`.

    Returns:
        The shared part in the image, and in the crop.
    """
    first = min(max(0, start), length)
    last = max(first, min(length, start + length))
    return slice(first, last), slice(first - start, last - start)
