from pathlib import Path

import numpy as np
import official
import pytest
import torch
from PIL import Image

from apnet.config.recipes import get_recipe
from apnet.data.dataset import ReIDDataset, Sample
from apnet.data.pipeline import opening
from apnet.data.pipeline.augmentation import draw, no_augmentation
from apnet.data.pipeline.image_cache import open_image_cache
from apnet.data.pipeline.loading import test_batches as batches_of
from apnet.data.pipeline.opening import Decoded, open_images
from apnet.data.pipeline.resident import Resident
from apnet.data.pipeline.transforms import transform

CHANNEL, SMOKE = get_recipe("channel"), get_recipe("smoke", padding=3)
SIZES = [(128, 64), (300, 120), (480, 200), (64, 32), (31, 90), (1, 1), (700, 40), (128, 64)]


@pytest.fixture(scope="module")
def cached(tmp_path_factory):
    """Images of odd sizes, as a cache, as arrays and as files."""
    root = tmp_path_factory.mktemp("images")
    images = [official.photo(*size, seed) for seed, size in enumerate(SIZES)]
    for number, image in enumerate(images):
        Image.fromarray(image).save(root / f"{number}.png")
    samples = [Sample(Path(f"{number}.png"), 0, 0) for number in range(len(images))]
    return open_image_cache(root / "caches", "odd-query", samples, root), images, root


def pixels(cache, recipe, indices, params, device="cpu"):
    resident = Resident(cache, recipe, torch.device(device))
    return resident.pixels(torch.tensor(indices), params.to(device))


def expected(image, recipe, flip, top, left):
    """As a loading process makes it from the image's file."""
    out = torch.empty(recipe.height, recipe.width, 3, dtype=torch.uint8)
    transform(image, flip, top, left, recipe, out)
    return out


@pytest.mark.parametrize("recipe", [CHANNEL, SMOKE], ids=lambda recipe: recipe.name)
def test_a_batch_is_a_loading_process_to_the_last_bit_whatever_the_sizes(cached, recipe):
    found, images, _ = cached
    order = [7, 0, 1, 2, 3, 4, 5, 6, 2, 2]
    generator = np.random.default_rng(0)
    for _ in range(3):
        params = draw(recipe, generator, len(order))
        batch = pixels(found, recipe, order, params)
        assert (batch.dtype, batch.shape) == (torch.uint8, (10, recipe.height, recipe.width, 3))
        acts = torch.cat([params.flip[:, None], params.corner], dim=1).tolist()
        for made, index, act in zip(batch, order, acts, strict=True):
            assert torch.equal(made, expected(images[index], recipe, *act))


def test_a_batch_of_test_images(cached):
    found, images, _ = cached
    batch = pixels(found, CHANNEL, [0, 3], no_augmentation(CHANNEL, 2))
    for made, image in zip(batch, (images[0], images[3]), strict=True):
        assert torch.equal(made, official.pixels(image, CHANNEL))


@pytest.mark.parametrize("fits", [True, False])
def test_free_memory_of_a_device_does_not_change_a_pixel(cached, monkeypatch, fits):
    monkeypatch.setattr(opening, "_fits", lambda size, device: fits)
    samples = tuple(Sample(Path(f"{number}.png"), 0, 0) for number in range(len(SIZES)))
    dataset = ReIDDataset("odd", cached[2], (), samples, ())
    cache, device = cached[2] / "caches", torch.device("cpu")
    (batch,) = batches_of(open_images(dataset, "query", CHANNEL, device, cache), CHANNEL, 8)
    (plain,) = batches_of(Decoded(samples, cached[2]), CHANNEL, 8)
    assert torch.equal(batch, plain)


def test_a_border_wider_than_the_image_is_black(cached):
    recipe = get_recipe("smoke", height=16, width=8, padding=40)
    for corner in ((0, 0), (80, 80)):
        params = no_augmentation(recipe, 1)._replace(corner=torch.tensor([corner]))
        batch = pixels(cached[0], recipe, [1], params)
        assert not batch.any()


@pytest.mark.gpu
def test_a_gpu_makes_the_same_bytes(cached):
    order = list(range(len(SIZES)))
    generator = np.random.default_rng(1)
    params = draw(CHANNEL, generator, len(order))
    found = pixels(cached[0], CHANNEL, order, params, "cuda")
    assert torch.equal(found.cpu(), pixels(cached[0], CHANNEL, order, params))
