"""What trainings and evaluations will take, in seconds, and why that is thought."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import NamedTuple

from apnet.errors import InputError
from apnet.files import read_json
from apnet.records import paths
from apnet.records.paths import Evaluation, Run
from apnet.runtime.environment import processor_name
from workflow.lib.looking import machine, rates
from workflow.lib.looking.sizes import size
from workflow.lib.looking.spans import Span, total
from workflow.lib.plan import Plan

START = Span(2, 4, 10)
"""Seconds that a job takes before its record's time begins: it loads PyTorch."""

_LEAST = 0.02
"""Seconds of a step however small its images are: its operators have to be started."""

_EVALUATED = 1.0
"""Images of an evaluation per image of a training in the same time, with its mirror image
(results/reference); of drawn data as many again, for the network before its first step."""


class Estimate(NamedTuple):
    """What a job will take.

    Attributes:
        seconds: as its record will say.
        why: what the estimate is from.
        guessed: whether nothing like it was measured.
    """

    seconds: Span
    why: str
    guessed: bool

    @property
    def lasting(self) -> Span:
        """Of its job, from start to end."""
        return total([START, self.seconds])


@dataclass(frozen=True)
class Estimates:
    """Estimates for a config, from what was measured here and elsewhere."""

    plan: Plan

    @property
    def device(self) -> str:
        """`cuda` or `cpu`."""
        return "cuda" if self.plan.config["gpu"] else "cpu"

    @property
    def share(self) -> float:
        """Of a device that each job takes."""
        return self.plan.config["gpu_share"] if self.plan.config["gpu"] else 1.0

    @cached_property
    def known(self) -> list[rates.Rate]:
        """All that are known."""
        given = self.plan.config["rate"]
        own = [] if given is not None else [*rates.recorded(self._results)]
        return [*own, *(rates.named(given)[1] if given is not None else ()), *rates.measured()]

    @cached_property
    def machine(self) -> str:
        """The GPU or processor that jobs will have; empty if that is unknown."""
        given, threads = self.plan.config["rate"], self.plan.config["threads"]
        if given is not None:
            return rates.named(given)[0]
        if self.device == "cpu":
            return rates.processor(processor_name(), threads)
        here = machine.gpus()
        recorded = [rate.case.machine for rate in self.known if rate.source == rates.HERE]
        known = [here[0].name] if here else recorded[-1:]
        return next(iter(known), "")

    def training(self, run: Run) -> Estimate | None:
        """Of a training; None of a dataset whose images nobody has counted."""
        recipe = self.plan.settings(run).recipe
        counted, speed = size(self.plan, run.reading, run.dataset), self._speed(run)
        if counted is None or speed is None:
            return None
        batch = max(recipe.batch, _LEAST * speed.images_per_second)
        seconds = speed.lasting(counted.steps(recipe) * batch)
        return Estimate(seconds, speed.why, speed.guessed)

    def evaluation(self, evaluation: Evaluation) -> Estimate | None:
        """Of an evaluation: as others of its model and test set took here, or as a training."""
        run = evaluation.run
        if took := self._took.get((run.model, evaluation.test_set)):
            middle = median(took)
            factor = max(rates.AGAIN[self.device], max(took) / middle, middle / min(took))
            return Estimate(Span.around(middle, factor), rates.HERE, False)
        counted, speed = size(self.plan, run.reading, evaluation.test_set), self._speed(run)
        if counted is None or speed is None:
            return None
        networks = 2 if self.plan.draws(evaluation.test_set) else 1
        wider = replace(speed, factor=1.5 * speed.factor)
        return Estimate(wider.lasting(networks * counted.tested / _EVALUATED), speed.why, True)

    def _speed(self, run: Run) -> rates.Speed | None:
        recipe = self.plan.settings(run).recipe
        case = rates.wanted(run.model, recipe, self.machine, self.device, self.share)
        return rates.speed(case, self.known)

    @property
    def _results(self) -> Path:
        return Path(self.plan.located("results"))

    @cached_property
    def _took(self) -> dict[tuple[str, str], list[float]]:
        """Seconds of the evaluations under this scale, by model and test set."""
        took: dict[tuple[str, str], list[float]] = {}
        for file in self._results.joinpath(self.plan.scale).glob(paths.EVALUATIONS):
            try:
                record = read_json(file)
                seconds, device = float(record["wall_seconds"]), record["hardware"]["device"]
                shared = record["hardware"].get("gpu_share", 1.0) != self.share
                if device.partition(":")[0] == self.device and seconds > 0 and not shared:
                    took.setdefault((record["model"], record["dataset"]), []).append(seconds)
            except (AttributeError, InputError, KeyError, TypeError, ValueError):
                continue
        return took
