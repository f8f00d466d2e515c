"""Ranks of float32 features are those of the same numbers in a float64 loop."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apnet.evaluation import evaluate_retrieval, retrieval
from apnet.evaluation.exact_distances import ExactDistances


@pytest.fixture(params=[False, True], ids=["by query", "together"], autouse=True)
def way(request, monkeypatch):
    """Ranks as they are counted on a CPU, and as on other devices."""
    monkeypatch.setattr(retrieval, "_count_together", lambda device: request.param)


def possible(query, gallery, query_ids, gallery_ids, distance):
    """Lowest and highest average precision of each query whose ranks float64 leaves possible."""
    found = []
    for own, identity in zip(query.astype(float), query_ids, strict=True):
        images = gallery.astype(float)
        if distance == "cosine":
            lengths = np.linalg.norm(images, axis=1).clip(1e-300)
            far = 1 - images @ own / np.linalg.norm(own) / lengths
            unsure = 4e-15
        else:
            far = np.array([np.square(own - image).sum() for image in images])
            unsure = 4e-15 * far
        # First all matches are put ahead of what they tie with, and then behind it.
        match, ends = gallery_ids == identity, []
        for sign in (-1, 1):
            order = np.argsort(far + sign * np.where(match, unsure, -unsure), kind="stable")
            hits = 1 + np.flatnonzero(match[order])
            ends.append(np.mean(np.arange(1, len(hits) + 1) / hits))
        found.append(ends)
    return np.array(found).T


def check(query, gallery, query_ids, gallery_ids, distance, memory_mb=512):
    cameras = np.zeros(len(query), int), np.ones(len(gallery), int)
    labels = query_ids, gallery_ids
    found = evaluate_retrieval(
        query, gallery, *labels, *cameras, distance=distance, memory_mb=memory_mb
    ).average_precision
    best, worst = possible(query, gallery, *labels, distance)
    assert (found <= best + 1e-12).all() and (found >= worst - 1e-12).all()
    return found.mean(), best - worst


def people(seed, q=6, each=4, d=64, persons=30, noise=0.3):
    """Well separated clusters of length about 1."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(persons, d)) / d**0.5
    ids = np.arange(q) % persons, np.arange(each * persons) % persons
    return *(centres[own] + noise * random.normal(size=(len(own), d)) / d**0.5 for own in ids), *ids


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 10**6),
    d=st.sampled_from([1, 2, 17, 300]),
    persons=st.integers(1, 30),
    offset=st.sampled_from([0, 1, 30, 1e4]),
    spread=st.sampled_from([1, 1e-2, 1e-4, 1e-6]),
    distance=st.sampled_from(["cosine", "euclidean"]),
    memory=st.sampled_from([0, 0.01, 512]),
)
def test_agrees_with_a_float64_loop(seed, d, persons, offset, spread, distance, memory):
    query, gallery, *ids = people(seed, d=d, persons=persons, noise=0.7)
    sides = ((offset + spread * side).astype(np.float32) for side in (query, gallery))
    check(*sides, *ids, distance, memory)


@pytest.mark.parametrize("distance", ["cosine", "euclidean"])
@pytest.mark.parametrize("spread", [1e-2, 1e-3, 3e-4, 1e-5])
def test_features_nearly_alike_keep_their_ranks(spread, distance):
    query, gallery, *ids = people(0)
    base = np.random.default_rng(1).normal(size=query.shape[1]) / 8
    kept = [(base + spread * side).astype(np.float32) for side in (query, gallery)]
    mean, unsure = check(*kept, *ids, distance)
    assert mean > (0.999 if spread > 1e-5 else 0.9) and unsure.max() < 1e-3


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_an_offset_changes_no_euclidean_rank(kind):
    query, gallery, *ids = people(2)
    mean, _ = check(
        *((1e4 + 8 * side).astype(kind) for side in (query, gallery)), *ids, "euclidean"
    )
    assert mean == 1


def shapes():
    random = np.random.default_rng(3)
    return {
        "few huge components": lambda side: np.where(
            np.arange(side.shape[1]) < 3, 1e6 * random.choice([-1, 1], side.shape), side
        ),
        "one huge component": lambda side: side + 1e7 * (np.arange(side.shape[1]) == 5),
        "lengths of all kinds": lambda side: side * 10 ** random.uniform(-4, 4, (len(side), 1)),
        "half of them alike": lambda side: np.where(
            np.arange(len(side))[:, None] % 2, side, 0.2 + 1e-5 * side
        ),
        "an outlier": lambda side: np.where(np.arange(len(side))[:, None] == 7, 1e6 * side, side),
        "positive": lambda side: np.maximum(side, 0) + 1e-3,
        "zeros": lambda side: side * (np.arange(len(side)) % 9 > 0)[:, None],
        "twice each": lambda side: side[np.arange(len(side)) // 2 * 2],
    }


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("distance", ["cosine", "euclidean"])
@pytest.mark.parametrize("shape", shapes())
def test_features_of_odd_shapes_keep_their_ranks(shape, distance, kind):
    query, gallery, *ids = people(4, noise=0.9)
    sides = [shapes()[shape](side) for side in (query, gallery)]
    if kind == np.float16:
        sides = [side.clip(-6e4, 6e4) for side in sides]
    if shape == "zeros":
        sides[0] = query
    check(*(side.astype(kind) for side in sides), *ids, distance)


@pytest.mark.parametrize("distance", ["cosine", "euclidean"])
def test_ordinary_features_take_few_exact_distances_and_no_other_product(distance, monkeypatch):
    query, gallery, *ids = people(6, q=70, each=20, persons=50, d=300, noise=3)
    monkeypatch.delattr(ExactDistances, "of")
    asked, differences = [], ExactDistances._differences
    monkeypatch.setattr(
        ExactDistances,
        "_differences",
        lambda self, *pairs: asked.append(len(pairs[0])) or differences(self, *pairs),
    )
    mean, _ = check(query.astype(np.float32), gallery.astype(np.float32), *ids, distance)
    # Queries with a match too near another image, each with its 20 matches and few more.
    assert mean > 0.2 and len(asked) <= 4 and 0 < sum(asked) < 70 * 22
