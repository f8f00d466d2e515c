"""PyTorch's bilinear resize of bytes as whole numbers, so that any device makes the same pixels.

Along each axis a target pixel is a weighted sum of source pixels under a triangle, as wide as
two source pixels or, where the image shrinks, as two target pixels. `torch.nn.functional.
interpolate` of uint8 with antialiasing (ATen's UpSampleKernel.cpp, with or without vector
instructions) rounds the weights of an axis to as many bits as leave the largest within 16,
sums whole numbers, and rounds to 8 bits after each axis, the width first.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_MOST_BITS, _LIMIT = 22, 2**15


class Taps(NamedTuple):
    """Which source pixels make each target pixel of one axis, and with which weights.

    Attributes:
        indices: of source pixels, K x target, int64. K is the most that any target pixel
            needs; one that needs fewer has weights of 0.
        weights: K x target, int64; a weight of 2**bits is 1.
        bits: of a weight after the point.
    """

    indices: NDArray[np.int64]
    weights: NDArray[np.int64]
    bits: int


def taps(source: int, target: int) -> Taps:
    """How an axis of `source` pixels becomes one of `target`."""
    scale = source / target
    reach = max(1.0, scale)
    centre = (np.arange(target) + 0.5) * scale
    # Whole numbers are cut towards 0, as in C.
    first = np.maximum(0, (centre - reach + 0.5).astype(np.int64))
    end = np.minimum(source, (centre + reach + 0.5).astype(np.int64))
    indices = first + np.arange((end - first).max())[:, None]
    shares = np.maximum(0.0, 1.0 - np.abs((indices - centre + 0.5) * (1.0 / reach)))
    shares *= indices < end
    shares /= shares.sum(axis=0)
    bits = next(
        bits for bits in range(_MOST_BITS, -1, -1) if int(0.5 + shares.max() * 2**bits) < _LIMIT
    )
    weights = (0.5 + shares * 2**bits).astype(np.int64)
    used = weights.any(axis=1)
    return Taps(np.minimum(indices, source - 1)[used], weights[used], bits)
