"""How a step is computed: what changes its speed and the last bits of its results, no more."""

from dataclasses import dataclass

import torch
from torch import Tensor

from apnet.config.recipes import Recipe
from apnet.errors import InputError


@dataclass(frozen=True)
class Switches:
    """A recipe's switches, decided for a device; precision is decided in apnet.runtime.devices.

    Attributes:
        channels_last: channels lie beside each other in memory.
        fused: the optimiser is one kernel for all tensors.
        compile: the network goes through `torch.compile`.
    """

    channels_last: bool
    fused: bool
    compile: bool


def decide(recipe: Recipe, device: torch.device) -> Switches:
    """The switches of `recipe` on `device`, with `auto` decided.

    Raises:
        InputError: the recipe compiles, and compilation does not work here.
    """
    switches = Switches(
        # On a CPU it gains nothing or little (docs/speed.md).
        channels_last=_value(recipe.channels_last, device.type == "cuda"),
        fused=_value(recipe.fused, True),
        compile=_value(recipe.compile, False),
    )
    if switches.compile:
        _check_compiler(device)
    return switches


def _value(setting: bool | str, auto: bool) -> bool:
    return auto if setting == "auto" else bool(setting)


def _check_compiler(device: torch.device) -> None:
    """Compile something small, so that a missing compiler is reported before the data is read."""
    try:
        torch.compile(_small)(torch.ones(8, device=device))
    # Without a compiler torch raises one of many errors of its own, another in each version.
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise InputError(
            f"compile=true needs a compiler that torch.compile can use on {device.type} "
            f"({reason}): install g++ and Python's headers, or leave compile at auto"
        ) from error


def _small(x: Tensor) -> Tensor:
    return x.sin() + 1
