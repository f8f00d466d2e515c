"""The expected scores of a random ranking, against every order of a small gallery."""

from itertools import permutations

import numpy as np
import pytest

from apnet.evaluation.chance import random_ranking

RANKS = (1, 2, 5)


def average_precision(order):
    hits = [rank for rank, match in enumerate(order, 1) if match]
    return np.mean([(i + 1) / rank for i, rank in enumerate(hits)])


def over_all_orders(matches, ranked):
    orders = list(permutations([True] * matches + [False] * (ranked - matches)))
    cmc = {str(k): np.mean([any(order[:k]) for order in orders]) for k in RANKS}
    return np.mean([average_precision(order) for order in orders]), cmc


@pytest.mark.parametrize(
    ("matches", "ranked"), [(1, 1), (1, 4), (2, 2), (2, 6), (3, 7), (6, 7), (1, 7)]
)
def test_one_query(matches, ranked):
    scores = random_ranking(np.array([matches]), np.array([ranked]), RANKS)
    precision, cmc = over_all_orders(matches, ranked)
    assert scores["mAP"] == pytest.approx(precision, abs=1e-12)
    assert scores["cmc"] == pytest.approx(cmc, abs=1e-12)


def test_queries_are_averaged():
    pairs = [(1, 4), (3, 5), (2, 7)]
    scores = random_ranking(*map(np.array, zip(*pairs, strict=True)), RANKS)
    each = [over_all_orders(*pair) for pair in pairs]
    assert scores["mAP"] == pytest.approx(np.mean([precision for precision, _ in each]))
    assert scores["cmc"]["2"] == pytest.approx(np.mean([cmc["2"] for _, cmc in each]))
