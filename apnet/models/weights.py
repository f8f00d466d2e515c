"""Weights from elsewhere: taken whole, or refused with the names that do not fit."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from apnet.errors import InputError

_SHOWN = 5


def fill(own: Mapping[str, Tensor], given: Mapping[str, Tensor], refusal: str) -> None:
    """Copy `given` into the tensors of `own`, each under its name.

    Shapes are compared without their ones: a 1x1 convolution fits a linear layer.

    Args:
        refusal: begins the message.

    Raises:
        InputError: names that are missing, unknown, or of another shape; nothing is copied.
    """
    common = sorted(set(own) & set(given))
    faults = {
        "missing": sorted(set(own) - set(given)),
        "unknown": sorted(set(given) - set(own)),
        "of another shape": [n for n in common if _form(own[n]) != _form(given[n])],
    }
    if any(faults.values()):
        shown = (
            f"{len(names)} {fault} ({_some(names)})" for fault, names in faults.items() if names
        )
        raise InputError(f"{refusal}: {'; '.join(shown)}")
    with torch.no_grad():
        for name in common:
            own[name].copy_(given[name].reshape(own[name].shape))


def _form(tensor: Tensor) -> tuple[int, ...]:
    return tuple(length for length in tensor.shape if length > 1)


def _some(names: Sequence[str]) -> str:
    more = ["…"] if len(names) > _SHOWN else []
    return ", ".join([*names[:_SHOWN], *more])
