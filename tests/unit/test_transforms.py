import numpy as np
import pytest
import torch
from official import photo, pixels

from apnet.config.recipes import get_recipe
from apnet.data.pipeline.transforms import transform

CHANNEL, SPATIAL, SMOKE = get_recipe("channel"), get_recipe("spatial"), get_recipe("smoke")


def middle(recipe):
    return 0, recipe.padding, recipe.padding


def transformed(image, recipe, drawn):
    found = torch.full((recipe.height, recipe.width, 3), 77, dtype=torch.uint8)
    transform(image, *drawn, recipe, found)
    return found


def levels_apart(found, expected):
    return (found.int() - expected.int()).abs().max().item()


# Market-1501's one size, and others that the datasets have or that are enlarged.
@pytest.mark.parametrize("size", [(128, 64), (160, 60), (300, 120), (120, 60), (384, 192)])
def test_a_test_image_is_pillows_to_the_last_bit(size):
    image = photo(*size)
    found = transformed(image, CHANNEL, middle(CHANNEL))
    assert torch.equal(found, pixels(image, CHANNEL))


@pytest.mark.parametrize("size", [(900, 500), (57, 301), (480, 200), (1, 1), (3, 700), (300, 7)])
@pytest.mark.parametrize("recipe", [CHANNEL, SPATIAL, SMOKE], ids=lambda recipe: recipe.name)
def test_a_test_image_is_pillows_to_one_level_whatever_its_size(size, recipe):
    image = photo(*size)
    found = transformed(image, recipe, middle(recipe))
    assert levels_apart(found, pixels(image, recipe)) <= 1


@pytest.mark.parametrize("recipe", [CHANNEL, SPATIAL, SMOKE], ids=lambda recipe: recipe.name)
def test_a_training_image_is_pillows_with_the_same_draws(recipe):
    generator = np.random.default_rng(0)
    for seed in range(12):
        image = photo(128, 64, seed)
        drawn = (seed % 2, *generator.integers(0, 2 * recipe.padding + 1, 2).tolist())
        expected = pixels(image, recipe, drawn)
        assert levels_apart(transformed(image, recipe, drawn), expected) <= (recipe == SMOKE)


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("corner", [(0, 0), (20, 20), (0, 20), (10, 10), (3, 17)])
def test_flip_and_crop(flip, corner):
    image = photo(128, 64)
    found = transformed(image, CHANNEL, (flip, *corner))
    assert torch.equal(found, pixels(image, CHANNEL, (flip, *corner)))


@pytest.mark.parametrize("corner", [(0, 0), (39, 45), (80, 80), (3, 77)])
def test_a_border_wider_than_the_image(corner):
    recipe = get_recipe("smoke", height=16, width=8, padding=40)
    image = photo(16, 8)
    expected = pixels(image, recipe, (1, *corner))
    assert torch.equal(transformed(image, recipe, (1, *corner)), expected)


def test_an_image_that_cannot_be_written_to_is_left_alone():
    image = photo(128, 64)
    before = image.copy()
    transformed(image, CHANNEL, (1, 0, 20))
    assert np.array_equal(image, before)
