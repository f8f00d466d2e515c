"""Which device a job computes on, and with how many threads."""

import torch

from apnet.errors import InputError


def choose_device(name: str, threads: int | None = None) -> torch.device:
    """The device called `name`, with PyTorch held to `threads` CPU threads.

    Args:
        name: `auto` (the first GPU, else the CPU) or torch's own, such as `cuda:1`.
        threads: two jobs that each take every core run many times slower than two
            that share them, so a job is told its share. None leaves PyTorch's choice.

    Raises:
        InputError: no such device.
    """
    if threads is not None:
        torch.set_num_threads(threads)
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"device {name!r} cannot be used ({reason}): try --device cpu") from error
    if device.type == "cuda":
        # Shapes never change within a run, so the search for the fastest kernel pays back.
        torch.backends.cudnn.benchmark = True
    return device


def arithmetic(device: torch.device) -> dict[str, object]:
    """What decides the last bits of a result on this device, for the record."""
    found: dict[str, object] = {"deterministic": device.type == "cpu"}
    if device.type == "cuda":
        found |= {
            "cudnn_benchmark": torch.backends.cudnn.benchmark,
            "tf32_convolutions": torch.backends.cudnn.allow_tf32,
            "tf32_matmul": torch.backends.cuda.matmul.allow_tf32,
        }
    return found
