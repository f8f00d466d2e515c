import multiprocessing
import os
import signal
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
import tiny
import torch
from PIL import Image

from apnet.data import load_dataset, loading, store
from apnet.data.images import read_image
from apnet.data.loading import test_batches as ordered_batches
from apnet.data.loading import training_batches
from apnet.data.sampling import batches
from apnet.data.transforms import prepare
from apnet.errors import InputError
from apnet.readings import get_reading
from apnet.recipes import get_recipe

RECIPE = get_recipe("smoke", height=24, width=12, identities=2, instances=2)


@pytest.fixture
def dataset(tmp_path):
    tiny.write(tmp_path / "market1501", tiny.MARKET)
    return load_dataset("market1501", tmp_path, get_reading("written"))


def first(dataset, count, start=0, workers=0, seed=3, recipe=RECIPE):
    return list(islice(training_batches(dataset, recipe, seed, start, workers), count))


def equal(some, others):
    return len(some) == len(others) and all(
        torch.equal(a, b)
        for pair, other in zip(some, others, strict=True)
        for a, b in zip(pair, other, strict=True)
    )


def test_shapes_and_labels(dataset):
    people = [2, 7, 1500]
    order = batches([s.identity for s in dataset.train], 2, 2, 3)
    for (images, labels), indices in zip(first(dataset, 8), order, strict=False):
        assert (images.shape, images.dtype) == ((4, 3, 24, 12), torch.float32)
        assert (labels.shape, labels.dtype) == ((4,), torch.int64)
        assert labels.tolist() == [people.index(dataset.train[i].identity) for i in indices]
        assert torch.isfinite(images).all()


def test_images_belong_to_their_labels(dataset):
    recipe = replace(RECIPE, flip=0.0, padding=0, erasing=0.0)
    order = batches([s.identity for s in dataset.train], 2, 2, 3)
    for (images, _), indices in zip(first(dataset, 4, recipe=recipe), order, strict=False):
        for image, index in zip(images, indices, strict=True):
            expected = torch.empty(3, 24, 12)
            prepare(read_image(dataset.root / dataset.train[index].path), recipe, expected)
            assert torch.equal(image, expected)


@pytest.mark.parametrize(("start", "workers"), [(0, 1), (0, 2), (5, 0), (7, 2)])
def test_batches_are_the_same_for_any_start_and_any_workers(dataset, start, workers):
    assert equal(first(dataset, 12)[start:], first(dataset, 12 - start, start, workers))


def test_seed_step_and_place_change_the_images(dataset):
    one, two = first(dataset, 6), first(dataset, 6, seed=4)
    assert not equal(one, two)
    seen = {image.numpy().tobytes() for images, _ in one for image in images}
    assert len(seen) == 24  # 5 images, never altered in the same way


def test_loading_leaves_the_models_random_numbers_alone(dataset):
    torch.manual_seed(0)
    before = torch.get_rng_state()
    first(dataset, 3)
    first(dataset, 3, workers=1)
    assert torch.equal(torch.get_rng_state(), before)


def test_training_images_are_decoded_once_where_memory_allows(dataset, monkeypatch):
    decoded = []

    def count(file):
        decoded.append(file.name)
        return read_image(file)

    monkeypatch.setattr(store, "read_image", count)
    kept = first(dataset, 20)
    assert sorted(decoded) == sorted(set(decoded))
    decoded.clear()
    monkeypatch.setattr(loading, "MEMORY", 2 * 8 * 16 * 3)  # two images
    assert equal(first(dataset, 20), kept)
    order = islice(batches([s.identity for s in dataset.train], 2, 2, 3), 20)
    wanted = [dataset.train[index].path.name for batch in order for index in batch]
    held, expected = set(), []
    for name in wanted:
        if name not in held:
            expected.append(name)
        if len(held) < 2:
            held.add(name)
    assert decoded == expected


@pytest.mark.parametrize("workers", [0, 1])
def test_a_damaged_image_is_named(dataset, workers):
    file = dataset.root / dataset.train[0].path
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(InputError) as error:
        first(dataset, 20, workers=workers)
    message = str(error.value)
    assert message.startswith(f"the image {file} is damaged") and "\n" not in message
    file.unlink()
    with pytest.raises(InputError, match=r"cannot read the image .*No such file"):
        list(ordered_batches(dataset.train, dataset.root, RECIPE, 2, workers))


def test_too_few_identities_and_negative_workers_are_refused(dataset):
    with pytest.raises(InputError, match="has 3 identities and a batch wants 8"):
        first(dataset, 1, recipe=get_recipe("smoke"))
    with pytest.raises(InputError, match="workers are 0 or more"):
        training_batches(dataset, RECIPE, 0, 0, -1)


@pytest.mark.parametrize("workers", [0, 2])
def test_test_images_come_in_order(dataset, workers):
    found = list(ordered_batches(dataset.gallery, dataset.root, RECIPE, 3, workers))
    assert [len(images) for images in found] == [3, 1]
    for image, sample in zip(torch.cat(found), dataset.gallery, strict=True):
        expected = torch.empty(3, 24, 12)
        prepare(read_image(dataset.root / sample.path), RECIPE, expected)
        assert torch.equal(image, expected)


def test_workers_outlive_the_signals_that_stop_a_training(dataset):
    loader = training_batches(dataset, RECIPE, 3, 0, 1)
    found = [next(loader)]
    (worker,) = multiprocessing.active_children()
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(worker.pid, number)
    found += islice(loader, 11)
    assert equal(found, first(dataset, 12))
    assert worker.is_alive()
    loader.close()
    worker.join(10)
    assert not worker.is_alive()


def test_every_kind_of_image_is_read_as_rgb(tmp_path):
    colour = Image.new("RGB", (8, 16), (200, 30, 60))
    turned = Image.Exif()
    turned[0x0112] = 6  # rotate when shown
    colour.save(tmp_path / "turned.jpg", exif=turned, quality=95)
    assert read_image(tmp_path / "turned.jpg").shape == (16, 8, 3)
    kinds = {
        "grey.jpg": colour.convert("L"),
        "print.jpg": colour.convert("CMYK"),
        "palette.png": colour.quantize(4),
        "through.png": colour.convert("RGBA"),
    }
    for file, image in kinds.items():
        image.save(tmp_path / file)
        pixels = read_image(tmp_path / file)
        assert (pixels.shape, pixels.dtype) == ((16, 8, 3), np.uint8)
        expected = image.getpixel((0, 0)) if file == "grey.jpg" else (200, 30, 60)
        assert np.abs(pixels.astype(int) - expected).max() <= 8


def test_damaged_files_never_get_through_as_another_error(tmp_path):
    generator = np.random.default_rng(0)
    for suffix in ("jpg", "png"):
        whole = tiny.draw(tmp_path / f"whole.{suffix}").read_bytes()
        file = tmp_path / f"damaged.{suffix}"
        for _ in range(150):
            content = bytearray(whole[: generator.integers(len(whole) + 1)])
            for place in generator.integers(0, max(1, len(content)), size=4):
                content[place : place + 1] = bytes([generator.integers(256)])
            file.write_bytes(content)
            try:
                assert read_image(file).ndim == 3
            except InputError as error:
                assert str(file) in str(error) and "\n" not in str(error)
