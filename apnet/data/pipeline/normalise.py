"""From uint8 pixels to what a network takes, a batch at a time and on any device."""

from functools import cache

import torch
from torch import Tensor

from apnet.config.recipes import Recipe

# ImageNet's, of RGB values in 0 to 1; as torchvision's weights were trained with.
_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)


def normalise(pixels: Tensor, recipe: Recipe, erased: Tensor | None = None) -> Tensor:
    """Normalise images, then erase: the order, and so the erased colour, is the release's.

    Args:
        pixels: B x height x width x 3, uint8.
        erased: B x 4, the top, left, height and width of a box in each image; on the
            device of `pixels`. None erases nothing.

    Returns:
        B x 3 x height x width, float32, on the same device and the same to the last bit on
        every device; on a GPU in the memory order channels_last.
    """
    turned = pixels.permute(0, 3, 1, 2)
    if pixels.is_cuda:
        images = _scale(turned.float())
        return images if erased is None else _erase_at_once(images, erased, recipe)
    images = torch.empty(turned.shape)
    # One at a time, so that an image stays in the processor's cache.
    for image, stored in zip(images, turned, strict=True):
        _scale(image.copy_(stored.contiguous()))
    return images if erased is None else _erase_each(images, erased, recipe)


def _scale(images: Tensor) -> Tensor:
    # A number instead of a tensor is multiplied by its inverse on a GPU, which rounds differently.
    device = images.device
    most, mean, deviation = (_colour(values, device) for values in ((255.0,), _MEAN, _DEVIATION))
    return images.div_(most).sub_(mean).div_(deviation)


@cache
def _colour(values: tuple[float, ...], device: torch.device) -> Tensor:
    """A value a channel; moved to the device once, since that takes as long as using it."""
    return torch.tensor(values).view(-1, 1, 1).to(device)


def _erase_each(images: Tensor, erased: Tensor, recipe: Recipe) -> Tensor:
    value = _colour(recipe.erasing_value, images.device)
    for image, (top, left, height, width) in zip(images, erased.tolist(), strict=True):
        image[:, top : top + height, left : left + width] = value
    return images


def _erase_at_once(images: Tensor, erased: Tensor, recipe: Recipe) -> Tensor:
    """With a handful of device calls, where one an image would take longer than the erasing."""
    top, left, height, width = erased.unsqueeze(-1).unbind(1)
    rows = torch.arange(images.shape[2], device=images.device)
    columns = torch.arange(images.shape[3], device=images.device)
    inside = ((rows >= top) & (rows < top + height)).unsqueeze(2)
    inside = inside & ((columns >= left) & (columns < left + width)).unsqueeze(1)
    value = _colour(recipe.erasing_value, images.device)
    return torch.where(inside.unsqueeze(1), value, images)
