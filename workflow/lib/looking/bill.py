"""What jobs cost: estimates added up, time on several devices, disk and download."""

import heapq
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from apnet.records.paths import Evaluation, Run
from workflow.lib.looking.estimate import Estimate, Estimates
from workflow.lib.looking.operations import parameters
from workflow.lib.looking.sizes import size
from workflow.lib.looking.spans import Span, total
from workflow.lib.plan import Plan

_FLOAT = 4
"""Bytes of a weight."""

_CHECKPOINTS = 2 * 3 + 1
"""Copies of all weights that a training keeps while it lasts: two checkpoints of weights and of
Adam's two moments, and the weights it ends with."""

_CACHED = {"msmt17": 95_000}
_USUALLY = 25_000
"""Bytes of a decoded image in the image cache, by dataset, and of Market-1501's 128×64
(docs/input-pipeline.md)."""

_CLASSES = 1000 * 2048
"""Weights of ImageNet's classifier, which a downloaded file holds too."""


class Bill:
    """The estimates of some trainings and evaluations.

    Args:
        runs, evaluations: what jobs are to make.
    """

    def __init__(
        self, estimates: Estimates, runs: Iterable[Run], evaluations: Iterable[Evaluation]
    ) -> None:
        self.share = estimates.share
        self.runs = {run: estimates.training(run) for run in sorted(runs)}
        self.evaluations = {item: estimates.evaluation(item) for item in sorted(evaluations)}

    def seconds(self, runs: Iterable[Run], evaluations: Iterable[Evaluation]) -> Span:
        """Of a device: what those of them take that are among these, with each job's start."""
        known = [*_known(self.runs, runs), *_known(self.evaluations, evaluations)]
        return total(item.lasting for item in known).times(self.share)

    def unknown(self) -> list[str]:
        """What nothing is known of, by its path under the scale."""
        runs = [run.folder for run, item in self.runs.items() if item is None]
        return [*runs, *(one.file for one, item in self.evaluations.items() if item is None)]

    def duration(
        self,
        devices: int,
        runs: Collection[Run] | None = None,
        evaluations: Collection[Evaluation] | None = None,
    ) -> Span:
        """Time from the first job to the last on so many devices, the longest trainings first.

        Args:
            runs, evaluations: of these alone; None: of all.
        """
        chains: dict[Run, list[Span]] = {}
        for run, item in self.runs.items():
            if item and (runs is None or run in runs):
                chains.setdefault(run, []).append(item.lasting)
        for one, item in self.evaluations.items():
            if item and (evaluations is None or one in evaluations):
                chains.setdefault(one.run, []).append(item.lasting)
        jobs = [total(spans) for spans in chains.values()]
        at_once = round(devices / self.share)
        return Span(*(_scheduled([job[end] for job in jobs], at_once) for end in range(3)))


def _known(of: Mapping[object, Estimate | None], wanted: Iterable[object]) -> list[Estimate]:
    return [item for one in wanted if (item := of.get(one)) is not None]


def _scheduled(jobs: list[float], devices: int) -> float:
    """When the last device is free, if each takes the longest job that is left."""
    free = [0.0] * max(1, min(devices, len(jobs)))
    for seconds in sorted(jobs, reverse=True):
        heapq.heapreplace(free, free[0] + seconds)
    return max(free)


def disk(plan: Plan, runs: Iterable[Run], at_once: int) -> tuple[int, int]:
    """Bytes that trainings leave, and bytes more while `at_once` of them run and cache images."""
    runs = [*runs]
    weights = [_FLOAT * parameters(run.model) for run in runs]
    passing = sum(sorted(weights, reverse=True)[:at_once]) * (_CHECKPOINTS - 1)
    if plan.config["image_cache"] is None:
        return sum(weights), passing
    cached = 0
    for dataset, run in {run.dataset: run for run in runs}.items():
        if counted := size(plan, run.reading, dataset):
            cached += (counted.images + counted.tested) * _CACHED.get(dataset, _USUALLY)
    return sum(weights) + cached, passing


def download(plan: Plan, runs: Iterable[Run]) -> dict[str, int]:
    """Backbone -> about as many bytes of ImageNet weights as are fetched for it."""
    backbones = sorted({name for run in runs if (name := plan.pretrained_backbone(run))})
    there = Path(plan.located("resources/weights"))
    return {
        name: _FLOAT * (parameters(name) + _CLASSES)
        for name in backbones
        if name not in plan.config["weights"] and not (there / f"{name}.safetensors").exists()
    }
