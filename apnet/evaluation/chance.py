"""What a random ranking of the gallery scores on average, exactly."""

from collections.abc import Iterable

import numpy as np


def random_ranking(
    matches: np.ndarray, ranked: np.ndarray, ranks: Iterable[int]
) -> dict[str, object]:
    """Expected mAP and CMC where every order of a query's gallery is as likely.

    Of n images in random order m are true matches. The expected precision at a match, averaged
    over the matches, is ((m - 1) / (n - 1) (n - H) + H) / n with H = 1 + 1/2 + ... + 1/n. The
    first k hold none with probability (n-m)/n (n-m-1)/(n-1) ..., k factors.

    Args:
        matches: m of each valid query, from 1.
        ranked: n of each valid query, without what the protocol leaves out.
        ranks: k of the CMC.

    Returns:
        `mAP`, and `cmc` by rank as text; as fractions.
    """
    harmonic = np.cumsum(1 / np.arange(1, ranked.max() + 1))[ranked - 1]
    share = (matches - 1) / np.maximum(ranked - 1, 1)
    precision = (share * (ranked - harmonic) + harmonic) / ranked
    missed, cmc = np.ones(len(matches)), {}
    wanted = {*ranks}
    for k in range(1, max(wanted) + 1):
        left = np.maximum(ranked - k + 1, 1)
        missed = missed * np.clip((left - matches) / left, 0, 1)
        if k in wanted:
            cmc[str(k)] = float(1 - missed.mean())
    return {"mAP": float(precision.mean()), "cmc": cmc}
