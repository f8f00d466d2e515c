"""Time an evaluation: ranking against sorting, the whole against the bare product.

    python benchmarks/evaluation.py [--size market1501|msmt17-part|msmt17] [--device cuda]
        [--rounds N] [--threads N] [--memory-mb N] [--noise X]

The goals on a CPU: ranking, everything after the distances, at least 10 times faster than
a stable argsort per query and at most a tenth of the whole; the whole within 1.5 times the
product of the two matrices. On a GPU: the whole of msmt17 in 2 s. Less memory than
1.5 GB beside the features on both.

Features are clusters as far apart as those of a model worth evaluating; with --noise 8
they are those of a poor one. The two rankings must give the same mAP.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import torch
from torch import Tensor

from apnet.devices import choose_device
from apnet.evaluation import retrieval
from apnet.evaluation.precision import full_precision

SIZES = {
    "market1501": (3_368, 15_913, 750, 6),
    "msmt17-part": (1_200, 82_161, 3_060, 15),
    "msmt17": (11_659, 82_161, 3_060, 15),
}
"""Queries, gallery images, identities, cameras; in the part a tenth of the queries."""

_WIDTH = 2_048


def main() -> None:
    """Time in turns, print medians and ratios."""
    arguments = _arguments()
    device = choose_device(arguments.device, arguments.threads)
    problem = _problem(*SIZES[arguments.size], arguments.noise, device)
    distances = _Watched()
    retrieval.Distances = distances
    evaluate = partial(retrieval.evaluate_retrieval, *problem, memory_mb=arguments.memory_mb)
    sorting = _by_sorting_together if device.type == "cuda" else _by_sorting
    tasks: dict[str, Callable[[], float | None]] = {
        "product": partial(_product, *problem[:2]),
        "whole": lambda: evaluate().mAP,
        "sorting": partial(sorting, *problem),
    }
    seconds: dict[str, list[float]] = {name: [] for name in [*tasks, "distances"]}
    found = {}
    for _ in range(arguments.rounds):
        for name, task in tasks.items():
            taken, found[name] = _timed(task, device)
            seconds[name].append(taken)
        seconds["distances"].append(distances.read())
    query, gallery = problem[:2]
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
    print(f"{arguments.size}: {len(query)} x {len(gallery)} x {_WIDTH}, {arguments.rounds} rounds")
    print(f"{name}, {torch.get_num_threads()} threads, torch {torch.__version__}")
    _report({name: median(taken) for name, taken in seconds.items()}, found)
    peak = _peak(evaluate, device) / 2**20
    print(f"memory beside the features {peak:.0f} MiB (--memory-mb {arguments.memory_mb})")
    if abs(found["whole"] - found["sorting"]) > 1e-6:
        raise SystemExit("the two rankings disagree")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=SIZES, default="market1501")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--memory-mb", type=int, default=512)
    parser.add_argument("--noise", type=float, default=3.2, help="around an identity's centre")
    return parser.parse_args()


def _report(seconds: dict[str, float], found: dict[str, float]) -> None:
    product, whole, sorting, distances = seconds.values()
    ranking = whole - distances
    print(f"mAP {found['whole']:.6f}, by sorting {found['sorting']:.6f}")
    print(f"bare product      {product:8.3f} s")
    print(f"whole evaluation  {whole:8.3f} s  {whole / product:.2f} times the product (goal 1.5)")
    print(f"distances         {distances:8.3f} s  {distances / product:.2f} times the product")
    print(f"ranking           {ranking:8.3f} s  {ranking / whole:.1%} of the whole (goal 10 %)")
    # Of the side that sorts, the product is taken off: distances are no part of ranking.
    print(
        f"sorting           {sorting - product:8.3f} s  {(sorting - product) / ranking:.1f} "
        "times the ranking (goal 10)"
    )


class _Watched:
    """Makes distances, and knows for how long."""

    def __init__(self) -> None:
        self._make, self._seconds = retrieval.Distances, 0.0

    def __call__(self, query: Tensor, *rest: object) -> object:
        taken, made = _timed(lambda: self._make(query, *rest), query.device)
        self._seconds += taken
        plain = made.of

        def of(queries: np.ndarray) -> Tensor:
            taken, part = _timed(lambda: plain(queries), query.device)
            self._seconds += taken
            return part

        made.of = of
        return made

    def read(self) -> float:
        """Seconds since the last call."""
        seconds, self._seconds = self._seconds, 0.0
        return seconds


def _timed(task: Callable[[], object], device: torch.device) -> tuple[float, object]:
    _wait(device)
    begin = time.perf_counter()
    found = task()
    _wait(device)
    return time.perf_counter() - begin, found


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _peak(task: Callable[[], object], device: torch.device) -> float:
    """Bytes that a task takes at most, of the device's memory; NaN where nobody counts."""
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        task()
        return torch.cuda.max_memory_allocated(device) - before
    try:
        Path("/proc/self/clear_refs").write_text("5")
        before = _resident("VmRSS")
        task()
        return _resident("VmHWM") - before
    except OSError:
        return float("nan")


def _resident(field: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(field))


def _problem(
    queries: int, images: int, identities: int, cameras: int, noise: float, device: torch.device
) -> tuple:
    """Normalised features around a centre for each identity, with identities and cameras."""
    draw = np.random.default_rng(0)
    centres = draw.standard_normal((identities, _WIDTH), dtype=np.float32)

    def part(count: int) -> tuple[Tensor, np.ndarray, np.ndarray]:
        ids = draw.integers(identities, size=count)
        features = noise * draw.standard_normal((count, _WIDTH), dtype=np.float32)
        features += centres[ids]
        features /= np.linalg.norm(features, axis=1, keepdims=True)
        return torch.from_numpy(features).to(device), ids, draw.integers(cameras, size=count)

    (query, *query_labels), (gallery, *gallery_labels) = part(queries), part(images)
    pairs = zip(query_labels, gallery_labels, strict=True)
    return (query, gallery, *(labels for pair in pairs for labels in pair))


def _chunks(query: Tensor) -> int:
    """Queries at a time: as few as memory bounds of an evaluation want it."""
    return 2_048 if query.device.type == "cuda" else 512


def _product(query: Tensor, gallery: Tensor) -> None:
    size = _chunks(query)
    out = query.new_empty(size, len(gallery))
    with full_precision():
        for part in query.split(size):
            torch.mm(part, gallery.T, out=out[: len(part)])


def _by_sorting(
    query: Tensor,
    gallery: Tensor,
    query_ids: np.ndarray,
    gallery_ids: np.ndarray,
    query_cameras: np.ndarray,
    gallery_cameras: np.ndarray,
) -> float:
    """The mAP as most code has it: the whole gallery sorted for each query."""
    rows = (row for part in query.split(_chunks(query)) for row in -(part @ gallery.T).numpy())
    found = []
    for row, identity, camera in zip(rows, query_ids, query_cameras, strict=True):
        order = np.argsort(row, kind="stable")
        same = gallery_ids[order] == identity
        kept = ~(same & (gallery_cameras[order] == camera))
        hits = np.flatnonzero(same[kept]) + 1
        if len(hits):
            found.append(np.mean(np.arange(1, len(hits) + 1) / hits))
    return float(np.mean(found))


def _by_sorting_together(query: Tensor, gallery: Tensor, *labels: np.ndarray) -> float:
    """The same on the device: all rows of a part sorted at once."""
    query_ids, gallery_ids, query_cameras, gallery_cameras = (
        torch.from_numpy(part).to(query.device) for part in labels
    )
    found = []
    with full_precision():
        for part, ids, cameras in zip(
            *(side.split(256) for side in (query, query_ids, query_cameras)), strict=True
        ):
            order = torch.argsort(-(part @ gallery.T), dim=1, stable=True)
            same = gallery_ids[order] == ids[:, None]
            kept = ~(same & (gallery_cameras[order] == cameras[:, None]))
            hits = same & kept
            precision = hits.cumsum(1).double() / kept.cumsum(1).clamp(min=1) * hits
            found.append(precision.sum(1) / hits.sum(1))
    return float(torch.cat(found).nanmean())


if __name__ == "__main__":
    main()
