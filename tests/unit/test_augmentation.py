import math
import random
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from apnet.config.recipes import get_recipe
from apnet.data.pipeline.augmentation import draw, no_augmentation

CHANNEL, SPATIAL = get_recipe("channel"), get_recipe("spatial")
NOTHING = replace(get_recipe("smoke"), flip=0.0, padding=0, erasing=0.0)


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
    flips, corners, boxes = (part.numpy() for part in draw(recipe, generator, count))
    near = 5 * math.sqrt(0.25 / count)
    assert abs(flips.mean() - recipe.flip) < near
    boxes = boxes[boxes.any(axis=1)].astype(float)
    assert abs(len(boxes) / count - recipe.erasing) < near
    for axis in corners.T:
        seen = Counter(axis.tolist())
        assert set(seen) == set(range(2 * recipe.padding + 1))
        mean = count / len(seen)
        assert max(abs(times - mean) for times in seen.values()) < 5 * math.sqrt(mean)
    naive = np.array([naive_box(recipe, rng) for _ in range(len(boxes))], float)
    error = 5 * np.sqrt((boxes.var(0) + naive.var(0)) / len(boxes))
    assert (np.abs(boxes.mean(0) - naive.mean(0)) < error).all()
    assert (np.abs(boxes.std(0) / naive.std(0) - 1) < 0.1).all()


def test_draws_of_one_batch_do_not_hang_together():
    flips, corners, boxes = (part.numpy() for part in draw(CHANNEL, np.random.default_rng(0), 6000))
    columns = np.column_stack([flips, corners, boxes.any(axis=1)]).astype(float)
    together = np.corrcoef(np.hstack([columns[1:], columns[:-1]]).T)
    assert np.abs(together - np.eye(8)).max() < 5 / math.sqrt(6000)


def test_an_erased_box_lies_in_the_image():
    recipe = get_recipe("smoke", erasing=1.0)
    boxes = draw(recipe, np.random.default_rng(1), 2000).erased.numpy()
    top, left, height, width = boxes.T
    assert (top >= 0).all() and (left >= 0).all()
    assert ((height * width / (64 * 32) > 0.015) & (height * width / (64 * 32) < 0.42)).all()
    assert (top + height).max() == 64 and (left + width).max() == 32


def test_a_box_that_never_fits_is_given_up():
    recipe = get_recipe("smoke", erasing=1.0, erasing_area=[1.0, 1.0])
    assert not draw(recipe, np.random.default_rng(0), 5).erased.any()


def test_probabilities_of_none_and_all():
    generator = np.random.default_rng(0)
    for found in (draw(NOTHING, generator, 200), no_augmentation(NOTHING, 200)):
        assert not any(part.any() for part in found)
    found = draw(replace(NOTHING, flip=1.0, erasing=1.0), generator, 200)
    assert found.flip.all() and found.erased.any(dim=1).all()


def test_a_test_image_is_the_middle_of_its_border():
    found = no_augmentation(CHANNEL, 3)
    assert found.corner.tolist() == [[10, 10]] * 3
    assert not found.flip.any() and not found.erased.any()
