"""Time a training step, plain and with one switch after another added.

    python benchmarks/training.py [--models NAME:READING …] [--sizes HxW …] [--batch N]
        [--device cpu|cuda] [--rounds N] [--threads N] [--compile] [--profile]

Plain is a step as anyone would write it: eager, float32, channels first, Adam as PyTorch has it
(on a GPU with its defaults, so convolutions may use TF32). Each line adds one switch of the
recipe (docs/speed.md) to the line above. As released, the batch goes through the network in two
shares, in every line. All lines of a model take the same weights and batch and are timed in
turns; `loss` is by how much the first loss differs from the plain one. `peak` is what the model
and its optimiser hold, and the most that a step adds. `MB moved` is what operators
read and write of inputs and outputs, an image; of compiled ones that is not known. `share` is
what the step computes, as PyTorch counts it, over the machine's own rate of multiplying matrices
in the line's precision.
On a CPU the default is a small size, since a step at the paper's takes many seconds there;
on a machine that others use, --threads 1 disturbs the numbers least.
"""

import argparse
import re
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import product

import torch
from measures import moved, peak, wait
from torch.utils.flop_counter import FlopCounterMode

from apnet.config.names import parse_model_name
from apnet.config.readings import Reading, get_reading
from apnet.config.recipes import CHANNEL
from apnet.config.stages import check_buildable
from apnet.errors import InputError
from apnet.models import build_model
from apnet.runtime.devices import choose_device, resolve_precision
from apnet.training.trainer import Trainer

MODELS = (
    "resnet50:written",
    "resnet50-apnet-c2:written",
    "resnet50-apnet-c2:released",
    "resnet50-apnet-s2:written",
)
DEFAULTS = {"cpu": (["64x32"], 8, 3, 1024), "cuda": (["384x192", "256x128"], 80, 20, 8192)}
"""Device -> sizes, batch, rounds, and the side of the matrices that measure its rate."""

_CLASSES = 751
_INSTANCES = 4


Line = dict[str, object]
"""What a line has on, as settings of a recipe."""

PLAIN: Line = {"precision": "float32", "channels_last": False, "fused": False, "compile": False}


def main() -> None:
    """Time every model at every size, a table each."""
    arguments, device = _arguments()
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
    print(f"{name}, {torch.get_num_threads()} threads, torch {torch.__version__}")
    for size in arguments.sizes:
        for model in arguments.models:
            _compare(model, size, device, arguments)


def _arguments() -> tuple[argparse.Namespace, torch.device]:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", default=MODELS, metavar="NAME:READING")
    parser.add_argument("--sizes", nargs="+", type=_size, metavar="HxW")
    parser.add_argument("--batch", type=_batch_size, help=f"a multiple of {_INSTANCES}")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--rounds", type=_rounds)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--compile", action="store_true", help="on a CPU too, where it is slow")
    parser.add_argument("--profile", action="store_true", help="what the last line spends time on")
    arguments = parser.parse_args()
    try:
        device = choose_device(arguments.device, arguments.threads)
        if device.type not in DEFAULTS:
            raise InputError(f"device {device} is not timed: choose one of {', '.join(DEFAULTS)}")
        arguments.sizes = arguments.sizes or DEFAULTS[device.type][0]
        for name, size in product(arguments.models, arguments.sizes):
            model, reading = _parted(name)
            check_buildable(parse_model_name(model), reading, _lengths(size))
    except InputError as error:
        parser.error(str(error))
    return arguments, device


def _size(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d*x[1-9]\d*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no size: write height x width, as 256x128")
    return text


def _batch_size(text: str) -> int:
    if not text.isdecimal() or not int(text) or int(text) % _INSTANCES:
        raise argparse.ArgumentTypeError(f"{text!r} is no batch: it is a multiple of {_INSTANCES}")
    return int(text)


def _rounds(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of rounds: 1 or more")
    return int(text)


def _parted(name: str) -> tuple[str, Reading]:
    """Model and reading of a NAME:READING."""
    model, _, reading = name.partition(":")
    return model, get_reading(reading or "written")


def _lengths(size: str) -> tuple[int, int]:
    height, width = map(int, size.split("x"))
    return height, width


def _lines(device: torch.device, compiled: bool) -> dict[str, Line]:
    """The lines of a table, each with one switch more."""
    now = PLAIN
    found = {"plain": now}
    found["+ channels_last"] = now = now | {"channels_last": True}
    found["+ fused optimiser"] = now = now | {"fused": True}
    precision = resolve_precision(device, "auto")
    if precision != "float32":
        found[f"+ {precision}"] = now = now | {"precision": precision}
    if compiled or device.type == "cuda":
        found["+ compile"] = now | {"compile": True}
    return found


def _compare(name: str, size: str, device: torch.device, arguments: argparse.Namespace) -> None:
    _, batch, rounds, side = DEFAULTS[device.type]
    batch, rounds = arguments.batch or batch, arguments.rounds or rounds
    # PyTorch compiles a function for so many networks and no more.
    torch.compiler.reset()
    images, labels = _batch(size, batch, device)
    lines = _lines(device, arguments.compile)
    trainers = {line: _trainer(name, size, batch, has, device) for line, has in lines.items()}
    flops = _flops(_trainer(name, size, batch, PLAIN, device), images, labels) / batch
    losses, peaks, traffic = {}, {}, {}
    for line, trainer in trainers.items():
        trainer.train_step(images, labels)
        losses[line] = trainer.epoch_losses()["loss"]
        peaks[line] = _peak(trainer, images, labels, device)
        traffic[line] = _moved(trainer, images, labels) / batch
    tasks: dict[str, Callable[[], object]] = {
        line: partial(trainer.train_step, images, labels) for line, trainer in trainers.items()
    }
    precisions = {has["precision"] for has in lines.values()}
    tasks |= {kind: _product(device, getattr(torch, kind), side) for kind in precisions}
    seconds = _in_turns(tasks, rounds, device)
    rates = {kind: 2 * side**3 / seconds[kind] for kind in precisions}
    print(f"\n{name}, {size}, batch {batch}: {flops / 1e9:.1f} GFLOP an image, best of {rounds}")
    shown = ", ".join(f"{rate / 1e12:.3g} TFLOP/s in {kind}" for kind, rate in rates.items())
    print(f"matrices of {side}x{side} are multiplied at {shown}")
    print(f"{'':<18} images/s   ratio    peak MiB  MB moved   share     loss")
    plain = seconds["plain"]
    for line, has in lines.items():
        taken = seconds[line]
        share = flops * batch / taken / rates[has["precision"]]
        print(
            f"{line:<18} {batch / taken:8.1f}  {plain / taken:5.2f}x  {peaks[line] / 2**20:10.0f}  "
            f"{traffic[line] / 1e6:8.0f}  {share:6.1%}  {losses[line] / losses['plain'] - 1:+8.2%}"
        )
    if arguments.profile:
        _profile(trainers[list(lines)[-1]], images, labels)


def _batch(size: str, batch: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(0)
    images = torch.randn(batch, 3, *_lengths(size), generator=draw)
    labels = torch.arange(batch // _INSTANCES).repeat_interleave(_INSTANCES)
    return images.to(device), labels.to(device)


def _trainer(name: str, size: str, batch: int, line: Line, device: torch.device) -> Trainer:
    """The trainer that `apnet train` uses, with the switches of a line."""
    model_name, reading = _parted(name)
    if reading.batchnorm_batch:
        reading = replace(reading, batchnorm_batch=batch // 2)
    height, width = _lengths(size)
    recipe = replace(
        CHANNEL,
        height=height,
        width=width,
        identities=batch // _INSTANCES,
        instances=_INSTANCES,
        **line,
    )
    torch.manual_seed(0)
    model = build_model(model_name, _CLASSES, reading, input_size=(height, width))
    return Trainer(model, recipe, reading, 10_000, _CLASSES, device)


def _flops(trainer: Trainer, images: torch.Tensor, labels: torch.Tensor) -> int:
    with FlopCounterMode(display=False) as counter:
        trainer.train_step(images, labels)
    return counter.get_total_flops()


def _moved(trainer: Trainer, images: torch.Tensor, labels: torch.Tensor) -> float:
    """Bytes that a step moves; not known of a compiled one."""
    if trainer.switches.compile:
        return float("nan")
    return moved(partial(trainer.train_step, images, labels))


def _in_turns(
    tasks: dict[str, Callable[[], object]], rounds: int, device: torch.device
) -> dict[str, float]:
    """Fewest seconds of each task; in turns, so that a busy machine meets all of them."""
    seconds = dict.fromkeys(tasks, float("inf"))
    for _ in range(rounds):
        for name, task in tasks.items():
            wait(device)
            begin = time.perf_counter()
            task()
            wait(device)
            seconds[name] = min(seconds[name], time.perf_counter() - begin)
    return seconds


def _peak(
    trainer: Trainer, images: torch.Tensor, labels: torch.Tensor, device: torch.device
) -> float:
    """Bytes that the trainer holds, and the most that a step adds."""
    state = trainer.state_dict()
    moments = [
        value for values in state["optimiser"]["state"].values() for value in values.values()
    ]
    held = sum(tensor.nbytes for tensor in [*state["model"].values(), *moments])
    # A step makes its gradients; those of the one before are not counted too.
    trainer.model.zero_grad(set_to_none=True)
    return held + peak(partial(trainer.train_step, images, labels), device)


def _product(device: torch.device, kind: torch.dtype, side: int) -> Callable[[], torch.Tensor]:
    """The product of two square matrices, warm."""
    one, other = (torch.randn(side, side, device=device).to(kind) for _ in range(2))
    for _ in range(2):
        one @ other
    return partial(torch.matmul, one, other)


def _profile(trainer: Trainer, images: torch.Tensor, labels: torch.Tensor) -> None:
    with torch.profiler.profile() as profiler:
        for _ in range(3):
            trainer.train_step(images, labels)
    key = "self_device_time_total" if images.is_cuda else "self_cpu_time_total"
    print(profiler.key_averages().table(sort_by=key, row_limit=15, max_name_column_width=60))


if __name__ == "__main__":
    main()
