import numpy as np
import pytest
import torch

from apnet.evaluation import evaluate_retrieval
from apnet.evaluation.ranked_lists import ranked_lists

QUERIES, GALLERY, LENGTH = 40, 90, 5


def labels(rng):
    """Identities and cameras, each of queries and gallery."""
    ids = [rng.integers(0, 6, size) for size in (QUERIES, GALLERY)]
    return ids, [rng.integers(0, 3, size) for size in (QUERIES, GALLERY)]


def spread(rng):
    return [rng.normal(size=(size, 16)).astype("float32") for size in (QUERIES, GALLERY)]


def alike(_rng):
    return [np.ones((size, 16), "float32") for size in (QUERIES, GALLERY)]


def repeated(rng):
    """Ten features, each many times: most of a gallery ties."""
    query, gallery = spread(rng)
    return [query, gallery[rng.integers(0, 10, GALLERY)]]


def close(rng):
    """Nearer to each other than float32 tells: differences are in the last bits."""
    return [np.float32(1) + 1e-6 * side for side in spread(rng)]


def ranking(row, features, ids, cameras):
    """The whole ranking of a query, in float64, ties in gallery order."""
    query, gallery = (side.astype(float) for side in features)
    unit = gallery / np.linalg.norm(gallery, axis=1, keepdims=True)
    own = query[row] / np.linalg.norm(query[row])
    distances = [((own - other) ** 2).sum() for other in unit]
    in_order = sorted(range(GALLERY), key=lambda image: (distances[image], image))
    same = [(ids[1][i], cameras[1][i]) == (ids[0][row], cameras[0][row]) for i in range(GALLERY)]
    return [image for image in in_order if not same[image]], sum(same)


@pytest.mark.parametrize("features", [spread, alike, repeated, close])
def test_a_list_is_the_beginning_of_the_naive_ranking(features):
    rng = np.random.default_rng(0)
    (ids, cameras), sides = labels(rng), features(rng)
    chosen = rng.permutation(QUERIES)
    found = list(ranked_lists(*map(torch.from_numpy, sides), ids, cameras, chosen, LENGTH))
    precisions = evaluate_retrieval(*sides, *ids, *cameras).average_precision
    assert [each.query for each in found] == chosen.tolist()
    for each in found:
        whole, left_out = ranking(each.query, sides, ids, cameras)
        true = [ids[1][image] == ids[0][each.query] for image in whole]
        assert each.nearest.tolist() == whole[:LENGTH] and each.right.tolist() == true[:LENGTH]
        assert each.matches.tolist() == [rank for rank, is_one in enumerate(true, 1) if is_one]
        assert each.left_out == left_out
        assert precisions[each.query] == pytest.approx(
            np.mean([k / rank for k, rank in enumerate(each.matches, 1)]), abs=1e-12
        )


def test_a_list_ends_with_the_gallery():
    ids, cameras = [np.array([1]), np.array([1, 1, 2])], [np.array([1]), np.array([1, 2, 1])]
    sides = torch.eye(3)[:1], torch.eye(3)
    (found,) = ranked_lists(*sides, ids, cameras, np.array([0]), 10)
    assert found.nearest.tolist() == [1, 2] and found.right.tolist() == [True, False]
    assert found.left_out == 1 and found.matches.tolist() == [1]
