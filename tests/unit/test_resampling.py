import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from apnet.data.pipeline.resampling import taps


def resized(image, axis, target):
    """By the tables alone, in 64 bits."""
    table = taps(image.shape[axis], target)
    assert table.indices.shape == table.weights.shape == (len(table.indices), target)
    shape = [1, 1, 1]
    shape[axis] = target
    total = sum(
        np.take(image, index, axis).astype(np.int64) * weight.reshape(shape)
        for index, weight in zip(table.indices, table.weights, strict=True)
    )
    assert total.max() + 2**table.bits < 2**31  # so 32 bits hold it
    return np.minimum((total + 2 ** (table.bits - 1)) >> table.bits, 255)


def images(count):
    """Images and sizes that they are brought to: larger, smaller, both, and of one pixel."""
    generator = np.random.default_rng(0)
    for number in range(count):
        most = ((700, 700), (40, 900), (900, 40), (3, 3))[number % 4]
        height, width = (int(generator.integers(1, side + 1)) for side in most)
        target = ((384, 192), (256, 128), (64, 32), (75, 1), (1, 300))[number % 5]
        target = (height if number % 7 == 0 else target[0], target[1])
        image = generator.integers(0, 256, (height, width, 3), dtype=np.uint8)
        yield (image > 127).astype(np.uint8) * 255 if number % 3 else image, target


def check(count):
    for image, (height, width) in images(count):
        stored = torch.from_numpy(image)[None].permute(0, 3, 1, 2)
        made = F.interpolate(stored, size=(height, width), mode="bilinear", antialias=True)
        found = resized(resized(image, 1, width), 0, height)
        assert np.array_equal(found, made[0].permute(1, 2, 0)), (image.shape, height, width)


def test_tables_make_pytorchs_pixels_to_the_last_bit():
    check(200)


@pytest.mark.parametrize("instructions", ["default", "avx2"])
def test_so_they_do_whatever_instructions_the_processor_has(instructions):
    code = "import test_resampling; test_resampling.check(60)"
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    environment = {**os.environ, "ATEN_CPU_CAPABILITY": instructions, "PYTHONPATH": path}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


def test_the_same_size_is_left_as_it_is():
    table = taps(7, 7)
    assert table.indices.tolist() == [list(range(7))] and (table.weights == 2**table.bits).all()
