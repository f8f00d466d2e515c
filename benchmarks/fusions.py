"""Convolutions with their BatchNorm and ReLU fused into them by cuDNN, beside PyTorch's operators.

    python benchmarks/fusions.py [--size HxW] [--batch N] [--types …] [--device cpu|cuda]
        [--rounds N] [--plans] [--json FILE]

What a training step of a ResNet-50 could save, before it is built: each convolution of another
shape, with what stands before and after it, in one kernel (the best of the first few that cuDNN
proposes), timed in turns with the operators that PyTorch runs instead. PyTorch has to write the map
between ReLU and convolution, which its gradient of the weights then reads; cuDNN makes it again.
`off` is the largest difference of a result from theirs in float32, relative to the largest number
in it. --plans asks only how many kernels cuDNN has for an H100, which needs no GPU.
"""

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from fused_convolutions import (
    CONVOLUTIONS,
    FUSIONS,
    Convolution,
    Data,
    Sizes,
    cudnn,
    graph,
    normalised,
    problem,
    sizes,
    sums,
)
from lines import tf32
from measures import record
from stepping import in_turns
from torch import Tensor
from training import image_size

from apnet.runtime.devices import choose_device

TYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16}
_TRIED = 4
"""Kernels of a graph that are timed."""

_WIDTHS = {"convolution": 18, "fusion": 23, "type": 10, "kernels": 9}
_WIDTHS |= dict.fromkeys(("plain_ms", "fused_ms", "ratio", "off"), 10)

Row = dict[str, object]


def main() -> None:
    """Measure each fusion of each convolution."""
    arguments = _arguments()
    print(f"{arguments.size}, batch {arguments.batch}, {arguments.device}")
    print("".join(f"{name:>{width}}" for name, width in _WIDTHS.items()))
    for shape in CONVOLUTIONS:
        given = sizes(shape, arguments.size, arguments.batch)
        for fusion in FUSIONS:
            for kind in arguments.types:
                row = {"fusion": fusion.__name__, "convolution": str(shape), "type": kind}
                if arguments.plans:
                    row |= _plans(fusion, shape, given, TYPES[kind])
                else:
                    device, rounds = arguments.device, arguments.rounds
                    row |= _timed(fusion, shape, given, TYPES[kind], device, rounds)
                cells = (f"{_text(row.get(n)):>{width}}" for n, width in _WIDTHS.items())
                print("".join(cells), flush=True)
                if arguments.json:
                    record(arguments.json, row)


def _plans(fusion: Callable, shape: Convolution, given: Sizes, kind: torch.dtype) -> Row:
    return {"kernels": graph(fusion, shape, given, type=kind, gpu=cudnn().H100).plans}


def _timed(
    fusion: Callable,
    shape: Convolution,
    given: Sizes,
    kind: torch.dtype,
    device: torch.device,
    rounds: int,
) -> Row:
    """Milliseconds of PyTorch's operators and of the best graph, in turns."""
    data = {n: _as(t, kind, vectors=torch.float32) for n, t in problem(given, device).items()}
    plain = partial(fusion, shape, data | {"a": normalised(data)})
    tasks, row, off = {"plain": partial(plain, sums)}, {}, []
    if device.type == "cuda":
        tasks["plain"] = partial(plain, _one_pass)
        wide = {name: tensor.float() for name, tensor in data.items()}
        with tf32(False):
            exact = fusion(shape, wide | {"a": normalised(wide)}, sums)
        made = {name: torch.empty_like(tensor) for name, tensor in plain(sums).items()}
        fused = graph(fusion, shape, given, type=kind)
        row["kernels"] = fused.plans
        data = {name: _as(tensor, kind, fused.vectors) for name, tensor in data.items()}
        for number, run in enumerate(fused.runs(data | made, _TRIED)):
            run()
            off.append(max(_off(made[name], exact[name]) for name in made))
            tasks[f"fused {number}"] = run
    for task in tasks.values():
        task()
    seconds = in_turns(tasks, rounds, device)
    row["plain_ms"] = 1_000 * seconds["plain"]
    if off:
        best = min(range(len(off)), key=lambda number: seconds[f"fused {number}"])
        row |= {"fused_ms": 1_000 * seconds[f"fused {best}"], "off": off[best]}
        row["ratio"] = row["plain_ms"] / row["fused_ms"]
    return row


def _one_pass(x: Tensor, y: Tensor | None = None) -> Data:
    """What BatchNorm takes of a map on a GPU, by the kernels that PyTorch has for it."""
    if y is None:
        found = torch.batch_norm_stats(x, 1e-5)
    else:
        ones = x.new_ones(x.shape[1], dtype=torch.float32)
        which = {"input_g": True, "weight_g": False, "bias_g": False}
        found = torch.batch_norm_backward_reduce(x, y, ones, ones, None, **which)
    return dict(zip(("sum", "dot"), found, strict=False))


def _as(tensor: Tensor, kind: torch.dtype, vectors: torch.dtype) -> Tensor:
    """A map or weights in one type with adjacent channels, a vector in another."""
    if tensor.numel() == tensor.shape[1]:
        return tensor.to(vectors)
    return tensor.to(kind, memory_format=torch.channels_last)


def _off(found: Tensor, exact: Tensor) -> float:
    return ((found.float() - exact).abs().max() / exact.abs().max()).item()


def _text(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str("" if value is None else value)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=image_size, default="384x192", metavar="HxW")
    parser.add_argument("--batch", type=int, default=80)
    parser.add_argument("--types", nargs="+", choices=TYPES, default=list(TYPES))
    parser.add_argument("--device", default="auto")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--plans", action="store_true", help="only count cuDNN's kernels")
    parser.add_argument("--json", type=Path, metavar="FILE", help="append each line to it")
    arguments = parser.parse_args()
    arguments.device = choose_device("cpu" if arguments.plans else arguments.device)
    return arguments


if __name__ == "__main__":
    main()
