"""From stored pixels to what a network takes (Section IV-B; order as released).

Training: resize, flip, pad, crop, normalise, erase. Test: resize, normalise. What is
drawn at random is drawn first, apart from the pixels that it acts on.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from apnet.data.images import Pixels
from apnet.recipes import Recipe

# ImageNet's, of RGB values in 0 to 1; as torchvision's weights were trained with.
_MEAN = torch.tensor((0.485, 0.456, 0.406)).view(3, 1, 1)
_DEVIATION = torch.tensor((0.229, 0.224, 0.225)).view(3, 1, 1)

_ERASING_TRIES = 100


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, in pixels."""

    top: int
    left: int
    height: int
    width: int


@dataclass(frozen=True, slots=True)
class Augmentation:
    """What is done to one training image.

    Attributes:
        top, left: corner of the crop in the padded image.
        erased: in the cropped image.
    """

    flip: bool
    top: int
    left: int
    erased: Box | None


def draw(recipe: Recipe, generator: np.random.Generator) -> Augmentation:
    """What happens to the next image."""
    flip = generator.random() < recipe.flip
    top, left = generator.integers(0, 2 * recipe.padding, size=2, endpoint=True).tolist()
    erased = _draw_box(recipe, generator) if generator.random() < recipe.erasing else None
    return Augmentation(flip, top, left, erased)


def augment(image: Pixels, recipe: Recipe, generator: np.random.Generator, out: Tensor) -> None:
    """Write a training image, altered as `generator` draws.

    Args:
        image: as stored, any size.
        out: 3 x height x width, float32.
    """
    apply(draw(recipe, generator), image, recipe, out)


def apply(augmentation: Augmentation, image: Pixels, recipe: Recipe, out: Tensor) -> None:
    """Write a training image, altered as said; `image` and `out` as for :func:`augment`."""
    picture = _resize(image, recipe)
    if augmentation.flip:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    # Pillow fills what a crop takes from outside the image with black: that is the padding.
    top, left = augmentation.top - recipe.padding, augmentation.left - recipe.padding
    _normalise(picture.crop((left, top, left + recipe.width, top + recipe.height)), out)
    if augmentation.erased is not None:
        box = augmentation.erased
        part = out[:, box.top : box.top + box.height, box.left : box.left + box.width]
        part.copy_(torch.tensor(recipe.erasing_value).view(3, 1, 1))


def prepare(image: Pixels, recipe: Recipe, out: Tensor) -> None:
    """Write a test image; `image` and `out` as for :func:`augment`."""
    _normalise(_resize(image, recipe), out)


def _resize(image: Pixels, recipe: Recipe) -> Image.Image:
    size = (recipe.width, recipe.height)
    return Image.fromarray(image).resize(size, Image.Resampling.BILINEAR)


def _normalise(picture: Image.Image, out: Tensor) -> None:
    out.copy_(torch.from_numpy(np.array(picture)).permute(2, 0, 1))
    out.div_(255).sub_(_MEAN).div_(_DEVIATION)


def _draw_box(recipe: Recipe, generator: np.random.Generator) -> Box | None:
    """A rectangle of random area and aspect that is smaller than the image; None if none fits."""
    for _ in range(_ERASING_TRIES):
        area = generator.uniform(*recipe.erasing_area) * recipe.height * recipe.width
        aspect = generator.uniform(*recipe.erasing_aspect)
        height, width = round(math.sqrt(area * aspect)), round(math.sqrt(area / aspect))
        if height < recipe.height and width < recipe.width:
            top = int(generator.integers(0, recipe.height - height, endpoint=True))
            left = int(generator.integers(0, recipe.width - width, endpoint=True))
            return Box(top, left, height, width)
    return None
