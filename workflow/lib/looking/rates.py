"""How fast trainings are: images a second that were measured, and what they say of other runs.

A rate of another model, size, precision or machine is scaled by counted operations, and counts
with a factor that it may be off by. The rate with the smallest factor is taken.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from apnet.config.names import parse_model_name
from apnet.config.recipes import Recipe
from apnet.config.settings import current_settings
from apnet.errors import InputError, one_of
from apnet.files import read_json
from apnet.records import paths
from workflow.lib.looking.operations import known, operations
from workflow.lib.looking.spans import Span

OFF = {
    "pixels": 1.3,
    "thin": 5.0,
    "precision": 1.3,
    "model": 1.25,
    "attention": 2.5,
    "machine": 2.0,
    "share": 1.5,
}
"""By what factor a rate may be off, for each thing that differs."""

AGAIN = {"cuda": 1.15, "cpu": 1.5}
"""The same of the same training at another time, by device: others may share a processor."""

GUESS = 1.5
"""From which factor on a rate is called a guess."""

BEGIN = {"cuda": Span(3, 8, 30), "cpu": Span(0.3, 1.5, 8)}
"""Seconds of a training's recorded time that no step takes again: its network is built, kernels are
chosen, weights are written. Of 7 trainings on GPUs in results/reference it was 5 to 26."""

_AT_MOST = 0.8
"""Of a training's time, such a beginning."""

_FLOAT32 = {"cuda": 1.5, "cpu": 2.0}
"""By what factor float32 takes longer than bfloat16 (docs/speed.md)."""

_THIN = 0.2
"""Operations of a thin network, as a share of the full one's (docs/backbones.md)."""


@dataclass(frozen=True)
class Case:
    """What decides how fast a training is.

    Attributes:
        machine: the GPU's name, or the processor's.
        device: `cuda` or `cpu`.
        precision: `float32` or `bfloat16`.
        share: of the device, which others computed on too if it is not all.
    """

    machine: str
    device: str
    model: str
    height: int
    width: int
    size: str
    precision: str
    share: float = 1.0

    @property
    def attention(self) -> str:
        """What tells kinds of networks apart: few operations can take long."""
        return "rows" if parse_model_name(self.model).attention == "spatial" else "channels"

    def work(self) -> float:
        """Operations of an image, weighed by precision; only ratios mean anything."""
        share = _THIN if self.size == "thin" else 1.0
        weight = _FLOAT32[self.device] if self.precision == "float32" else 1.0
        return operations(self.model, self.height * self.width) * share * weight

    def off(self, other: "Case") -> float:
        """By what factor a rate of another case may be off here."""
        differs = {
            "pixels": (self.height, self.width) != (other.height, other.width),
            # Small networks on small images wait for other things than operations.
            "thin": self.size != other.size,
            "precision": self.precision != other.precision,
            "model": self.model != other.model,
            "attention": self.attention != other.attention,
            "machine": self.machine != other.machine,
            "share": self.share != other.share,
        }
        factor = 1.0
        for name, holds in differs.items():
            factor *= OFF[name] if holds else 1.0
        return factor


@dataclass(frozen=True)
class Rate:
    """Images a second of one training, and where that was found.

    Attributes:
        images: that it took, its beginning included; infinite where steps alone were timed.
    """

    case: Case
    images_per_second: float
    source: str
    images: float = math.inf


@dataclass(frozen=True)
class Speed:
    """What is expected of a training: images a second, the factor it may be off by, and why.

    Attributes:
        guessed: whether nothing like it was measured.
        begin: seconds before its steps take their time, which the images below have had.
        images: of which the rate is known.
    """

    images_per_second: float
    factor: float
    why: str
    guessed: bool
    begin: Span
    images: float = math.inf

    def lasting(self, images: float) -> Span:
        """Seconds of so many images, if steps take all the time but for the beginning."""
        known = self.images / self.images_per_second
        once = [min(seconds, _AT_MOST * known) for seconds in self.begin]
        steps = [images * (1 / self.images_per_second - each / self.images) for each in once]
        pairs = [*zip(once, steps, strict=True)]
        low = min(first + then / self.factor for first, then in pairs)
        return Span(low, sum(pairs[1]), max(first + then * self.factor for first, then in pairs))


def speed(case: Case, rates: Iterable[Rate]) -> Speed | None:
    """What the nearest of the rates say of a case; None without any of its kind of device."""
    rates = [rate for rate in rates if rate.case.device == case.device]
    if not rates:
        return None
    factor = min(case.off(rate.case) for rate in rates)
    near = [rate for rate in rates if case.off(rate.case) == factor]
    # Without knowing better: half a device is half as fast.
    alone = [rate.images_per_second * rate.case.work() / rate.case.share for rate in near]
    scaled = [each * case.share / case.work() for each in alone]
    middle = median(scaled)
    spread = max(max(scaled) / middle, middle / min(scaled))
    off = max(factor * AGAIN[case.device], spread)
    images = median(rate.images for rate in near)
    return Speed(middle, off, _why(case, near), factor >= GUESS, BEGIN[case.device], images)


def _why(case: Case, near: list[Rate]) -> str:
    first = near[0].case
    from_ = sorted({rate.source for rate in near})
    source = f"{len(near)} runs here" if len(near) > 1 and from_ == [HERE] else from_[0]
    differs = [
        first.model if first.model != case.model else "",
        f"{first.size} networks" if first.size != case.size else "",
        f"{first.height}×{first.width}"
        if (first.height, first.width) != (case.height, case.width)
        else "",
        f"{first.share:g} of a GPU" if first.share != case.share else "",
        first.precision if first.precision != case.precision else "",
        first.machine if first.machine != case.machine else "",
    ]
    scaled = ", ".join(filter(None, differs))
    return f"{source}, scaled from {scaled}" if scaled else source


HERE = "a run here"


def recorded(results: Path) -> Iterator[Rate]:
    """The rates of the runs under `results`, of every scale; broken records are passed over."""
    for file in sorted(results.glob(f"*/{paths.RUNS}")):
        try:
            record = read_json(file)
            rate, seconds = float(record["images_per_second"]), float(record["wall_seconds"])
            if 0 < rate < math.inf and 0 < seconds < math.inf:  # else it took no step
                yield Rate(_case_of(record), rate, HERE, rate * seconds)
        except (AttributeError, InputError, KeyError, TypeError, ValueError, ZeroDivisionError):
            continue


def _case_of(record: Mapping[str, dict]) -> Case:
    settings, hardware = current_settings(record["settings"]), record["hardware"]
    return Case(
        hardware.get("gpu") or processor(hardware["cpu"], hardware["threads"]),
        hardware["device"].partition(":")[0],
        str(record["model"]),
        settings["height"],
        settings["width"],
        settings["backbone_size"],
        record["arithmetic"]["precision"],
        hardware.get("gpu_share", 1.0),
    )


def processor(name: str, threads: int) -> str:
    """A CPU as a machine: its name and the threads of a job."""
    return f"{name}, {threads} {'thread' if threads == 1 else 'threads'}"


def wanted(model: str, recipe: Recipe, machine: str, device: str, share: float = 1.0) -> Case:
    """The case of a training that is planned."""
    # On a GPU of today `auto` is bfloat16; a CPU may or may not have it.
    precision = "bfloat16" if recipe.precision == "auto" else recipe.precision
    height, width, size = recipe.height, recipe.width, recipe.backbone_size
    return Case(machine, device, model, height, width, size, precision, share)


def measured() -> list[Rate]:
    """The rates that were measured elsewhere (`rates.yaml`)."""
    return [
        Rate(
            Case(size="full", **{key: row[key] for key in row if key in Case.__annotations__}),
            row["images_per_second"],
            row["source"],
        )
        for row in known()["rates"]
    ]


def named(word: str | float) -> tuple[str, list[Rate]]:
    """The GPU that a config names, by a part of its name or by its images a second.

    Raises:
        InputError: no GPU of `rates.yaml` is called so.
    """
    rates = [rate for rate in measured() if rate.case.device == "cuda"]
    if isinstance(word, int | float):
        first = rates[0].case
        case = Case("the named rate", "cuda", *list(vars(first).values())[2:])
        return case.machine, [Rate(case, float(word), "rate of the config")]
    for rate in rates:
        name = rate.case.machine.casefold()
        if word.casefold() in (name, *name.split()):
            return rate.case.machine, []
    raise one_of("GPU in rate", word, sorted({rate.case.machine for rate in rates}))
