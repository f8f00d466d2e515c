import math
import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch

from apnet.data.transforms import Augmentation, Box, apply, augment, draw, prepare
from apnet.recipes import get_recipe
from apnet.vision import torchvision

F = torchvision.transforms.functional
CHANNEL, SPATIAL = get_recipe("channel"), get_recipe("spatial")
NOTHING = replace(get_recipe("smoke"), flip=0.0, padding=0, erasing=0.0)
MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def photo(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def empty(recipe):
    return torch.full((3, recipe.height, recipe.width), float("nan"))


def official(image, recipe, augmentation=None):
    """The same with torchvision's own transforms, one after another on a PIL image."""
    picture = F.to_pil_image(torch.from_numpy(image).permute(2, 0, 1))
    picture = torchvision.transforms.Resize((recipe.height, recipe.width))(picture)
    if augmentation is not None:
        if augmentation.flip:
            picture = F.hflip(picture)
        picture = F.pad(picture, recipe.padding)
        corner = augmentation.top, augmentation.left
        picture = F.crop(picture, *corner, recipe.height, recipe.width)
    found = F.normalize(F.to_tensor(picture), MEAN, DEVIATION)
    if augmentation is not None and augmentation.erased is not None:
        box = augmentation.erased
        for channel, value in enumerate(recipe.erasing_value):
            found[channel, box.top : box.top + box.height, box.left : box.left + box.width] = value
    return found


@pytest.mark.parametrize("size", [(128, 64), (384, 192), (900, 500), (57, 301), (1, 1)])
@pytest.mark.parametrize("recipe", [CHANNEL, SPATIAL, get_recipe("smoke")])
def test_a_test_image_is_torchvisions(size, recipe):
    image = photo(*size)
    found = empty(recipe)
    prepare(image, recipe, found)
    assert torch.equal(found, official(image, recipe))


@pytest.mark.parametrize("recipe", [CHANNEL, SPATIAL, get_recipe("smoke", padding=0)])
def test_a_training_image_is_torchvisions_with_the_same_draws(recipe):
    for seed in range(12):
        image = photo(128 + seed, 64, seed)
        found = empty(recipe)
        augment(image, recipe, np.random.default_rng(seed), found)
        draws = draw(recipe, np.random.default_rng(seed))
        assert torch.equal(found, official(image, recipe, draws))


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("corner", [(0, 0), (20, 20), (0, 20), (10, 10), (3, 17)])
def test_each_step_alone(flip, corner):
    erased = Box(100, 3, 200, 180)
    augmentation = Augmentation(flip, *corner, erased)
    image = photo(200, 90)
    found = empty(CHANNEL)
    apply(augmentation, image, CHANNEL, found)
    assert torch.equal(found, official(image, CHANNEL, augmentation))


def test_erasing_writes_after_normalising():
    image = np.full((8, 8, 3), 255, np.uint8)
    found = empty(CHANNEL)
    apply(Augmentation(False, 10, 10, Box(0, 0, 5, 6)), image, CHANNEL, found)
    assert torch.equal(found[:, :5, :6], torch.tensor(MEAN).view(3, 1, 1).expand(3, 5, 6))
    assert found[0, 5, 0].item() == pytest.approx((1 - 0.485) / 0.229, abs=1e-6)


def test_the_border_is_black_before_normalising():
    image = np.full((8, 8, 3), 255, np.uint8)
    found = empty(CHANNEL)
    apply(Augmentation(False, 0, 20, None), image, CHANNEL, found)
    black = (0 - torch.tensor(MEAN)) / torch.tensor(DEVIATION)
    assert torch.allclose(found[:, :10].mean((1, 2)), black, atol=1e-5)
    assert torch.allclose(found[:, :, -10:].mean((1, 2)), black, atol=1e-5)
    assert (found[:, 10:, :-10] > 1).all()


def test_without_augmentation_training_is_as_testing():
    image, found, expected = photo(50, 40), empty(NOTHING), empty(NOTHING)
    augment(image, NOTHING, np.random.default_rng(0), found)
    prepare(image, NOTHING, expected)
    assert torch.equal(found, expected)


def naive_box(recipe, rng):
    """Random erasing as its paper describes it (Zhong et al., AAAI 2020), with `random`."""
    for _ in range(100):
        area = rng.uniform(*recipe.erasing_area) * recipe.height * recipe.width
        aspect = rng.uniform(*recipe.erasing_aspect)
        height, width = round((area * aspect) ** 0.5), round((area / aspect) ** 0.5)
        if height < recipe.height and width < recipe.width:
            return (
                rng.randint(0, recipe.height - height),
                rng.randint(0, recipe.width - width),
                height,
                width,
            )
    return None


@pytest.mark.parametrize("recipe", [CHANNEL, SPATIAL])
def test_draws_are_distributed_as_described(recipe):
    generator, rng, count = np.random.default_rng(0), random.Random(0), 6000
    draws = [draw(recipe, generator) for _ in range(count)]
    near = 5 * math.sqrt(0.25 / count)
    assert abs(np.mean([d.flip for d in draws]) - recipe.flip) < near
    boxes = [d.erased for d in draws if d.erased is not None]
    assert abs(len(boxes) / count - recipe.erasing) < near
    for axis in ("top", "left"):
        seen = Counter(getattr(d, axis) for d in draws)
        assert set(seen) == set(range(2 * recipe.padding + 1))
        mean = count / len(seen)
        assert max(abs(times - mean) for times in seen.values()) < 5 * math.sqrt(mean)
    found = np.array([(b.top, b.left, b.height, b.width) for b in boxes], float)
    naive = np.array([naive_box(recipe, rng) for _ in range(len(boxes))], float)
    error = 5 * np.sqrt((found.var(0) + naive.var(0)) / len(boxes))
    assert (np.abs(found.mean(0) - naive.mean(0)) < error).all()
    assert (np.abs(found.std(0) / naive.std(0) - 1) < 0.1).all()


def test_an_erased_box_lies_in_the_image():
    generator = np.random.default_rng(1)
    boxes = [draw(get_recipe("smoke", erasing=1.0), generator).erased for _ in range(2000)]
    for box in boxes:
        assert 0 <= box.top <= 64 - box.height and 0 <= box.left <= 32 - box.width
        assert 0.015 < box.height * box.width / (64 * 32) < 0.42
    assert max(box.top + box.height for box in boxes) == 64
    assert max(box.left + box.width for box in boxes) == 32


def test_a_box_that_never_fits_is_given_up():
    recipe = get_recipe("smoke", erasing=1.0, erasing_area=[1.0, 1.0])
    assert draw(recipe, np.random.default_rng(0)).erased is None


def test_probabilities_of_none_and_all():
    generator = np.random.default_rng(0)
    never = [draw(NOTHING, generator) for _ in range(200)]
    assert set(never) == {Augmentation(False, 0, 0, None)}
    always = replace(NOTHING, flip=1.0, erasing=1.0)
    draws = [draw(always, generator) for _ in range(200)]
    assert all(d.flip and d.erased is not None for d in draws)
