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

from apnet.config.readings import get_reading
from apnet.config.recipes import get_recipe
from apnet.data import load_dataset
from apnet.data.images import read_image
from apnet.data.pipeline import opening
from apnet.data.pipeline.loading import test_batches as ordered_batches
from apnet.data.pipeline.loading import training_batches
from apnet.data.pipeline.normalise import normalise
from apnet.data.pipeline.opening import Decoded, open_images, source_of
from apnet.data.pipeline.resident import Resident
from apnet.data.pipeline.sampling import batches
from apnet.data.pipeline.transforms import transform
from apnet.errors import InputError

RECIPE = get_recipe("smoke", height=24, width=12, identities=2, instances=2)


@pytest.fixture
def dataset(tmp_path):
    tiny.write(tmp_path / "market1501", tiny.MARKET)
    return load_dataset("market1501", tmp_path, get_reading("written"))


CPU = torch.device("cpu")


def loader(dataset, start=0, workers=0, seed=3, recipe=RECIPE, cache=None, resident=False):
    images = open_images(dataset, "train", recipe, CPU, cache, workers)
    if resident:
        images = Resident(images, recipe, CPU)
    identities = [sample.identity for sample in dataset.train]
    return training_batches(images, identities, recipe, seed, start, workers)


def first(dataset, count, *arguments, **options):
    return list(islice(loader(dataset, *arguments, **options), count))


def as_for_tests(file, recipe=RECIPE):
    """An image as a network takes it in a test."""
    pixels = torch.empty(1, 24, 12, 3, dtype=torch.uint8)
    transform(read_image(file), 0, recipe.padding, recipe.padding, recipe, pixels[0])
    return normalise(pixels, recipe)[0]


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
            file = dataset.root / dataset.train[index].path
            assert torch.equal(image, as_for_tests(file, recipe))


@pytest.mark.parametrize(("start", "workers"), [(0, 1), (0, 2), (5, 0), (7, 2)])
def test_batches_are_the_same_for_any_start_and_any_workers(dataset, start, workers):
    assert equal(first(dataset, 12)[start:], first(dataset, 12 - start, start, workers))


@pytest.mark.parametrize("workers", [0, 2])
def test_batches_are_the_same_with_a_store(dataset, tmp_path, workers):
    found = first(dataset, 12, workers=workers, cache=tmp_path / "caches")
    assert equal(found, first(dataset, 12))


@pytest.mark.parametrize(("start", "workers"), [(0, 0), (5, 2)])
def test_resident_images_make_the_same_batches(dataset, tmp_path, start, workers):
    # Images of 16 x 8 are enlarged to 24 x 12, so that not even a level differs.
    options = {"cache": tmp_path / "caches", "resident": True}
    found = first(dataset, 12 - start, start, workers, **options)
    assert equal(found, first(dataset, 12)[start:])


def test_the_source_of_images_has_a_name(dataset, tmp_path):
    files = open_images(dataset, "query", RECIPE, CPU, None)
    cache = open_images(dataset, "query", RECIPE, CPU, tmp_path / "caches")
    resident = Resident(cache, RECIPE, CPU)
    assert [source_of(images) for images in (files, cache, resident)] == [
        "files",
        "cache",
        "device",
    ]
    for images in (cache, resident):
        batches_of = [ordered_batches(found, RECIPE, 1) for found in (images, files)]
        assert equal(*([[images] for images in batches] for batches in batches_of))


@pytest.mark.gpu
def test_a_gpu_makes_the_same_batches(dataset, tmp_path):
    device = torch.device("cuda")
    images = open_images(dataset, "train", RECIPE, device, tmp_path / "caches")
    assert source_of(images) == "device"
    identities = [sample.identity for sample in dataset.train]
    found = islice(training_batches(images, identities, RECIPE, 3, 0, 0, device), 12)
    assert equal([[part.cpu() for part in pair] for pair in found], first(dataset, 12))


def test_seed_step_and_place_change_the_images(dataset):
    one, two = first(dataset, 6), first(dataset, 6, seed=4)
    assert not equal(one, two)
    seen = {image.numpy().tobytes() for images, _ in one for image in images}
    assert len(seen) > 20  # 5 images, hardly ever altered in the same way


def test_loading_leaves_the_models_random_numbers_alone(dataset):
    torch.manual_seed(0)
    before = torch.get_rng_state()
    first(dataset, 3)
    first(dataset, 3, workers=1)
    assert torch.equal(torch.get_rng_state(), before)


def test_training_images_are_decoded_once_where_memory_allows(dataset, monkeypatch):
    seen = []

    def count(file):
        seen.append(file.name)
        return read_image(file)

    monkeypatch.setattr(opening, "read_image", count)
    kept = first(dataset, 20)
    assert sorted(seen) == sorted(set(seen))
    seen.clear()
    monkeypatch.setattr(opening, "MEMORY", 2 * 8 * 16 * 3)  # two images
    assert equal(first(dataset, 20), kept)
    order = islice(batches([s.identity for s in dataset.train], 2, 2, 3), 20)
    wanted = [dataset.train[index].path.name for batch in order for index in batch]
    held, expected = set(), []
    for name in wanted:
        if name not in held:
            expected.append(name)
        if len(held) < 2:
            held.add(name)
    assert seen == expected


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
        list(ordered_batches(Decoded(dataset.train, dataset.root), RECIPE, 2, workers))


def test_too_few_identities_and_negative_workers_are_refused(dataset):
    with pytest.raises(InputError, match="has 3 identities and a batch wants 8"):
        first(dataset, 1, recipe=get_recipe("smoke"))
    with pytest.raises(InputError, match="workers are 0 or more"):
        loader(dataset, workers=-1)


@pytest.mark.parametrize("workers", [0, 2])
def test_test_images_come_in_order(dataset, workers):
    found = list(ordered_batches(Decoded(dataset.gallery, dataset.root), RECIPE, 3, workers))
    assert [len(images) for images in found] == [3, 1]
    for image, sample in zip(torch.cat(found), dataset.gallery, strict=True):
        assert torch.equal(image, as_for_tests(dataset.root / sample.path))


def test_workers_outlive_the_signals_that_stop_a_training(dataset):
    loading = loader(dataset, workers=1)
    found = [next(loading)]
    (worker,) = multiprocessing.active_children()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(worker.pid, number)
    found += islice(loading, 11)
    assert equal(found, first(dataset, 12))
    assert worker.is_alive()
    loading.close()
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
            for index in generator.integers(0, max(1, len(content)), size=4):
                content[index : index + 1] = bytes([generator.integers(256)])
            file.write_bytes(content)
            try:
                assert read_image(file).ndim == 3
            except InputError as error:
                assert str(file) in str(error) and "\n" not in str(error)
