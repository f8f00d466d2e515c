"""Training on one device by 1, 2 and 4 processes at once: images per second of all together.

    python benchmarks/sharing.py [--runs N …] [--model NAME:READING] [--size HxW] [--batch N]
        [--line NAME] [--device cpu|cuda] [--seconds S] [--threads N] [--json FILE]

Each process is a training of its own, as `gpu_share` of the config lets several onto a device. All
have taken their first two steps before the clock starts, for all at once. `all` is the sum over the
processes, `ratio` that to one process alone, `one` the slowest of them, and `MiB` what PyTorch
reserved of the device in each (on a CPU nobody counts). `--line` is one of benchmarks/lines.py.
"""

import argparse
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier

import torch
from lines import LINES
from measures import record, wait
from stepping import INSTANCES, Problem, begin, lengths, parted
from training import DEFAULTS, MODELS, batch_size, image_size

from apnet.config.names import parse_model_name
from apnet.config.stages import check_buildable
from apnet.errors import InputError
from apnet.runtime.devices import choose_device

_LONGEST = 600
"""Seconds until all have begun."""


def main() -> None:
    """Measure each number of processes, a line each."""
    arguments = _arguments()
    header = ("processes", "all, images/s", "ratio", "one, images/s", "MiB")
    print(f"{arguments.model}, {arguments.size}, batch {arguments.batch}, {arguments.line}")
    print("".join(f"{name:>16}" for name in header), flush=True)
    about = {name: getattr(arguments, name) for name in ("model", "size", "batch", "line")}
    alone = None
    for runs in arguments.runs:
        row = side_by_side(runs, arguments)
        alone = alone or row["images_per_second"] / runs
        row["ratio"] = row["images_per_second"] / alone
        print(
            f"{runs:16}{row['images_per_second']:16,.1f}{row['ratio']:16.2f}{row['slowest']:16,.1f}"
            f"{row['reserved_mib']:16,.0f}",
            flush=True,
        )
        if arguments.json:
            record(arguments.json, {"sharing": runs} | about | row)


def side_by_side(runs: int, arguments: argparse.Namespace) -> dict[str, float]:
    """So many processes at once, measured."""
    context = get_context("spawn")
    barrier = context.Barrier(runs)
    with ProcessPoolExecutor(runs, context, initializer=_meet_at, initargs=(barrier,)) as pool:
        found = list(pool.map(partial(_train, arguments), range(runs)))
    speeds, memory = zip(*found, strict=True)
    return {
        "images_per_second": sum(speeds),
        "slowest": min(speeds),
        "reserved_mib": max(memory),
    }


def _meet_at(barrier: Barrier) -> None:
    global _barrier  # A pool hands a barrier over to processes only as they start.
    _barrier = barrier


def _train(arguments: argparse.Namespace, _number: int) -> tuple[float, float]:
    """Images per second of one process, and the MiB it reserved; NaN where nobody counts."""
    try:
        device = choose_device(arguments.device, arguments.threads)
        problem = Problem(arguments.model, arguments.size, arguments.batch, 0, 0, device)
        step = begin(problem, arguments.line).step
        wait(device)
        _barrier.wait(_LONGEST)
    except BaseException:
        # The others would wait for this one.
        _barrier.abort()
        raise
    steps, start = 0, time.perf_counter()
    while (taken := time.perf_counter() - start) < arguments.seconds or not steps:
        step()
        wait(device)
        steps += 1
    reserved = torch.cuda.max_memory_reserved(device) if device.type == "cuda" else float("nan")
    return steps * arguments.batch / taken, reserved / 2**20


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", nargs="+", type=int, default=(1, 2, 4), choices=range(1, 9))
    parser.add_argument("--model", default=MODELS[1], metavar="NAME:READING")
    parser.add_argument("--size", type=image_size, metavar="HxW")
    parser.add_argument("--batch", type=batch_size, help=f"a multiple of {INSTANCES}")
    parser.add_argument("--line", choices=LINES, default="+bfloat16")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--threads", type=int, default=1, help="of a process")
    parser.add_argument("--json", type=Path, metavar="FILE", help="append each line to it")
    arguments = parser.parse_args()
    try:
        sizes, batch, *_ = DEFAULTS[choose_device(arguments.device).type]
        arguments.size = arguments.size or sizes[0]
        arguments.batch = arguments.batch or batch
        model, reading = parted(arguments.model)
        check_buildable(parse_model_name(model), reading, lengths(arguments.size))
    except InputError as error:
        parser.error(str(error))
    return arguments


if __name__ == "__main__":
    main()
