"""One line of benchmarks/training.py: a step of a model at a size, timed beside the plain one."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from lines import LINES, Line, step_of, tf32
from measures import moved, peak, wait
from torch.utils.flop_counter import FlopCounterMode

from apnet.config.readings import Reading, get_reading
from apnet.config.recipes import CHANNEL
from apnet.models import build_model
from apnet.runtime.devices import resolve_precision
from apnet.training.trainer import Trainer

INSTANCES = 4
_CLASSES = 751


@dataclass(frozen=True)
class Problem:
    """What all lines of a table compute: a model in a reading, at a size, on one batch."""

    model: str
    size: str
    batch: int
    rounds: int
    side: int
    device: torch.device

    @cached_property
    def images(self) -> torch.Tensor:
        """B x 3 x H x W, the same for all lines."""
        draw = torch.Generator().manual_seed(0)
        return torch.randn(self.batch, 3, *lengths(self.size), generator=draw).to(self.device)

    @cached_property
    def labels(self) -> torch.Tensor:
        """B labels from 0, as many images of each as in the paper."""
        labels = torch.arange(self.batch // INSTANCES).repeat_interleave(INSTANCES)
        return labels.to(self.device)

    @cached_property
    def flops(self) -> int:
        """Operations of a step, as PyTorch counts them."""
        trainer = self.trainer(LINES["plain"])
        with FlopCounterMode(display=False) as counter:
            trainer.train_step(self.images, self.labels)
        return counter.get_total_flops()

    def trainer(self, line: Line) -> Trainer:
        """The trainer that `apnet train` uses, with the settings of a line."""
        model_name, reading = parted(self.model)
        if reading.batchnorm_batch:
            reading = replace(reading, batchnorm_batch=self.batch // 2)
        height, width = lengths(self.size)
        identities = self.batch // INSTANCES
        recipe = replace(
            CHANNEL,
            height=height,
            width=width,
            identities=identities,
            instances=INSTANCES,
            **line.settings,
        )
        torch.manual_seed(0)
        model = build_model(model_name, _CLASSES, reading, input_size=(height, width))
        return Trainer(model, recipe, reading, 10_000, _CLASSES, self.device)


@dataclass(frozen=True)
class Stepping:
    """A line under way, after its first two steps.

    Attributes:
        start: seconds that the first step took, with all that is compiled and chosen in it.
        loss: of the first step.
        features: of the batch after two steps, in evaluation and float32 without TF32.
        peak: bytes that the model and its optimiser hold, and the most that a step adds.
    """

    line: Line
    trainer: Trainer
    step: Callable[[], None]
    start: float
    loss: float
    features: torch.Tensor
    peak: float


def begin(problem: Problem, name: str) -> Stepping:
    """Make a line's trainer and take two steps."""
    # PyTorch compiles a function for so many networks and no more.
    torch.compiler.reset()
    line = LINES[name]
    trainer = problem.trainer(line)
    step = step_of(line, trainer, problem.images, problem.labels)
    start = _seconds(step, problem.device)
    loss = trainer.epoch_losses()["loss"]
    most = _peak(trainer, step, problem.device)
    return Stepping(line, trainer, step, start, loss, _features(trainer, problem.images), most)


def measure(problem: Problem, name: str, plain: Stepping | None) -> tuple[Stepping, dict]:
    """A line begun, and its row of the table; `plain` is None in the row of the plain line."""
    mine = begin(problem, name)
    plain = plain or mine
    precision = resolve_precision(problem.device, mine.line.settings["precision"])
    product = _product(problem, getattr(torch, precision), mine.line.tf32)
    # In turns, so that a busy machine meets all of them.
    tasks = {"mine": mine.step, "product": product}
    if plain is not mine:
        tasks |= {"plain": plain.step}
    seconds = in_turns(tasks, problem.rounds, problem.device)
    rate = 2 * problem.side**3 / seconds["product"]
    off = (mine.features - plain.features).norm() / plain.features.norm()
    row = {
        "images_per_second": problem.batch / seconds["mine"],
        "ratio": seconds.get("plain", seconds["mine"]) / seconds["mine"],
        "step_ms": 1000 * seconds["mine"],
        "peak_mib": mine.peak / 2**20,
        "moved_mb": _moved(mine) / problem.batch / 1e6,
        "share": problem.flops / seconds["mine"] / rate,
        "product_tflops": rate / 1e12,
        "loss_off": mine.loss / plain.loss - 1,
        "features_off": off.item(),
        "first_step_s": mine.start,
    }
    return mine, row


def parted(name: str) -> tuple[str, Reading]:
    """Model and reading of a NAME:READING."""
    model, _, reading = name.partition(":")
    return model, get_reading(reading or "written")


def lengths(size: str) -> tuple[int, int]:
    """Height and width of an HxW."""
    height, width = map(int, size.split("x"))
    return height, width


def in_turns(
    tasks: dict[str, Callable[[], object]], rounds: int, device: torch.device
) -> dict[str, float]:
    """Fewest seconds of each task."""
    seconds = dict.fromkeys(tasks, float("inf"))
    for _ in range(rounds):
        for name, task in tasks.items():
            seconds[name] = min(seconds[name], _seconds(task, device))
    return seconds


def _seconds(task: Callable[[], object], device: torch.device) -> float:
    wait(device)
    begin = time.perf_counter()
    task()
    wait(device)
    return time.perf_counter() - begin


def _features(trainer: Trainer, images: torch.Tensor) -> torch.Tensor:
    model = trainer.model.eval()
    with torch.inference_mode(), tf32(False), torch.compiler.set_stance("force_eager"):
        return model(images).float()


def _moved(stepping: Stepping) -> float:
    """Bytes that a step moves; not known of a compiled one, nor of a graph."""
    if stepping.line.compiled or stepping.line.graph:
        return float("nan")
    return moved(stepping.step)


def _peak(trainer: Trainer, step: Callable[[], None], device: torch.device) -> float:
    state = trainer.state_dict()
    moments = [
        value for values in state["optimiser"]["state"].values() for value in values.values()
    ]
    held = sum(tensor.nbytes for tensor in [*state["model"].values(), *moments])
    # A step makes its gradients; those of the one before are not counted too.
    trainer.model.zero_grad(set_to_none=True)
    return held + peak(step, device)


def _product(problem: Problem, kind: torch.dtype, allowed: bool | None) -> Callable[[], None]:
    """The product of two square matrices, warm, with TF32 as :func:`lines.tf32` takes it."""
    sides = problem.side, problem.side
    one, other = (torch.randn(sides, device=problem.device).to(kind) for _ in range(2))

    def multiply() -> None:
        with tf32(allowed):
            one @ other

    for _ in range(2):
        multiply()
    return multiply
