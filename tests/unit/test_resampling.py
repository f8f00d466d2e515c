import numpy as np
import pytest
from PIL import Image

from apnet.data.pipeline.resampling import BITS, taps


def resized(image, axis, target):
    """By the tables alone, in 64 bits."""
    indices, weights = taps(image.shape[axis], target)
    assert indices.shape == weights.shape == (len(indices), target)
    shape = [1, 1, 1]
    shape[axis] = target
    total = sum(
        np.take(image, index, axis).astype(np.int64) * weight.astype(np.int64).reshape(shape)
        for index, weight in zip(indices, weights, strict=True)
    )
    assert total.max() + 2**BITS < 2**31  # so 32 bits hold it
    return (total + 2 ** (BITS - 1)) // 2**BITS


@pytest.mark.parametrize("axis", [0, 1])
def test_one_axis_is_pillows_to_the_last_bit(axis):
    generator = np.random.default_rng(axis)
    for target in (384, 192, 64, 32, 75, 1):
        for source in (1, 2, target, target + 1, *generator.integers(1, 700, size=12).tolist()):
            size = (source, 5) if axis == 0 else (5, source)
            image = generator.integers(0, 256, (*size, 3), dtype=np.uint8)
            if source % 2:
                image = (image > 127).astype(np.uint8) * 255
            shape = (5, target) if axis == 0 else (target, 5)
            expected = Image.fromarray(image).resize(shape, Image.Resampling.BILINEAR)
            assert np.array_equal(resized(image, axis, target), np.asarray(expected))


def test_the_same_size_is_left_as_it_is():
    indices, weights = taps(7, 7)
    assert indices.tolist() == [list(range(7))] and (weights == 2**BITS).all()
