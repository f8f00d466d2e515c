"""Both galleries, with distractors and without, are what an evaluation of each alone gives."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from singlequery import problem

from apnet.evaluation import evaluate_retrieval, retrieval
from apnet.evaluation.protocol import Entries
from apnet.evaluation.ranking import inverse_negative_penalty

ARRAYS = ("average_precision", "first_match_rank", "inverse_negative_penalty", "cmc")


@pytest.fixture(params=[False, True], ids=["by query", "together"], autouse=True)
def way(request, monkeypatch):
    """Ranks as they are counted on a CPU, and as on other devices."""
    monkeypatch.setattr(retrieval, "_count_together", lambda device: request.param)


def penalties(query, gallery, query_ids, gallery_ids, query_cameras, gallery_cameras):
    """Matches over the rank of the last, of each query, by Euclidean distance of whole numbers."""
    found = []
    for feature, identity, camera in zip(query, query_ids, query_cameras, strict=True):
        ranked = sorted(
            (sum((feature - other) ** 2), image, gallery_ids[image] == identity)
            for image, other in enumerate(gallery)
            if (gallery_ids[image], gallery_cameras[image]) != (identity, camera)
        )
        hits = [rank for rank, (*_, match) in enumerate(ranked, start=1) if match]
        found.append(len(hits) / hits[-1] if hits else np.nan)
    return np.array(found)


def with_distractors(given_problem, share, seed=0):
    """The same with identities from 1, and a share of the gallery as distractors."""
    query, gallery, query_ids, gallery_ids, *cameras = given_problem
    apart = np.random.default_rng(seed).random(len(gallery)) < share
    ids = np.where(apart, 0, gallery_ids + 1)
    return (query, gallery, query_ids + 1, ids, *cameras), apart


def alone(given_problem, apart):
    """The same without some images of the gallery."""
    query, gallery, query_ids, gallery_ids, query_cameras, gallery_cameras = given_problem
    left = gallery[~apart], query_ids, gallery_ids[~apart], query_cameras, gallery_cameras[~apart]
    return query, *left


def same(found, wanted):
    for name in ARRAYS:
        assert np.array_equal(getattr(found, name), getattr(wanted, name), equal_nan=True), name
    assert (found.mAP, found.mINP) == (wanted.mAP, wanted.mINP)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 10**6),
    g=st.integers(10, 70),
    levels=st.integers(1, 4),
    share=st.sampled_from([0.1, 0.5, 0.9]),
    memory=st.sampled_from([0, 0.01, 512]),
)
def test_each_gallery_is_what_the_naive_way_finds(seed, g, levels, share, memory):
    # Whole numbers: ties are exact, and a distractor that ties with a match stands by its place.
    given_problem, apart = with_distractors(problem(seed, 6, g, 3, 4, 3, levels), share, seed)
    wanted = penalties(*given_problem)
    if np.isnan(wanted).all():
        return
    found = evaluate_retrieval(*given_problem, "euclidean", memory_mb=memory)
    assert np.array_equal(found.inverse_negative_penalty, wanted, equal_nan=True)
    assert found.mINP == pytest.approx(np.nanmean(wanted))
    if not apart.any():
        assert found.without_distractors is None
        return
    others, less = found.without_distractors, alone(given_problem, apart)
    assert np.array_equal(others.inverse_negative_penalty, penalties(*less), equal_nan=True)
    same(others, evaluate_retrieval(*less, "euclidean"))


@pytest.mark.parametrize("distance", ["cosine", "euclidean"])
@pytest.mark.parametrize("spread", [1, 1e-3, 1e-6])
def test_ranks_that_float64_decides_are_those_of_a_gallery_alone(distance, spread):
    """Features nearly alike, some of them equal, where float32 leaves most ranks open."""
    query, gallery, *labels = problem(4, q=40, g=600, d=64, people=30)
    gallery[::7] = gallery[1]
    sides = ((30 + spread * side).astype(np.float32) for side in (query, gallery))
    given_problem, apart = with_distractors((*sides, *labels), 0.2)
    found = evaluate_retrieval(*given_problem, distance).without_distractors
    same(found, evaluate_retrieval(*alone(given_problem, apart), distance))
    assert found.cmc.shape == (np.count_nonzero(~apart),)


def test_identity_0_is_a_person_where_a_query_has_it():
    query, gallery, query_ids, *labels = problem(5)
    query_ids[0] = 0
    assert evaluate_retrieval(query, gallery, query_ids, *labels).without_distractors is None


def test_the_penalty_asks_for_the_hardest_match():
    matches = Entries(np.array([0, 0, 0, 2]), np.array([5, 1, 8, 2]))
    assert inverse_negative_penalty(matches, np.array([2, 12, 1, 4])).tolist() == [3 / 12, 1 / 4]
