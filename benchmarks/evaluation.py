"""Time an evaluation: ranking against sorting, the whole against the bare product.

    python benchmarks/evaluation.py [--size market1501|msmt17-part|msmt17|toy] [--device cuda]
        [--distance cosine|euclidean] [--rounds N] [--threads N] [--memory-mb N] [--noise X]
        [--json FILE]

The goals on a CPU: ranking, everything after the distances, at least 10 times faster than
a stable argsort per query and at most a tenth of the whole; the whole within 1.05 times the
product of the two matrices at Market-1501's size. On a GPU: the whole of msmt17 in 2 s. Less
memory than 1.5 GB beside the features on both.

Features are clusters as far apart as those of a model worth evaluating; with --noise 8
they are those of a poor one. All have length 1, but for rounding, so both distances order them
alike. Sorting takes distances in float32, whose rounding may change the last digit of its mAP;
of some queries the average precision must be that of distances in float64.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from measures import peak, record, wait
from torch import Tensor

from apnet.evaluation import retrieval
from apnet.evaluation.distances import DISTANCES
from apnet.evaluation.precision import full_precision
from apnet.runtime.devices import choose_device

SIZES = {
    "market1501": (3_368, 15_913, 750, 6, 2_798),
    "msmt17-part": (1_200, 82_161, 3_060, 15, 0),
    "msmt17": (11_659, 82_161, 3_060, 15, 0),
    "toy": (60, 400, 20, 3, 80),
}
"""Queries, gallery images, identities, cameras, distractors among the images, with and without
which the gallery is ranked; in the part a tenth of the queries."""

_WIDTH = 2_048
_CHECKED = 64
"""Queries at most whose average precision is compared with that of a float64 sort."""


def main() -> None:
    """Time in turns, print medians and ratios."""
    arguments = _arguments()
    device = choose_device(arguments.device, arguments.threads)
    problem = _problem(*SIZES[arguments.size], arguments.noise, device)
    distances, sorting = _Watch(device), _Watch(device)
    retrieval.Distances = partial(_watched, retrieval.Distances, distances)
    options = {"distance": arguments.distance, "memory_mb": arguments.memory_mb}
    evaluate = partial(retrieval.evaluate_retrieval, *problem, **options)
    memory = peak(evaluate, device) / 2**20
    distances.read()
    sort = _sort_together if device.type == "cuda" else _sort_each
    seconds: dict[str, list[float]] = {}
    found = {}
    for _ in range(arguments.rounds):
        taken = {}
        taken["product"], _ = _timed(partial(_product, *problem[:2]), device)
        taken["whole"], result = _timed(evaluate, device)
        found = {"counting": result.mAP, "sorting": _by_sorting(sort, sorting, *problem)}
        taken |= {"distances": distances.read(), "sorting": sorting.read()}
        for name, one in taken.items():
            seconds.setdefault(name, []).append(one)
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
    size = " x ".join(map(str, (len(problem[0]), *problem[1].shape)))
    print(f"{arguments.size}: {size}, {arguments.rounds} rounds")
    print(f"{name}, {torch.get_num_threads()} threads, torch {torch.__version__}")
    medians = {name: median(taken) for name, taken in seconds.items()}
    _report(medians)
    if arguments.json:
        about = {"evaluation": arguments.size, "distance": arguments.distance}
        record(arguments.json, about | medians | {"memory_mib": memory, "mAP": found["counting"]})
    print(f"memory beside the features {memory:.0f} MiB (--memory-mb {arguments.memory_mb})")
    print(f"mAP {found['counting']:.6f}, by sorting {found['sorting']:.6f}")
    error = _error(sort, result.average_precision, arguments.distance, *problem)
    if result.without_distractors:
        found = result.without_distractors.average_precision
        others = [part[problem[3] > 0] for part in (problem[1], problem[3], problem[5])]
        problem = (problem[0], others[0], problem[2], others[1], problem[4], others[2])
        error = max(error, _error(sort, found, arguments.distance, *problem))
    print(f"average precision differs from a float64 sort's by {error:.1e} at most")
    if error > 1e-9:
        raise SystemExit("the ranking is not that of float64")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=SIZES, default="market1501")
    parser.add_argument("--distance", choices=DISTANCES, default="cosine")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--memory-mb", type=int, default=512)
    parser.add_argument("--noise", type=float, default=3.2, help="around an identity's centre")
    parser.add_argument("--json", type=Path, metavar="FILE", help="append the medians to it")
    return parser.parse_args()


def _report(seconds: dict[str, float]) -> None:
    product, whole, distances, sorting = seconds.values()
    ranking = whole - distances
    print(f"bare product      {product:8.3f} s")
    print(f"whole evaluation  {whole:8.3f} s  {whole / product:.2f} times the product (goal 1.05)")
    print(f"distances         {distances:8.3f} s  {distances / product:.2f} times the product")
    print(f"ranking           {ranking:8.3f} s  {ranking / whole:.1%} of the whole (goal 10 %)")
    print(f"ranking by sorting{sorting:8.3f} s  {sorting / ranking:.1f} times that (goal 10)")


class _Watch:
    """Adds up how long some tasks take."""

    def __init__(self, device: torch.device) -> None:
        self._device, self._seconds = device, 0.0

    def time(self, task: Callable[[], Any]) -> Any:
        """What the task returns."""
        taken, found = _timed(task, self._device)
        self._seconds += taken
        return found

    def read(self) -> float:
        """Seconds since the last call."""
        seconds, self._seconds = self._seconds, 0.0
        return seconds


def _watched(make: Callable[..., Any], watch: _Watch, *given: object) -> Any:
    """An evaluation's distances, with the time that it takes to make them."""
    made = watch.time(lambda: make(*given))
    plain = made.of
    made.of = lambda queries: watch.time(lambda: plain(queries))
    return made


def _timed(task: Callable[[], object], device: torch.device) -> tuple[float, object]:
    wait(device)
    begin = time.perf_counter()
    found = task()
    wait(device)
    return time.perf_counter() - begin, found


def _problem(
    queries: int,
    images: int,
    identities: int,
    cameras: int,
    distractors: int,
    noise: float,
    device: torch.device,
) -> tuple:
    """Normalised features around a centre for each identity, with identities and cameras."""
    draw = np.random.default_rng(0)
    centres = draw.standard_normal((identities + 1, _WIDTH), dtype=np.float32)
    centres[0] = 0

    def part(count: int, distractors: int = 0) -> tuple[Tensor, np.ndarray, np.ndarray]:
        ids = 1 + draw.integers(identities, size=count)
        ids[:distractors] = 0
        features = noise * draw.standard_normal((count, _WIDTH), dtype=np.float32)
        features += centres[ids]
        features /= np.linalg.norm(features, axis=1, keepdims=True)
        return torch.from_numpy(features).to(device), ids, draw.integers(cameras, size=count)

    (query, *query_labels), (gallery, *gallery_labels) = part(queries), part(images, distractors)
    pairs = zip(query_labels, gallery_labels, strict=True)
    return (query, gallery, *(labels for pair in pairs for labels in pair))


def _parts(query: Tensor) -> int:
    """Queries at a time of which the distances are made."""
    return 2_048 if query.device.type == "cuda" else 512


def _product(query: Tensor, gallery: Tensor) -> None:
    out = query.new_empty(_parts(query), len(gallery))
    with full_precision():
        for part in query.split(len(out)):
            torch.mm(part, gallery.T, out=out[: len(part)])


def _by_sorting(
    sort: Callable[..., list[float]],
    watch: _Watch,
    query: Tensor,
    gallery: Tensor,
    query_ids: np.ndarray,
    gallery_ids: np.ndarray,
    query_cameras: np.ndarray,
    gallery_cameras: np.ndarray,
) -> float:
    """The mAP as most code has it: the whole gallery sorted for each query."""
    found = []
    with full_precision():
        for begin in range(0, len(query), 256):
            some = slice(begin, begin + 256)
            distances = -(query[some] @ gallery.T)
            labels = query_ids[some], gallery_ids, query_cameras[some], gallery_cameras
            found += watch.time(partial(sort, distances, *labels))
    return float(np.nanmean(found))


def _error(
    sort: Callable[..., list[float]],
    found: np.ndarray,
    distance: str,
    query: Tensor,
    gallery: Tensor,
    query_ids: np.ndarray,
    gallery_ids: np.ndarray,
    *cameras: np.ndarray,
) -> float:
    """By how much the average precision of some queries differs from that of a float64 sort."""
    some = slice(None, None, -(-len(query) // _CHECKED))
    own, parts = query[some].double(), []
    for part in gallery.split(4_096):
        wide = part.double()
        lengths = wide.norm(dim=1)
        product = own @ wide.T
        parts.append(-product / lengths if distance == "cosine" else lengths**2 - 2 * product)
    labels = query_ids[some], gallery_ids, cameras[0][some], cameras[1]
    return float(np.nanmax(np.abs(found[some] - sort(torch.cat(parts, dim=1), *labels))))


def _sort_each(
    distances: Tensor,
    query_ids: np.ndarray,
    gallery_ids: np.ndarray,
    query_cameras: np.ndarray,
    gallery_cameras: np.ndarray,
) -> list[float]:
    found = []
    for row, identity, camera in zip(distances.numpy(), query_ids, query_cameras, strict=True):
        order = np.argsort(row, kind="stable")
        same = gallery_ids[order] == identity
        kept = ~(same & (gallery_cameras[order] == camera))
        hits = np.flatnonzero(same[kept]) + 1
        found.append(np.mean(np.arange(1, len(hits) + 1) / hits) if len(hits) else np.nan)
    return found


def _sort_together(distances: Tensor, *labels: np.ndarray) -> list[float]:
    """All queries' galleries at once, on the device."""
    query_ids, gallery_ids, query_cameras, gallery_cameras = (
        torch.from_numpy(part).to(distances.device) for part in labels
    )
    order = torch.argsort(distances, dim=1, stable=True)
    same = gallery_ids[order] == query_ids[:, None]
    kept = ~(same & (gallery_cameras[order] == query_cameras[:, None]))
    hits = same & kept
    precision = hits.cumsum(1).double() / kept.cumsum(1).clamp(min=1) * hits
    return (precision.sum(1) / hits.sum(1)).tolist()


if __name__ == "__main__":
    main()
