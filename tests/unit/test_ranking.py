import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from apnet.evaluation.counting import STRETCH, ranks_together, width
from apnet.evaluation.protocol import Entries, Protocol
from apnet.evaluation.ranking import average_precision, ranks_by_query


def draw(seed, queries, gallery, most, levels, kind):
    """Distances with an infinite few, and matches, fewer for each query than for the one before."""
    random = np.random.default_rng(seed)
    shape = queries, gallery
    values = random.integers(0, levels, shape) if levels else random.normal(size=shape)
    distances = torch.full((queries, width(gallery)), torch.inf, dtype=kind)
    distances[:, :gallery] = torch.from_numpy(values)
    counts = -np.sort(-random.integers(1, most + 1, queries))
    images, rows = [], np.repeat(np.arange(queries), counts)
    for row, count in enumerate(counts):
        order = random.permutation(gallery)
        images.append(np.sort(order[:count]))
        left_out = order[count : count + int(random.integers(0, 3))]
        distances[row, left_out] = torch.inf
    return distances, Entries(rows, np.concatenate(images))


def naive(distances, matches):
    found = []
    for row, image in zip(*matches, strict=True):
        line, own = distances[row].tolist(), distances[row, image].item()
        ahead = [g for g, v in enumerate(line) if v < own or (v == own and g < image)]
        found.append(1 + len(ahead))
    return np.array(found)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    queries=st.integers(1, 7),
    gallery=st.sampled_from([1, 3, 40, STRETCH - 1, STRETCH, STRETCH + 1, 3 * STRETCH - 7]),
    most=st.integers(1, 60),
    levels=st.sampled_from([1, 2, 30, None]),
    kind=st.sampled_from([torch.float32, torch.float64]),
)
def test_both_ways_count_what_is_ahead(seed, queries, gallery, most, levels, kind):
    distances, matches = draw(seed, queries, gallery, min(most, gallery), levels, kind)
    wanted = naive(distances, matches)
    assert np.array_equal(ranks_by_query(distances, matches), wanted)
    assert np.array_equal(ranks_together(distances, matches), wanted)


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    gallery=st.sampled_from([40, STRETCH]),
    share=st.sampled_from([0.1, 0.9]),
    levels=st.sampled_from([2, 30, None]),
)
def test_a_gallery_without_some_images_is_ranked_as_if_they_were_left_out(
    seed, gallery, share, levels
):
    distances, matches = draw(seed, 4, gallery, 9, levels, torch.float32)
    random = np.random.default_rng(seed)
    free = np.setdiff1d(np.arange(gallery), matches.images)
    apart = torch.from_numpy(free[random.random(len(free)) < share])
    found = ranks_by_query(distances, matches, apart=apart)
    assert np.array_equal(found[0], naive(distances, matches))
    distances[:, apart] = torch.inf
    assert np.array_equal(found[1], naive(distances, matches))


@pytest.mark.parametrize("levels", [3, None])
def test_nearly_all_images_match(levels):
    distances, matches = draw(0, 3, 2 * STRETCH, 2 * STRETCH, levels, torch.float32)
    wanted = naive(distances, matches)
    assert np.array_equal(ranks_by_query(distances, matches), wanted)
    assert np.array_equal(ranks_together(distances, matches), wanted)


def test_the_signs_of_zeros_and_the_smallest_numbers_do_not_confuse_it():
    values = [0.0, -0.0, 1e-45, -1e-45, 0.0, 3.4e38, -3.4e38, -0.0]
    distances = torch.full((8, STRETCH), torch.inf)
    distances[:, :8] = torch.tensor(values)
    matches = Entries(np.arange(8), np.arange(8))
    wanted = naive(distances, matches)
    assert wanted.tolist() == [3, 4, 7, 2, 5, 8, 1, 6]
    assert np.array_equal(ranks_by_query(distances, matches), wanted)
    assert np.array_equal(ranks_together(distances, matches), wanted)


def test_average_precision_is_the_mean_over_matches():
    matches = Entries(np.array([0, 0, 0, 1, 2, 2]), np.arange(6))
    found, first = average_precision(matches, np.array([7, 1, 3, 4, 10, 2]))
    assert found == pytest.approx([(1 / 1 + 2 / 3 + 3 / 7) / 3, 1 / 4, (1 / 2 + 2 / 10) / 2])
    assert first.tolist() == [1, 4, 2]


def test_average_precision_of_a_query_does_not_depend_on_the_others():
    distances, matches = draw(1, 30, 900, 200, None, torch.float64)
    ranks = ranks_by_query(distances, matches)
    together, _ = average_precision(matches, ranks)
    for row, wanted in enumerate(together):
        own = matches.rows == row
        alone = Entries(np.zeros(own.sum(), dtype=int), matches.images[own])
        assert average_precision(alone, ranks[own])[0].tolist() == [wanted]


def test_entries_are_those_of_the_protocol():
    random = np.random.default_rng(3)
    query_ids, gallery_ids = random.integers(0, 9, 40), random.integers(0, 7, 200)
    query_cameras, gallery_cameras = random.integers(0, 4, 40), random.integers(0, 3, 200)
    protocol = Protocol(query_ids, gallery_ids, query_cameras, gallery_cameras)
    queries = random.permutation(40)[:25]
    matches, left_out = protocol.entries(queries)
    for row, query in enumerate(queries):
        same = gallery_ids == query_ids[query]
        other = gallery_cameras != query_cameras[query]
        assert matches.images[matches.rows == row].tolist() == np.flatnonzero(same & other).tolist()
        assert (
            left_out.images[left_out.rows == row].tolist() == np.flatnonzero(same & ~other).tolist()
        )
        assert protocol.matches[query] == np.count_nonzero(same & other)
        assert protocol.same_identity[query] == np.count_nonzero(same)
