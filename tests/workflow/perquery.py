"""Fabricated evaluations with the results of each query, from how good a model is."""

import numpy as np

from tests.workflow import records

RANKS = ("1", "5", "10", "20")


def arrays(quality, seed=0, queries=300):
    """Average precision and first rank: queries are easy or hard for all models and seeds."""
    difficulty = np.random.default_rng(queries).normal(size=queries)
    noise = np.random.default_rng([seed, int(100 * (quality + 20))])
    margin = quality + 0.02 * noise.normal() - difficulty + 0.3 * noise.normal(size=queries)
    return {
        "average_precision": 1 / (1 + np.exp(-1.5 * margin)),
        "first_match_rank": np.where(margin > 0, 1, 1 + (-8 * margin).astype(int)),
        "image": np.array([f"{index:05d}.jpg" for index in range(queries)]),
    }


def write(scale, quality, make=records.record, held=None, **address):
    """An evaluation and its queries; returns the .npz.

    Args:
        held: arrays to write instead of those that the record is of; None values are left out.
        address: arguments of `make`, such as `model` and `seed`.
    """
    found = arrays(quality, address.get("seed", 0), address.pop("queries", 300))
    precision, rank = found["average_precision"], found["first_match_rank"]
    cmc = {k: float((rank <= int(k)).mean()) for k in RANKS}
    content = make(mAP=float(precision.mean()), **address, cmc=cmc)
    file = records.write(scale, content).with_suffix(".npz")
    kept = found | (held or {})
    np.savez(file, **{name: array for name, array in kept.items() if array is not None})
    return file
