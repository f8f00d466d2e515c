"""Where another trainer's checkpoint has its weights, and their names without wrappers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from apnet.errors import InputError
from apnet.models.weight_files import is_state_dict, state_dicts, what_instead
from apnet.models.weights import check_dense, load

_PLACES = ((), ("state_dict",), ("model",))
"""Where the weights are looked for, in this order: alone, or where common trainers put them."""

_WRAPPERS = re.compile(r"^(?:module\.|_orig_mod\.)+|(?<=\.)_orig_mod\.")
"""What DataParallel puts before a name, and torch.compile before those of what it compiled."""


@dataclass(frozen=True)
class Checkpoint:
    """The weights in a file.

    Attributes:
        state: name -> tensor, as in the file.
        key: under which they lay; empty: the file is a state dict alone.
        left: what holds tensors by name too and was not taken, such as `model_ema`.
    """

    state: Mapping[str, Tensor]
    key: str
    left: list[str]


def read_checkpoint(file: Path) -> Checkpoint:
    """The weights in a file, alone or beside other things in a checkpoint.

    Raises:
        InputError: unreadable, damaged, or no state dict where one is looked for; it says where
            there are others.
    """
    content = load(file)
    found = list(state_dicts(content))
    place = next((place for place in _PLACES if place in found), None)
    if place is None:
        raise InputError(f"{file} holds no plain state dict, but {what_instead(content)}")
    state = content[place[0]] if place else content
    check_dense(state, f"cannot take weights from {file}")
    left = [".".join(path) for path in found if path != place]
    return Checkpoint(state, ".".join(place), left)


def plain_state(state: Mapping[str, Tensor], refusal: str) -> dict[str, Tensor]:
    """A state dict under its names without DataParallel's `module.` and compile's `_orig_mod.`.

    Args:
        refusal: begins the message.

    Raises:
        InputError: what is no state dict; a name that two have without their wrappers.
    """
    if not is_state_dict(state):
        raise InputError(f"{refusal}: no plain state dict, but {what_instead(state)}")
    whole: dict[str, str] = {}
    for name in state:
        plain = _WRAPPERS.sub("", name)
        if plain in whole:
            raise InputError(
                f"{refusal}: {plain} is there twice, as {whole[plain]} and {name}: keep one of "
                f"the two"
            )
        whole[plain] = name
    return {plain: state[name] for plain, name in whole.items()}
