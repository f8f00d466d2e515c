"""The recipe's images by torchvision's own transforms, one after another on a PIL image."""

import numpy as np
import torch

from apnet.runtime.torchvision_compat import torchvision

transforms = torchvision.transforms
F = torchvision.transforms.functional

MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def photo(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def pixels(image, recipe, drawn=None):
    """Before they are normalised, height x width x 3.

    Args:
        drawn: flip, top and left.
    """
    picture = F.to_pil_image(torch.from_numpy(image).permute(2, 0, 1))
    picture = transforms.Resize((recipe.height, recipe.width))(picture)
    if drawn is not None:
        flip, top, left = drawn
        if flip:
            picture = F.hflip(picture)
        picture = F.pad(picture, recipe.padding)
        picture = F.crop(picture, top, left, recipe.height, recipe.width)
    return torch.from_numpy(np.array(picture))


def normalised(pixels, recipe, erased=None):
    """3 x height x width."""
    picture = F.to_pil_image(pixels.permute(2, 0, 1))
    found = F.normalize(F.to_tensor(picture), MEAN, DEVIATION)
    if erased is not None:
        top, left, height, width = erased
        for channel, value in enumerate(recipe.erasing_value):
            found[channel, top : top + height, left : left + width] = value
    return found
