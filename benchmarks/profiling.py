"""What a training step spends its time on: kernels by name and by kind."""

import re
from collections import Counter

import torch
from stepping import Stepping

STEPS = 3

KINDS = {
    "fused by the compiler": r"^triton_",
    "optimiser": r"adam|multi_tensor_apply",
    "normalisation": r"batch_?norm|bn_(fw|bw)|bnfw|bnbw",
    "convolutions and matrices": (
        r"conv|gemm|xmma|cutlass|nvjet|fprop|dgrad|wgrad|winograd|::mm|addmm|cublas"
    ),
    "layout": r"nchwtonhwc|nhwctonchw|transpose",
    "copies": r"memcpy|memset|copy|cat|fill",
    "pooling": r"pool",
    "reductions": r"reduce|softmax|sum|mean|norm",
    "element by element": r"elementwise|vectorized|aten::",
}
"""Kind -> what is in the name of a kernel of it; the first that fits."""


def profile(stepping: Stepping, device: torch.device) -> dict:
    """Milliseconds a step by kind, and of the 15 kernels (operators on a CPU) that take most."""
    with torch.profiler.profile() as profiler:
        for _ in range(STEPS):
            stepping.step()
        if device.type == "cuda":
            torch.cuda.synchronize(device)
    kernels: Counter[str] = Counter()
    calls: Counter[str] = Counter()
    for event in profiler.key_averages():
        taken = _microseconds(event, device)
        if taken > 0:
            kernels[event.key] += taken / 1000 / STEPS
            calls[event.key] += event.count
    kinds: Counter[str] = Counter()
    for name, taken in kernels.items():
        kinds[_kind(name)] += taken
    top = [
        {"kernel": name, "ms": taken, "calls": calls[name] / STEPS}
        for name, taken in kernels.most_common(15)
    ]
    return {"busy_ms": kernels.total(), "kinds": dict(kinds.most_common()), "top": top}


def _microseconds(event: "torch.autograd.profiler_util.FunctionEventAvg", device) -> float:
    """Of the kernel itself: operators and ranges with a name repeat what their kernels took."""
    if event.is_user_annotation:
        return 0.0
    if device.type == "cpu":
        return event.self_cpu_time_total
    on_device = event.device_type == torch.autograd.DeviceType.CUDA
    return event.self_device_time_total if on_device else 0.0


def _kind(name: str) -> str:
    fits = (kind for kind, said in KINDS.items() if re.search(said, name.lower()))
    return next(fits, "other")
