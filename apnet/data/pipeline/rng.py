"""Random numbers that depend on what they are drawn for, and on nothing before them.

A training that continues, or that loads with more processes, draws the same.
"""

import numpy as np

from apnet.errors import InputError

PASS, IMAGES = 0, 1
"""What random numbers are drawn for: a pass of the sampler, or the images of a step."""


def rng(seed: int, *purpose: int) -> np.random.Generator:
    """The generator of `purpose` in a training with `seed`.

    Raises:
        InputError: a negative seed.
    """
    if seed < 0:
        raise InputError(f"a seed is 0 or more, not {seed}: choose another --seed")
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=purpose))
