from collections import Counter
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

from apnet.config.recipes import get_recipe
from apnet.data.pipeline.sampling import batches, pass_batches, steps_per_epoch
from apnet.errors import InputError

P, K = 5, 4


@pytest.fixture
def identities():
    """Of 12 people with 1 to 40 images each, unsorted, with gaps between the numbers."""
    counts = [1, 2, 3, 4, 5, 7, 8, 11, 12, 20, 31, 40]
    people = [0, 3, 7, 40, 41, 99, 100, 700, 702, 1000, 1400, 1500]
    return np.random.default_rng(0).permutation(np.repeat(people, counts))


def test_every_batch_is_p_identities_of_k_images(identities):
    found = pass_batches(identities, P, K, seed=0, number=0)
    assert found
    for batch in found:
        assert batch.shape == (P * K,)
        people = identities[batch].reshape(P, K)
        assert (people == people[:, :1]).all()
        assert len(set(people[:, 0])) == P


def test_an_image_comes_once_a_pass_unless_its_identity_has_too_few(identities):
    sizes = Counter(identities.tolist())
    for number in range(20):
        seen = Counter(np.concatenate(pass_batches(identities, P, K, 0, number)).tolist())
        for image, times in seen.items():
            assert times == 1 or sizes[identities[image]] < K
        per_identity = Counter()
        for image, times in seen.items():
            per_identity[identities[image]] += times
        for identity, taken in per_identity.items():
            assert taken % K == 0 and taken <= max(K, sizes[identity] // K * K)


def test_a_pass_ends_when_fewer_than_p_identities_have_groups_left(identities):
    sizes = Counter(identities.tolist())
    lengths = set()
    for number in range(20):
        found = pass_batches(identities, P, K, 3, number)
        taken = Counter(identities[np.concatenate(found)].tolist())
        left = [i for i, size in sizes.items() if taken[i] < max(K, size // K * K)]
        assert len(left) < P
        lengths.add(len(found))
    assert len(lengths) > 1  # who is left over is a matter of chance


def test_every_image_comes_in_time_and_every_identity_equally(identities):
    equal = np.repeat(np.arange(10), 9)  # one image of each is left out in every pass
    taken = Counter()
    for number in range(300):
        taken.update(np.concatenate(pass_batches(equal, 5, 4, 1, number)).tolist())
    counts = np.array([taken[image] for image in range(len(equal))])
    mean = counts.mean()
    assert counts.min() > 0
    assert np.abs(counts - mean).max() < 5 * np.sqrt(mean)
    pairs = Counter()
    for number in range(300):
        first = pass_batches(equal, 5, 4, 1, number)[0]
        pairs.update(set(equal[first].tolist()))
    assert max(abs(pairs[identity] - 150) for identity in range(10)) < 5 * np.sqrt(75)


def test_few_images_are_drawn_with_replacement():
    identities = np.array([1, 1, 2, 2, 2, 2])
    patterns = set()
    for number in range(50):
        (batch,) = pass_batches(identities, 2, 4, 0, number)
        patterns.add(tuple(sorted(batch[np.isin(batch, [0, 1])].tolist())))
    assert {(0, 0, 0, 0), (1, 1, 1, 1)} < patterns  # all four draws are independent


def test_passes_depend_on_seed_and_number_alone(identities):
    def flat(seed, number):
        return np.concatenate(pass_batches(identities, P, K, seed, number)).tolist()

    assert flat(0, 0) == flat(0, 0)
    assert len({tuple(flat(seed, number)) for seed in range(3) for number in range(3)}) == 9
    np.random.default_rng(0).random(100)
    assert flat(2, 1) == flat(2, 1)


@pytest.mark.parametrize("start", [0, 1, 5, 6, 7, 13, 40])
def test_batches_continue_from_any_step(identities, start):
    whole = list(islice(batches(identities, P, K, 7), 60))
    resumed = list(islice(batches(identities, P, K, 7, start), 60 - start))
    assert np.array_equal(whole[start:], resumed)


def test_passes_follow_one_another(identities):
    found = list(islice(batches(identities, P, K, 7), 40))
    passes = [batch for number in range(20) for batch in pass_batches(identities, P, K, 7, number)]
    assert np.array_equal(found, passes[:40])


def test_too_few_identities_and_bad_seeds_are_refused():
    with pytest.raises(InputError, match=r"has 3 identities and a batch wants 4"):
        pass_batches([1, 1, 2, 3], 4, 2, 0, 0)
    with pytest.raises(InputError, match="a batch wants 20"):
        steps_per_epoch([1, 2, 3], get_recipe("channel"))
    with pytest.raises(InputError, match="has 0 identities"):
        steps_per_epoch([], get_recipe("smoke"))
    with pytest.raises(InputError, match="a seed is 0 or more"):
        pass_batches([1, 2], 2, 1, -1, 0)


def test_steps_per_epoch(identities):
    recipe = replace(get_recipe("channel"), identities=P, instances=K)
    usable = 0
    for size in Counter(identities.tolist()).values():
        usable += K if size < K else size - size % K
    steps = 0
    while steps * P * K < usable:
        steps += 1
    assert steps_per_epoch(identities, recipe) == steps
    assert steps_per_epoch(list(identities), replace(recipe, epoch_unit="identity")) == 12 // 5
    assert steps_per_epoch(identities, replace(recipe, steps_per_epoch=7)) == 7


def test_a_pass_is_nearly_an_epoch_of_images():
    identities = np.repeat(np.arange(751), 17)  # as many as Market-1501, and nearly as uneven
    recipe = get_recipe("channel")
    steps = steps_per_epoch(identities, recipe)
    assert steps == -(-751 * 16 // 80)
    assert 0.95 * steps < len(pass_batches(identities, 20, 4, 0, 0)) <= steps
