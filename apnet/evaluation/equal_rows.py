"""Features that are equal, number for number.

A matrix product may sum the last columns of a block in another order than the others, so
equal features can have distances that differ in the last bit, differently on each machine.
Once known, equal features can be given one distance.
"""

import hashlib

import numpy as np
import torch
from torch import Tensor

_SAMPLED = 16
_ROWS = 8_192


def equal_rows(features: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Rows that repeat an earlier one, and the first that each of them repeats.

    Rows that agree in some of their columns are compared in full, by digest. Features of
    a network hardly ever do, so this costs next to nothing unless there is something to find.

    Args:
        features: n x d, finite, float32 or float64.
    """
    keys = np.concatenate([_keys(part) for part in features.split(_ROWS)])
    _, which, counts = np.unique(keys, return_inverse=True, return_counts=True)
    candidates = np.flatnonzero(counts[which] > 1)
    seen: dict[bytes, int] = {}
    first = [seen.setdefault(_digest(features[row]), row) for row in candidates.tolist()]
    first = np.array(first, dtype=np.int64)
    repeats = first != candidates
    return candidates[repeats], first[repeats]


def _keys(features: Tensor) -> np.ndarray:
    """A number for each row; equal rows have equal ones."""
    step = -(-features.shape[1] // _SAMPLED)
    # Zero is added so that a negative zero is one, too.
    words = (features[:, ::step] + 0.0).view(torch.int32)
    weights = np.random.default_rng(0).integers(-(2**63), 2**63 - 1, size=words.shape[1])
    return (words * torch.from_numpy(weights).to(words.device)).sum(dim=1).cpu().numpy()


def _digest(row: Tensor) -> bytes:
    return hashlib.blake2b((row + 0.0).cpu().numpy(), digest_size=16).digest()
