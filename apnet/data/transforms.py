"""From a decoded image to what a network takes (Section IV-B; order of the release).

Training: resize, flip, pad, crop, normalise, erase. Testing: resize, normalise. The
draws come from a generator of each image's own, so a sample is the same whichever
process makes it.
"""

import math

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from apnet.recipes import Recipe

MEAN = np.array((0.485, 0.456, 0.406), dtype=np.float32)
DEVIATION = np.array((0.229, 0.224, 0.225), dtype=np.float32)
_ERASING_TRIES = 100


def test_image(image: Image.Image, recipe: Recipe) -> Tensor:
    """An image for testing, 3 x height x width, float32."""
    return normalise(np.asarray(_resize(image, recipe)))


def training_image(image: Image.Image, recipe: Recipe, random: np.random.Generator) -> Tensor:
    """An image for training, augmented by the draws of `random`, 3 x height x width, float32."""
    pixels = np.asarray(_resize(image, recipe))
    if random.random() < recipe.flip:
        pixels = pixels[:, ::-1]
    pixels = _padded_crop(pixels, recipe.padding, random)
    found = normalise(pixels)
    if random.random() < recipe.erasing:
        _erase(found, recipe, random)
    return found


def normalise(pixels: np.ndarray) -> Tensor:
    """ImageNet normalisation of H x W x 3 bytes, as 3 x H x W float32."""
    scaled = torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1))).float().div_(255)
    return scaled.sub_(_channels(MEAN)).div_(_channels(DEVIATION))


def _channels(values: np.ndarray) -> Tensor:
    return torch.from_numpy(values).view(3, 1, 1)


def _resize(image: Image.Image, recipe: Recipe) -> Image.Image:
    return image.resize((recipe.width, recipe.height), Image.Resampling.BILINEAR)


def _padded_crop(pixels: np.ndarray, padding: int, random: np.random.Generator) -> np.ndarray:
    """A random window of the image's own size out of the image with a black border."""
    if not padding:
        return pixels
    height, width, _ = pixels.shape
    bordered = np.pad(pixels, ((padding, padding), (padding, padding), (0, 0)))
    top, left = random.integers(0, 2 * padding + 1, size=2)
    return bordered[top : top + height, left : left + width]


def _erase(image: Tensor, recipe: Recipe, random: np.random.Generator) -> None:
    """Write a constant into a random rectangle, in place; give up when none fits."""
    _, height, width = image.shape
    for _ in range(_ERASING_TRIES):
        area = random.uniform(*recipe.erasing_area) * height * width
        aspect = random.uniform(*recipe.erasing_aspect)
        tall, wide = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
        if tall < height and wide < width:
            top = random.integers(0, height - tall + 1)
            left = random.integers(0, width - wide + 1)
            value = torch.tensor(recipe.erasing_value).view(3, 1, 1)
            image[:, top : top + tall, left : left + wide] = value
            return
