"""Which device a job computes on, and with how many threads."""

import torch

from apnet.errors import InputError


def choose_device(name: str, threads: int | None = None) -> torch.device:
    """The device called `name`, with PyTorch held to `threads` CPU threads.

    Args:
        name: `auto` (the first GPU, else the CPU) or torch's own, such as `cuda:1`.
        threads: two jobs that each take every core run many times slower than two
            that share them, so each job gets its share. None leaves PyTorch's choice.

    Raises:
        InputError: no such device, or no thread.
    """
    if threads is not None:
        if threads < 1:
            raise InputError(f"threads are 1 or more, not {threads}: choose another --threads")
        torch.set_num_threads(threads)
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"device {name!r} cannot be used ({reason}): try --device cpu") from error
    if device.type == "meta":
        raise InputError(f"device {name!r} holds no numbers: try --device cpu")
    if device.type == "cuda":
        # Shapes never change within a run, so the search for the fastest kernel pays back.
        torch.backends.cudnn.benchmark = True
    return device


def autocast(device: torch.device, precision: str) -> torch.autocast:
    """The context in which a network computes in a recipe's `precision` on `device`."""
    half = resolve_precision(device, precision) == "bfloat16"
    return torch.autocast(device.type, torch.bfloat16, enabled=half)


def resolve_precision(device: torch.device, precision: str) -> str:
    """`float32` or `bfloat16`: a recipe's `precision`, with `auto` decided for `device`."""
    if precision == "auto":
        return "bfloat16" if _has_bfloat16(device) else "float32"
    return precision


def _has_bfloat16(device: torch.device) -> bool:
    """Whether the hardware computes in bfloat16; emulated, it is many times slower."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    # Private, but torch has no public question for this.
    return torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def arithmetic(device: torch.device, precision: str) -> dict[str, object]:
    """What decides the last bits of a result on this device, for the record."""
    settings: dict[str, object] = {
        "precision": resolve_precision(device, precision),
        "deterministic": device.type == "cpu",
    }
    if device.type == "cuda":
        settings |= {
            "cudnn_benchmark": torch.backends.cudnn.benchmark,
            "tf32_convolutions": torch.backends.cudnn.allow_tf32,
            "tf32_matmul": torch.backends.cuda.matmul.allow_tf32,
        }
    return settings
