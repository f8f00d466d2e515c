"""Fabricated evaluations with the results of each query, from how good a model is."""

from zlib import crc32

import numpy as np

from tests.workflow import records

RANKS = ("1", "5", "10", "20")


def arrays(quality, model="resnet50", seed=0, queries=300):
    """Queries are easy or hard for all models and seeds."""
    difficulty = np.random.default_rng(queries).normal(size=queries)
    noise = np.random.default_rng([seed, crc32(model.encode())])
    margin = quality + 0.02 * noise.normal() - difficulty + 0.3 * noise.normal(size=queries)
    return {
        "average_precision": 1 / (1 + np.exp(-1.5 * margin)),
        "first_match_rank": np.where(margin > 0, 1, 1 + (-8 * margin).astype(int)),
        "image": np.array([f"{index:05d}.jpg" for index in range(queries)]),
    }


def write(scale, quality, make=records.record, queries=300, unmatched=(), **address):
    """An evaluation and its queries; returns the .npz and its arrays.

    Args:
        unmatched: queries without a true match.
        address: arguments of `make`, such as `model` and `seed`.
    """
    names = {key: address[key] for key in ("model", "seed") if key in address}
    found = arrays(quality, **names, queries=queries)
    found["average_precision"][list(unmatched)] = np.nan
    found["first_match_rank"][list(unmatched)] = 0
    rank = found["first_match_rank"][found["first_match_rank"] > 0]
    cmc = {k: float((rank <= int(k)).mean()) for k in RANKS}
    content = make(mAP=float(np.nanmean(found["average_precision"])), **address, cmc=cmc)
    file = records.write(scale, content).with_suffix(".npz")
    np.savez(file, **found)
    return file, found
