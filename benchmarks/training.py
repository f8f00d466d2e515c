"""Time a training step, plain and with one switch after another added.

    python benchmarks/training.py [--models NAME:READING …] [--sizes HxW …] [--batch N]
        [--lines NAME …] [--device cpu|cuda] [--rounds N] [--threads N] [--compile]
        [--profile] [--json FILE] [--warm]

Plain is a step as anyone would write it: eager, float32, channels first, Adam as PyTorch has it
(on a GPU with its defaults, so convolutions may use TF32). By default each line adds one switch
of the recipe (docs/speed.md) to the line above; --lines takes any of those in benchmarks/lines.py.
As released, the batch goes through the network in two shares, in every line. All lines of a
model take the same weights and batch, and each is timed in turns with the plain one. `start` is
the first step, in seconds, compilation included. `loss` is by how much the first loss differs
from the plain one, `features` the same of test features after two steps, as a share of their
length. `peak` is what the model and its optimiser hold, and the most that a step adds. `MB moved`
is what operators read and write of inputs and outputs, an image; of compiled ones and of graphs
that is not known. `share` is what the step computes, as PyTorch counts it, over the machine's
own rate of multiplying matrices in the line's precision.
On a CPU the default is a small size, since a step at the paper's takes many seconds there;
on a machine that others use, --threads 1 disturbs the numbers least. --warm takes two steps of
each line and times nothing: a later call then finds the compiler's work done.
"""

import argparse
import re
from itertools import product
from pathlib import Path

import torch
from lines import ADDED, LINES
from measures import record
from profiling import profile
from stepping import INSTANCES, Problem, Stepping, begin, lengths, measure, parted

from apnet.config.names import parse_model_name
from apnet.config.stages import check_buildable
from apnet.errors import InputError
from apnet.runtime.devices import choose_device, resolve_precision

MODELS = (
    "resnet50:written",
    "resnet50-apnet-c2:written",
    "resnet50-apnet-c2:released",
    "resnet50-apnet-s2:written",
)
DEFAULTS = {"cpu": (["64x32"], 8, 3, 1024), "cuda": (["384x192", "256x128"], 80, 20, 8192)}
"""Device -> sizes, batch, rounds, and the side of the matrices that measure its rate."""


def main() -> None:
    """Time every model at every size, a table each."""
    arguments, device = _arguments()
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
    print(f"{name}, {torch.get_num_threads()} threads, torch {torch.__version__}")
    _, batch, rounds, side = DEFAULTS[device.type]
    batch, rounds = arguments.batch or batch, arguments.rounds or rounds
    for size, model in product(arguments.sizes, arguments.models):
        _compare(Problem(model, size, batch, rounds, side, device), arguments)


def _arguments() -> tuple[argparse.Namespace, torch.device]:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", default=MODELS, metavar="NAME:READING")
    parser.add_argument("--sizes", nargs="+", type=image_size, metavar="HxW")
    parser.add_argument("--batch", type=batch_size, help=f"a multiple of {INSTANCES}")
    parser.add_argument("--lines", nargs="+", choices=LINES, metavar="NAME")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--rounds", type=_rounds)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--compile", action="store_true", help="on a CPU too, where it is slow")
    parser.add_argument("--profile", action="store_true", help="what the last line spends time on")
    parser.add_argument("--json", type=Path, metavar="FILE", help="append each line to it")
    parser.add_argument("--warm", action="store_true", help="compile, and time nothing")
    arguments = parser.parse_args()
    try:
        device = choose_device(arguments.device, arguments.threads)
        if device.type not in DEFAULTS:
            raise InputError(f"device {device} is not timed: choose one of {', '.join(DEFAULTS)}")
        arguments.sizes = arguments.sizes or DEFAULTS[device.type][0]
        for name, size in product(arguments.models, arguments.sizes):
            model, reading = parted(name)
            check_buildable(parse_model_name(model), reading, lengths(size))
    except InputError as error:
        parser.error(str(error))
    arguments.lines = arguments.lines or _added(device, arguments.compile)
    return arguments, device


def image_size(text: str) -> str:
    """An HxW, as an argument."""
    if not re.fullmatch(r"[1-9]\d*x[1-9]\d*", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no size: write height x width, as 256x128")
    return text


def batch_size(text: str) -> int:
    """Images of a batch, as an argument."""
    if not text.isdecimal() or not int(text) or int(text) % INSTANCES:
        raise argparse.ArgumentTypeError(f"{text!r} is no batch: it is a multiple of {INSTANCES}")
    return int(text)


def _rounds(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of rounds: 1 or more")
    return int(text)


def _added(device: torch.device, compiled: bool) -> list[str]:
    """The lines that add one switch after another, as far as they pay on the device."""
    out = set()
    if resolve_precision(device, "auto") == "float32":
        out.add("+bfloat16")
    if not compiled and device.type == "cpu":
        out.add("+compile")
    return [line for line in ADDED if line not in out]


def _compare(problem: Problem, arguments: argparse.Namespace) -> None:
    if arguments.warm:
        for line in arguments.lines:
            print(f"{problem.model}, {problem.size}, {line}: {begin(problem, line).start:.1f} s")
        return
    print(f"\n{problem.model}, {problem.size}, batch {problem.batch}, best of {problem.rounds}")
    print(
        f"{'':<24} images/s   ratio    peak MiB  MB moved   share  start s     loss  features",
        flush=True,
    )
    about = {"model": problem.model, "size": problem.size, "batch": problem.batch}
    plain = last = None
    for line in ["plain", *(line for line in arguments.lines if line != "plain")]:
        # The line before it is let go first, with its memory.
        last = None
        last, row = _measured(problem, line, plain)
        if arguments.json:
            record(arguments.json, {"line": line} | about | row)
        plain = plain or last
        if not plain:
            return
    print(f"{problem.flops / problem.batch / 1e9:.1f} GFLOP an image")
    if arguments.profile and last:
        found = profile(last, problem.device)
        _print_profile(found)
        if arguments.json:
            record(arguments.json, {"profile": line} | about | found)


def _measured(
    problem: Problem, line: str, plain: Stepping | None
) -> tuple[Stepping | None, dict[str, object]]:
    """A line's row, printed; one that cannot be computed here says why, and the next goes on."""
    try:
        stepping, row = measure(problem, line, plain)
    except Exception as error:  # of a compiler and a driver: another in each version
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        print(f"{line:<24} {reason}", flush=True)
        return None, {"error": reason}
    print(
        f"{line:<24} {row['images_per_second']:8.1f}  {row['ratio']:5.2f}x  "
        f"{row['peak_mib']:10.0f}  {row['moved_mb']:8.0f}  {row['share']:6.1%}  "
        f"{row['first_step_s']:7.1f}  {row['loss_off']:+7.2%}  {row['features_off']:8.3%}",
        flush=True,
    )
    return stepping, row


def _print_profile(found: dict) -> None:
    print(f"\na step keeps the device busy for {found['busy_ms']:.1f} ms")
    for kind, taken in found["kinds"].items():
        print(f"{taken:8.2f} ms  {kind}")
    for kernel in found["top"]:
        print(f"{kernel['ms']:8.2f} ms  {kernel['calls']:5.0f} calls  {kernel['kernel'][:100]}")


if __name__ == "__main__":
    main()
