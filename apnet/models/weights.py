"""Weights from elsewhere: taken whole, or refused with the names that do not fit."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from apnet.errors import InputError
from apnet.files import replaced
from apnet.models.weight_files import is_state_dict, what_instead, why_unreadable

_SHOWN = 20

_REAL = (torch.float64, torch.float32, torch.float16, torch.bfloat16)
_WHOLE = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


def read_weights(file: Path) -> dict[str, Tensor]:
    """The state dict in a .safetensors file, or in one that torch.save wrote.

    Raises:
        InputError: unreadable, damaged, or something else than a state dict of dense tensors.
    """
    state = load(file)
    if not is_state_dict(state):
        raise InputError(f"{file} holds no plain state dict, but {what_instead(state)}")
    check_dense(state, f"cannot take weights from {file}")
    return state


def load(file: Path) -> object:
    """What a file of tensors holds, without running code.

    Raises:
        InputError: unreadable, damaged, or objects that only code can make.
    """
    try:
        if file.suffix.lower() == ".safetensors":
            return load_file(file)
        with warnings.catch_warnings():
            # Torch warns about the kinds of tensors that check_dense refuses.
            warnings.simplefilter("ignore")
            return torch.load(file, map_location="cpu", weights_only=True)
    except MemoryError:
        raise
    # torch lets through whatever damaged bytes make its unpickler raise: KeyError,
    # IndexError, UnicodeDecodeError, struct.error, AssertionError and more.
    except Exception as error:
        raise InputError(
            f"cannot read weights from {file}: {why_unreadable(file, error)}"
        ) from error


def write_weights(file: Path, state: Mapping[str, Tensor], **metadata: str) -> None:
    """Write a state dict as safetensors, atomically.

    Raises:
        InputError: the folder cannot be written (full, read-only).
    """
    # Copies, since safetensors refuses tensors that share memory.
    tensors = {
        name: tensor.clone(memory_format=torch.contiguous_format) for name, tensor in state.items()
    }
    with replaced(file) as temporary:
        try:
            save_file(tensors, temporary, metadata={"format": "pt", **metadata})
        except SafetensorError as error:
            raise InputError(f"cannot write {file}: {error}") from error


def unfinite(state: Mapping[str, Tensor]) -> str | None:
    """The name of the first tensor that holds a number which is not finite, if any does."""
    return next((name for name, tensor in state.items() if not tensor.isfinite().all()), None)


def check_dense(state: Mapping[str, Tensor], refusal: str) -> None:
    """Refuse tensors that are more, or less, than an array of numbers.

    Args:
        refusal: begins the message.

    Raises:
        InputError: a tensor is nested, meta, quantised or sparse, and is named.
    """
    for name, tensor in state.items():
        if kind := _odd(tensor):
            raise InputError(f"{refusal}: {name} is {kind}: save it as a dense tensor of numbers")


def fill(target: Mapping[str, Tensor], given: Mapping[str, Tensor], refusal: str) -> None:
    """Copy `given` into the tensors of `target`, each under its name.

    Shapes are compared without their ones: a 1x1 convolution fits a linear layer. Where `target`
    is floating point, so is what it takes; counters take whole numbers, of whatever type.

    Args:
        refusal: begins the message.

    Raises:
        InputError: names that are missing, unknown, of another shape or type, or of tensors
            that are not dense; nothing is copied.
    """
    check_dense(given, refusal)
    common = sorted(set(target) & set(given))
    faults = {
        "missing": sorted(set(target) - set(given)),
        "unknown": sorted(set(given) - set(target)),
        "of another shape": [n for n in common if _form(target[n]) != _form(given[n])],
        "of another type": [
            f"{n} in {str(given[n].dtype).removeprefix('torch.')}"
            for n in common
            if not _takes(target[n], given[n])
        ],
    }
    if any(faults.values()):
        shown = (
            f"{len(names)} {fault} ({_some(names)})" for fault, names in faults.items() if names
        )
        raise InputError(f"{refusal}: {'; '.join(shown)}")
    with torch.no_grad():
        for name in common:
            target[name].copy_(given[name].reshape(target[name].shape))


def _form(tensor: Tensor) -> tuple[int, ...]:
    return tuple(length for length in tensor.shape if length != 1)


def _odd(tensor: Tensor) -> str | None:
    """What keeps a tensor from being an array of numbers, if anything."""
    # The layout comes last: some nested tensors have their own.
    kinds = {
        "nested": tensor.is_nested,
        "on the meta device, without numbers": tensor.is_meta,
        "quantised": tensor.is_quantized,
        "sparse": tensor.layout != torch.strided,
    }
    return next((kind for kind, applies in kinds.items() if applies), None)


def _takes(target: Tensor, given: Tensor) -> bool:
    """Whether numbers keep their meaning in the type of `target`."""
    if target.is_floating_point():
        return given.dtype in _REAL
    # Who saves a model in another precision may turn counters into floating point as well.
    known = given.dtype in _WHOLE + _REAL
    return known and torch.equal(given.to(target.dtype).to(given.dtype), given)


def _some(names: Sequence[str]) -> str:
    more = ["…"] if len(names) > _SHOWN else []
    return ", ".join([*names[:_SHOWN], *more])
