"""What the benchmarks measure of a task: time and memory it takes, bytes that it moves."""

import json
import math
import os
from collections.abc import Callable
from pathlib import Path

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


def wait(device: torch.device) -> None:
    """Until the device has done what it was given, so that a clock may be read."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def peak(task: Callable[[], object], device: torch.device) -> float:
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


def moved(task: Callable[[], object]) -> int:
    """Bytes that the operators of an eager task read and write, each its inputs and outputs."""
    with _Traffic() as traffic:
        task()
    return traffic.bytes


def record(file: Path, row: dict[str, object]) -> None:
    """Append `row` to `file` as a line of JSON, at once on the disk; what is no number is null."""
    known = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in row.items()
    }
    with file.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(known) + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def _resident(field: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith(field))


class _Traffic(TorchDispatchMode):
    """Counts bytes; views of what is there are free."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0

    def __torch_dispatch__(
        self,
        operator: Callable[..., object],
        types: object,
        args: tuple[object, ...] = (),
        kwargs: dict[str, object] | None = None,
    ) -> object:
        made = operator(*args, **kwargs or {})
        inputs, outputs = _tensors([args, kwargs]), _tensors(made)
        places = {tensor.untyped_storage().data_ptr() for tensor in inputs}
        in_place = str(operator).split(".")[1].endswith("_")
        if in_place or any(t.untyped_storage().data_ptr() not in places for t in outputs):
            self.bytes += sum(tensor.nbytes for tensor in [*inputs, *outputs])
        return made


def _tensors(tree: object) -> list[torch.Tensor]:
    return [leaf for leaf in tree_leaves(tree) if isinstance(leaf, torch.Tensor)]
