"""Time an evaluation: ranking against a sort per query, the whole against the bare product.

    python benchmarks/evaluation.py [--size market1501|msmt17-part] [--rounds N] [--threads N]

The goals: ranking, everything after the distances, at least 10 times faster than a stable
argsort per query and at most a tenth of the whole; the whole within 1.5 times the product
of the two matrices. Features are clusters as far apart as those of a model worth
evaluating; the two rankings must give the same mAP.
"""

import argparse
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import torch

from apnet.evaluation.retrieval import evaluate_retrieval

SIZES = {
    "market1501": (3_368, 15_913, 750, 6),
    "msmt17-part": (1_200, 82_161, 3_060, 15),
}
"""Queries, gallery images, identities, cameras; of MSMT17 a tenth of the queries."""

_WIDTH = 2_048
_NOISE = 3.2


def main() -> None:
    """Time in turns, print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=SIZES, default="market1501")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    problem = _problem(*SIZES[arguments.size])
    query, gallery = problem[:2]
    distances = -(query @ gallery.T).numpy()
    tasks: dict[str, Callable[[], float | None]] = {
        "product": lambda: _product(query, gallery),
        "whole": lambda: evaluate_retrieval(*problem).mAP,
        "sorting": lambda: _by_sorting(distances, *problem[2:]),
    }
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    found = {}
    for _ in range(arguments.rounds):
        for name, task in tasks.items():
            begin = time.perf_counter()
            found[name] = task()
            seconds[name].append(time.perf_counter() - begin)
    product, whole, sorting = (median(seconds[name]) for name in tasks)
    # What an evaluation adds to the product: checks, normalisation, ranking.
    ranking = max(whole - product, 1e-9)
    print(
        f"{arguments.size}: {len(query)} x {len(gallery)} x {_WIDTH}, {arguments.threads} threads"
    )
    print(f"mAP {found['whole']:.6f}, by sorting {found['sorting']:.6f}")
    print(f"bare product      {product:8.2f} s")
    print(f"whole evaluation  {whole:8.2f} s  {whole / product:.2f} times the product (goal 1.5)")
    print(f"all but product   {ranking:8.2f} s  {ranking / whole:.0%} of the whole (goal 10 %)")
    print(f"sort per query    {sorting:8.2f} s  {sorting / ranking:.1f} times that (goal 10)")
    if abs(found["whole"] - found["sorting"]) > 1e-6:
        raise SystemExit("the two rankings disagree")


def _problem(queries: int, images: int, identities: int, cameras: int) -> tuple:
    """Normalised features around a centre for each identity, with identities and cameras."""
    draw = np.random.default_rng(0)
    centres = draw.standard_normal((identities, _WIDTH), dtype=np.float32)

    def part(count: int) -> tuple[torch.Tensor, np.ndarray, np.ndarray]:
        ids = draw.integers(identities, size=count)
        noise = draw.standard_normal((count, _WIDTH), dtype=np.float32)
        features = torch.from_numpy(centres[ids] + _NOISE * noise)
        return torch.nn.functional.normalize(features), ids, draw.integers(cameras, size=count)

    (query, *query_labels), (gallery, *gallery_labels) = part(queries), part(images)
    pairs = zip(query_labels, gallery_labels, strict=True)
    return (query, gallery, *(labels for pair in pairs for labels in pair))


def _product(query: torch.Tensor, gallery: torch.Tensor) -> None:
    """As large as memory bounds of an evaluation let it be: in chunks of queries."""
    for chunk in query.split(2_048):
        chunk @ gallery.T


def _by_sorting(
    distances: np.ndarray,
    query_ids: np.ndarray,
    gallery_ids: np.ndarray,
    query_cameras: np.ndarray,
    gallery_cameras: np.ndarray,
) -> float:
    """The mAP as most code has it: the whole gallery sorted for each query."""
    found = []
    for row, identity, camera in zip(distances, query_ids, query_cameras, strict=True):
        order = np.argsort(row, kind="stable")
        same = gallery_ids[order] == identity
        kept = ~(same & (gallery_cameras[order] == camera))
        hits = np.flatnonzero(same[kept]) + 1
        if len(hits):
            found.append(np.mean(np.arange(1, len(hits) + 1) / hits))
    return float(np.mean(found))


if __name__ == "__main__":
    main()
