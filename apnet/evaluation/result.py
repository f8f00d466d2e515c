"""The result of an evaluation: mAP, CMC and mINP, and what they are the means of."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

CURVE = 50
"""Ranks of the CMC at least."""


@dataclass(frozen=True)
class RetrievalResult:
    """The result of an evaluation.

    Attributes:
        mAP: mean average precision over the valid queries, 0 to 1.
        cmc: float64; `cmc[k-1]` is the share of valid queries with a true match among
            the first k. At least 50 entries; beyond the gallery the last value is held.
        mINP: mean inverse negative penalty over the valid queries, 0 to 1.
        average_precision: float64 per query; NaN for a query without a true match.
        first_match_rank: int64 per query, from 1; 0 for a query without a true match.
        inverse_negative_penalty: float64 per query: its true matches over the rank of the last
            of them; NaN for a query without a true match.
        without_distractors: the result if distractors were left out of the gallery; None if
            it holds none (:mod:`apnet.data.labels`).
    """

    mAP: float
    cmc: np.ndarray
    mINP: float
    average_precision: np.ndarray
    first_match_rank: np.ndarray
    inverse_negative_penalty: np.ndarray
    without_distractors: "RetrievalResult | None" = None

    @property
    def valid_queries(self) -> int:
        """Queries with a true match."""
        return int(np.count_nonzero(self.first_match_rank))

    def accuracies(self, ranks: Iterable[int]) -> dict[str, object]:
        """`mAP`, and `cmc` by rank as text; as fractions."""
        cmc = {str(rank): float(self.cmc[rank - 1]) for rank in ranks}
        return {"mAP": float(self.mAP), "cmc": cmc}

    def scores(self, ranks: Iterable[int]) -> dict[str, object]:
        """:meth:`accuracies`, `cmc_curve` of the first :data:`CURVE` ranks, and `mINP`."""
        curve = self.cmc[:CURVE].tolist()
        return self.accuracies(ranks) | {"cmc_curve": curve, "mINP": self.mINP}
