"""P x K batches: P identities, K images of each (Section IV-B; semantics of the release).

A pass shuffles the images of each identity, cuts them into groups of K and drops the
rest; an identity with fewer than K images makes one group of K draws with replacement.
While at least P identities have groups left, P of them, drawn at random, give one group
each. Passes follow one another without regard to epochs.

Random numbers depend on what they are drawn for, such as a pass or the images of a step, and on
nothing before them: a training that continues, or that loads with more processes, draws the same.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from apnet.config.recipes import Recipe
from apnet.errors import InputError

Indices = NDArray[np.int64]

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


def pass_batches(identities: ArrayLike, p: int, k: int, seed: int, number: int) -> list[Indices]:
    """The batches of one pass.

    Args:
        identities: of each training image, N.
        p: identities in a batch.
        k: images of each of them.
        seed: of the training.
        number: of the pass, from 0.

    Returns:
        Batches of p x k indices into `identities`, the k of an identity side by side.

    Raises:
        InputError: fewer than `p` identities.
    """
    generator = rng(seed, PASS, number)
    groups = [_groups(images, k, generator) for images in _by_identity(identities, p)]
    left = np.arange(len(groups))
    batches = []
    while len(left) >= p:
        chosen = generator.choice(left, p, replace=False)
        batches.append(np.concatenate([groups[index].pop() for index in chosen]))
        left = np.array([index for index in left if groups[index]])
    return batches


def batches(
    identities: ArrayLike, p: int, k: int, seed: int, start_step: int = 0
) -> Iterator[Indices]:
    """The batches from `start_step` on, pass after pass, without end.

    Raises:
        InputError: fewer than `p` identities.
    """
    number, skip = 0, start_step
    while True:
        made = pass_batches(identities, p, k, seed, number)
        yield from made[skip:]
        number, skip = number + 1, max(0, skip - len(made))


def steps_per_epoch(identities: ArrayLike, recipe: Recipe) -> int:
    """Steps of an epoch: as many as the recipe fixes, or as its kind of epoch makes.

    `image`: every image that a pass can use, once, the last batch counted as a whole one
    (release). `identity`: every identity once, what is left over dropped (RGA).

    Args:
        identities: of each training image, N.

    Raises:
        InputError: fewer identities than a batch wants.
    """
    images = np.array([len(group) for group in _by_identity(identities, recipe.identities)])
    if recipe.steps_per_epoch is not None:
        return recipe.steps_per_epoch
    if recipe.epoch_unit == "identity":
        return len(images) // recipe.identities
    usable = np.maximum(images - images % recipe.instances, recipe.instances).sum()
    return -(-int(usable) // (recipe.identities * recipe.instances))


def _by_identity(identities: ArrayLike, p: int) -> Sequence[Indices]:
    """Indices of each identity's images, identities in ascending order; at least `p` of them."""
    values = np.asarray(identities)
    order = np.argsort(values, kind="stable")
    _, first = np.unique(values[order], return_index=True)
    if len(first) < p:
        raise InputError(
            f"the training set has {len(first)} identities and a batch wants {p}: train with "
            f"--set identities={max(1, len(first))} or fewer, or with another dataset"
        )
    return np.split(order, first[1:])


def _groups(images: Indices, k: int, generator: np.random.Generator) -> list[Indices]:
    if len(images) < k:
        return [generator.choice(images, k, replace=True)]
    whole = len(images) - len(images) % k
    return list(generator.permutation(images)[:whole].reshape(-1, k))
