"""Pillow's bilinear resize as whole numbers, so that any device makes the same pixels.

Along each axis a target pixel is a weighted sum of source pixels under a triangle, as
wide as two source pixels or, where the image shrinks, as two target pixels. Pillow rounds
the weights to 22 bits, sums whole numbers, and rounds to 8 bits after each axis. Here the
width comes first, always; Pillow from version 13 on takes the height first where that
shrinks more than the width, and some pixels then differ by one level of 255.
"""

import numpy as np
from numpy.typing import NDArray

BITS = 22
"""Of a weight after the point."""


def taps(source: int, target: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Which source pixels make each target pixel of one axis, and with which weights.

    Args:
        source: pixels that there are.
        target: pixels that are made of them.

    Returns:
        Indices and weights, K x `target`; a weight of 2**22 is 1. K is the most that any
        target pixel needs; one that needs fewer has weights of 0.
    """
    scale = source / target
    reach = max(1.0, scale)
    centre = (np.arange(target) + 0.5) * scale
    # Whole numbers are cut towards 0, as in C.
    first = np.maximum(0, (centre - reach + 0.5).astype(np.int64))
    end = np.minimum(source, (centre + reach + 0.5).astype(np.int64))
    indices = first + np.arange((end - first).max())[:, None]
    shares = np.maximum(0.0, 1.0 - np.abs((indices - centre + 0.5) * (1.0 / reach)))
    shares *= indices < end
    weights = (0.5 + shares / shares.sum(axis=0) * 2**BITS).astype(np.int32)
    used = weights.any(axis=1)
    return np.minimum(indices, source - 1)[used], weights[used]
