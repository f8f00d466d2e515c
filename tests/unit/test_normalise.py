import pytest
import torch
from official import MEAN, normalised, photo

from apnet.config.recipes import get_recipe
from apnet.data.pipeline import normalise as module
from apnet.data.pipeline.normalise import normalise

CHANNEL, SPATIAL = get_recipe("channel"), get_recipe("spatial")
BOXES = torch.tensor([[0, 0, 0, 0], [100, 3, 150, 100], [0, 0, 255, 127], [255, 127, 1, 1]])


def batch(recipe, count=4):
    return torch.stack(
        [torch.from_numpy(photo(recipe.height, recipe.width, seed)) for seed in range(count)]
    )


def expected(images, recipe, boxes=None):
    boxes = [None] * len(images) if boxes is None else boxes.tolist()
    pairs = zip(images, boxes, strict=True)
    return torch.stack([normalised(image, recipe, box) for image, box in pairs])


@pytest.mark.parametrize("recipe", [CHANNEL, SPATIAL], ids=lambda recipe: recipe.name)
def test_it_is_torchvisions_to_the_last_bit(recipe):
    images = batch(recipe)
    assert torch.equal(normalise(images, recipe), expected(images, recipe))
    found = normalise(images, recipe, BOXES)
    assert torch.equal(found, expected(images, recipe, BOXES))
    assert found.is_contiguous()


def test_every_level_of_every_channel():
    images = torch.arange(256, dtype=torch.uint8)[:, None, None, None].expand(256, 1, 1, 3)
    recipe = get_recipe("smoke", height=1, width=1)
    assert torch.equal(normalise(images, recipe), expected(images, recipe))


def test_erasing_writes_after_normalising():
    images = torch.full((1, 8, 8, 3), 255, dtype=torch.uint8)
    found = normalise(images, CHANNEL, torch.tensor([[0, 0, 5, 6]]))[0]
    assert torch.equal(found[:, :5, :6], torch.tensor(MEAN).view(3, 1, 1).expand(3, 5, 6))
    assert found[0, 5, 0].item() == pytest.approx((1 - 0.485) / 0.229, abs=1e-6)


def test_erasing_all_at_once_is_erasing_each():
    images = normalise(batch(SPATIAL), SPATIAL)
    at_once = module._erase_at_once(images, BOXES, SPATIAL)
    assert torch.equal(at_once, module._erase_each(images.clone(), BOXES, SPATIAL))
    assert not torch.equal(at_once, images)


@pytest.mark.gpu
def test_a_gpu_gives_the_same_bits_with_channels_last():
    images = batch(CHANNEL)
    found = normalise(images.cuda(), CHANNEL, BOXES.cuda())
    assert torch.equal(found.cpu(), normalise(images, CHANNEL, BOXES))
    assert found.is_contiguous(memory_format=torch.channels_last)
