import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from singlequery import naive, problem

from apnet.evaluation import evaluate_retrieval, retrieval


@pytest.fixture(params=[False, True], ids=["by query", "together"], autouse=True)
def way(request, monkeypatch):
    """Ranks as they are counted on a CPU, and as on other devices."""
    monkeypatch.setattr(retrieval, "_count_together", lambda device: request.param)


def check(problem, distance="cosine", **options):
    wanted, first = naive(*problem, distance)
    found = evaluate_retrieval(*problem, distance=distance, **options)
    assert np.allclose(found.average_precision, wanted, atol=1e-6, equal_nan=True)
    assert np.array_equal(found.first_match_rank, first)
    assert found.mAP == pytest.approx(np.nanmean(wanted), abs=1e-6)
    valid = first[first > 0]
    for k in range(1, 51):
        assert found.cmc[k - 1] == pytest.approx(np.mean(valid <= k))
    assert found.valid_queries == len(valid)
    return found


@pytest.mark.parametrize("distance", ["cosine", "euclidean"])
@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_the_naive_loop(seed, distance):
    check(problem(seed), distance)


@pytest.mark.parametrize("distance", ["cosine", "euclidean"])
def test_float32_agrees_where_there_are_no_ties(distance):
    query, gallery, *labels = problem(3, d=64)
    check((query.astype(np.float32), gallery.astype(np.float32), *labels), distance)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 10**6),
    q=st.integers(1, 12),
    g=st.integers(1, 70),
    people=st.integers(1, 9),
    cameras=st.integers(1, 4),
    levels=st.sampled_from([1, 2, 3, None]),
    memory=st.sampled_from([0, 0.01, 512]),
)
def test_agrees_on_odd_problems(seed, q, g, people, cameras, levels, memory):
    # Whole numbers and Euclidean distance: ties are exact in any arithmetic.
    given_problem = problem(seed, q, g, 3, people, cameras, levels)
    _, first = naive(*given_problem, "euclidean")
    if not first.any():
        with pytest.raises(ValueError, match="no query has a true match"):
            evaluate_retrieval(*given_problem, distance="euclidean")
        return
    check(given_problem, "euclidean", memory_mb=memory)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("distance", ["cosine", "euclidean"])
@pytest.mark.parametrize("g", [5, 17, 101])
@pytest.mark.parametrize("d", [7, 257])
def test_duplicates_in_the_gallery_tie(d, g, distance, kind):
    # Of these shapes a product's last columns differ from the others in the last bit.
    query, gallery, *labels = problem(5, q=33, g=g, d=d, people=3)
    random = np.random.default_rng(1)
    gallery = gallery[random.integers(0, 3, g)]
    check((query.astype(kind), gallery.astype(kind), *labels), distance)


@pytest.mark.parametrize("distance", ["cosine", "euclidean"])
def test_a_negative_zero_is_a_zero_and_ties_with_it(distance):
    query, gallery, *labels = problem(6, q=33, g=101, d=7, people=3)
    gallery[:] = gallery[0]
    gallery[:, 3] = 0
    gallery[::2, 3] = -0.0
    check((query, gallery, *labels), distance)


@pytest.mark.parametrize("distance", ["cosine", "euclidean"])
@pytest.mark.parametrize("value", [0.1, 0.0])
@pytest.mark.parametrize("g", [5, 17, 1001])
def test_equal_features_follow_the_order_of_the_gallery(g, value, distance):
    query = np.random.default_rng(0).normal(size=(2, 57)).astype(np.float32)
    gallery = np.full((g, 57), value, dtype=np.float32)
    matches = np.array([1, 3])
    ids = np.arange(g) + 100
    ids[matches] = 7
    found = evaluate_retrieval(query, gallery, [7, 7], ids, [1, 1], [2] * g, distance)
    assert found.first_match_rank.tolist() == [2, 2]
    assert found.mAP == pytest.approx((1 / 2 + 2 / 4) / 2)


def test_everything_equal_does_not_score():
    everything = np.full((40, 11), 0.3)
    ids = np.arange(40) % 20
    found = evaluate_retrieval(everything, everything, ids, ids, [1] * 40, [2] * 40)
    # Of the two images of a person the first has the person's own place in line.
    assert found.first_match_rank.tolist() == [*range(1, 21)] * 2
    assert found.mAP < 0.25


def test_chunks_do_not_change_anything():
    whole_numbers = problem(1, q=40, g=3000, people=30, levels=3)
    whole = evaluate_retrieval(*whole_numbers, distance="euclidean")
    chunked = evaluate_retrieval(*whole_numbers, distance="euclidean", memory_mb=0)
    assert np.array_equal(whole.average_precision, chunked.average_precision)
    assert np.array_equal(whole.first_match_rank, chunked.first_match_rank)


def test_one_camera_leaves_nothing_to_find():
    with pytest.raises(ValueError, match="no query has a true match"):
        evaluate_retrieval(*problem(cameras=1))


def test_a_gallery_of_another_camera_than_the_queries():
    query, gallery, *ids, seen, others = problem(8, cameras=1)
    check((query, gallery, *ids, seen, others + 1))


def test_a_query_without_a_match_is_left_out_and_counted():
    query, gallery, ids, *labels = problem(9)
    ids[[0, 7]] = 99
    found = check((query, gallery, ids, *labels))
    assert np.flatnonzero(np.isnan(found.average_precision)).tolist() == [0, 7]
    assert np.flatnonzero(found.first_match_rank == 0).tolist() == [0, 7]
    assert found.valid_queries == 18


def test_one_query_and_one_image():
    check(problem(0, q=1, people=1))
    found = evaluate_retrieval([[1.0, 2.0]], [[3.0, 1.0]], [4], [4], [1], [2])
    assert (found.mAP, found.cmc.tolist()) == (1.0, [1.0] * 50)


def test_own_identity_and_camera_is_left_out_and_takes_no_rank():
    query, gallery = np.array([[1.0, 0.0]]), np.array([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0]])
    found = evaluate_retrieval(query, gallery, [5], [5, 5, 9], [1], [1, 2, 1])
    assert found.first_match_rank.tolist() == [1]
    assert found.mAP == 1.0


@pytest.mark.parametrize("kind", [list, lambda t: np.array(t, dtype=object), np.bytes_])
def test_identities_may_be_text_and_cameras_too(kind):
    numbers = problem(2)
    texts = (*numbers[:2], *(kind([f"p{label}" for label in part]) for part in numbers[2:]))
    wanted = evaluate_retrieval(*numbers)
    found = evaluate_retrieval(*texts)
    assert np.array_equal(found.first_match_rank, wanted.first_match_rank)


def test_cmc_is_held_beyond_a_small_gallery():
    found = check(problem(0, q=6, g=12, people=2))
    assert len(found.cmc) >= 50
    assert (found.cmc[11:] == found.cmc[11]).all()


def test_more_matches_than_are_counted_through(monkeypatch):
    monkeypatch.setattr(retrieval.counting, "MANY", 9)
    check(problem(11, q=30, g=80, people=5), memory_mb=0)


@pytest.mark.parametrize("distance", ["cosine", "euclidean"])
def test_autocast_around_it_does_not_shorten_its_arithmetic(distance):
    query, gallery, *labels = problem(12, q=50, g=400, people=40)
    given_problem = query.astype(np.float32), gallery.astype(np.float32), *labels
    wanted = evaluate_retrieval(*given_problem, distance=distance)
    with torch.autocast("cpu", torch.bfloat16):
        found = evaluate_retrieval(*given_problem, distance=distance)
    assert np.array_equal(found.average_precision, wanted.average_precision, equal_nan=True)


@pytest.mark.gpu
@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("seed", range(3))
def test_a_gpu_finds_the_same(seed, kind):
    # Whole numbers and Euclidean distance: no arithmetic rounds, and ties abound.
    query, gallery, *labels = problem(seed, q=300, g=5000, people=40, levels=3)
    query, gallery = query.astype(kind), gallery.astype(kind)
    wanted = evaluate_retrieval(query, gallery, *labels, distance="euclidean")
    on_gpu = (torch.from_numpy(side).cuda() for side in (query, gallery))
    found = evaluate_retrieval(*on_gpu, *labels, distance="euclidean", memory_mb=seed)
    assert np.array_equal(found.average_precision, wanted.average_precision, equal_nan=True)
    assert np.array_equal(found.first_match_rank, wanted.first_match_rank)
