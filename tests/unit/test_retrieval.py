import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from apnet.evaluation import evaluate_retrieval


def naive(query, gallery, query_ids, gallery_ids, query_cameras, gallery_cameras, distance):
    """One query, one image at a time, in float64."""
    precisions, firsts = [], []
    for q in range(len(query)):
        ranked = []
        for g in range(len(gallery)):
            if gallery_ids[g] == query_ids[q] and gallery_cameras[g] == query_cameras[q]:
                continue
            a, b = query[q].astype(np.float64), gallery[g].astype(np.float64)
            if distance == "cosine":
                value = -float(np.dot(a, b) / np.linalg.norm(a) / np.linalg.norm(b))
            else:
                value = float(np.square(a - b).sum())
            ranked.append((round(value, 9), g, gallery_ids[g] == query_ids[q]))
        ranked.sort()
        hits = [rank for rank, (_, _, match) in enumerate(ranked, start=1) if match]
        firsts.append(hits[0] if hits else 0)
        if hits:
            precisions.append(sum(k / rank for k, rank in enumerate(hits, start=1)) / len(hits))
        else:
            precisions.append(float("nan"))
    return np.array(precisions), np.array(firsts)


def check(problem, distance="cosine", **options):
    wanted, first = naive(*problem, distance)
    found = evaluate_retrieval(*problem, distance=distance, **options)
    assert np.allclose(found.average_precision, wanted, atol=1e-6, equal_nan=True)
    assert np.array_equal(found.first_match_rank, first)
    assert found.mAP == pytest.approx(np.nanmean(wanted), abs=1e-6)
    valid = first[first > 0]
    for k in (1, 5, 10, 20, 50):
        assert found.cmc[k - 1] == pytest.approx(np.mean(valid <= k))
    assert found.valid_queries == len(valid)
    return found


def problem(seed=0, q=20, g=60, d=8, people=6, cameras=3, levels=None):
    random = np.random.default_rng(seed)
    shape = [(q, d), (g, d)]
    if levels is None:
        features = [random.normal(size=size) for size in shape]
    else:  # few values: many ties
        features = [random.integers(1, levels + 1, size=size).astype(float) for size in shape]
    ids = [random.integers(0, people, n) for n in (q, g)]
    seen = [random.integers(1, cameras + 1, n) for n in (q, g)]
    return (*features, *ids, *seen)


@pytest.mark.parametrize("distance", ["cosine", "euclidean"])
@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_the_naive_loop(seed, distance):
    check(problem(seed), distance)


@pytest.mark.parametrize("distance", ["cosine", "euclidean"])
def test_float32_agrees_where_there_are_no_ties(distance):
    query, gallery, *labels = problem(3, d=64)
    check((query.astype(np.float32), gallery.astype(np.float32), *labels), distance)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    q=st.integers(1, 12),
    g=st.integers(1, 70),
    people=st.integers(1, 9),
    cameras=st.integers(1, 4),
    levels=st.sampled_from([1, 2, 3, None]),
)
def test_agrees_on_odd_problems(seed, q, g, people, cameras, levels):
    # Whole numbers and Euclidean distance: ties are exact in any arithmetic.
    given_problem = problem(seed, q, g, 3, people, cameras, levels)
    _, first = naive(*given_problem, "euclidean")
    if not first.any():
        with pytest.raises(ValueError, match="no query has a true match"):
            evaluate_retrieval(*given_problem, distance="euclidean")
        return
    check(given_problem, "euclidean")


def test_chunks_do_not_change_anything():
    given_problem = problem(1, q=40, g=3000, people=30)
    whole = evaluate_retrieval(*given_problem)
    chunked = evaluate_retrieval(*given_problem, memory_mb=0)
    assert np.array_equal(whole.average_precision, chunked.average_precision, equal_nan=True)


def test_equal_features_follow_the_order_of_the_gallery():
    ones = np.ones((1, 4)), np.ones((5, 4))
    found = evaluate_retrieval(*ones, [7], [1, 7, 2, 7, 3], [1], [2, 2, 2, 2, 2])
    assert found.first_match_rank.tolist() == [2]
    assert found.mAP == pytest.approx((1 / 2 + 2 / 4) / 2)


def test_own_identity_and_camera_is_left_out_and_takes_no_rank():
    query, gallery = np.array([[1.0, 0.0]]), np.array([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0]])
    found = evaluate_retrieval(query, gallery, [5], [5, 5, 9], [1], [1, 2, 1])
    assert found.first_match_rank.tolist() == [1]
    assert found.mAP == 1.0


def test_identities_may_be_strings_and_cameras_too():
    numbers = problem(2)
    texts = (*numbers[:2], *([f"p{label}" for label in part] for part in numbers[2:]))
    wanted = evaluate_retrieval(*numbers)
    found = evaluate_retrieval(*texts)
    assert np.array_equal(found.first_match_rank, wanted.first_match_rank)


def test_takes_tensors():
    arrays = problem(4)
    found = evaluate_retrieval(*(torch.from_numpy(part) for part in arrays))
    assert found.mAP == evaluate_retrieval(*arrays).mAP


def test_cmc_is_held_beyond_a_small_gallery():
    found = check(problem(0, q=6, g=12, people=2))
    assert len(found.cmc) >= 50
    assert (found.cmc[11:] == found.cmc[11]).all()


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize(("side", "name"), [(0, "query"), (1, "gallery")])
def test_features_that_are_not_finite_are_named_by_row(side, name, value):
    given_problem = list(problem())
    given_problem[side][4, 2] = value
    with pytest.raises(ValueError, match=f"{name} features are not finite in row 4"):
        evaluate_retrieval(*given_problem)


def test_wrong_shapes_are_named():
    query, gallery, *labels = problem()
    with pytest.raises(ValueError, match="columns"):
        evaluate_retrieval(query[:, :4], gallery, *labels)
    with pytest.raises(ValueError, match="gallery_ids"):
        evaluate_retrieval(query, gallery, labels[0], labels[1][:-1], *labels[2:])
    with pytest.raises(ValueError, match="at least one row"):
        evaluate_retrieval(query, gallery[:0], labels[0], [], labels[2], [])
    with pytest.raises(ValueError, match="cosine, euclidean"):
        evaluate_retrieval(query, gallery, *labels, distance="manhattan")
