"""P x K batches: P identities, K images of each (Section IV-B; semantics of the release).

A pass shuffles each identity's images, cuts them into groups of K and drops the rest;
an identity with fewer than K images is filled up with repeats. While at least P
identities have groups left, P of them give one group each. Passes follow one another
across epochs. Everything is a pure function of the seed and the number of the pass, so
a training continues from any step.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from apnet.errors import InputError
from apnet.recipes import Recipe


def pass_batches(
    identities: Sequence[int], p: int, k: int, seed: int, number: int
) -> list[np.ndarray]:
    """The batches of one pass, each P x K indices into `identities`.

    Args:
        identities: of each training image.
        p: identities in a batch.
        k: images of each.
        seed: of the training.
        number: which pass, from 0.

    Raises:
        InputError: fewer than `p` identities.
    """
    labels = np.asarray(identities)
    if len(np.unique(labels)) < p:
        raise InputError(
            f"the training set has {len(np.unique(labels))} identities and a batch wants {p}: "
            f"lower the recipe's identities with --set identities=N"
        )
    random = np.random.default_rng([seed, number])
    groups = {identity: _groups(labels, identity, k, random) for identity in np.unique(labels)}
    batches = []
    left = list(groups)
    while len(left) >= p:
        chosen = random.choice(len(left), p, replace=False)
        batches.append(np.concatenate([groups[left[place]].pop() for place in chosen]))
        left = [identity for identity in left if groups[identity]]
    return batches


def batches(
    identities: Sequence[int], p: int, k: int, seed: int, start: int = 0
) -> Iterator[np.ndarray]:
    """The batches from step `start` on, without end."""
    number = 0
    while True:
        found = pass_batches(identities, p, k, seed, number)
        yield from found[start:]
        start = max(0, start - len(found))
        number += 1


def steps_per_epoch(identities: Sequence[int], recipe: Recipe) -> int:
    """Steps in an epoch: as fixed by the recipe, or as its `epoch` counts them."""
    if recipe.steps_per_epoch is not None:
        return recipe.steps_per_epoch
    counts = np.unique(np.asarray(identities), return_counts=True)[1]
    if recipe.epoch == "identity":
        return max(1, len(counts) // recipe.identities)
    k = recipe.instances
    usable = int(np.maximum(counts - counts % k, k).sum())
    return math.ceil(usable / recipe.batch)


def _groups(
    labels: np.ndarray, identity: int, k: int, random: np.random.Generator
) -> list[np.ndarray]:
    own = np.flatnonzero(labels == identity)
    if len(own) < k:
        return [random.choice(own, k, replace=True)]
    shuffled = random.permutation(own)
    whole = len(own) - len(own) % k
    return list(shuffled[:whole].reshape(-1, k))
