"""Weights that the authors' released code saved, into models of the reading `released`."""

import re
from collections.abc import Mapping

import torch
from torch import Tensor

from apnet.errors import InputError
from apnet.models.reid import ReID
from apnet.places import PLACES

_SE = {"fc.0": "squeeze", "fc.2": "excite"}


def load_released(model: ReID, state_dict: Mapping[str, Tensor]) -> None:
    """Fill a ResNet-50 model of the reading `released` from a checkpoint of the release.

    The names may carry DataParallel's `module.`; the release also saves every backbone
    tensor a second time under `base_1` to `base_5`, and those are passed over.

    Args:
        model: `resnet50`, `resnet50-apnet-c1` or `-c2`; level 3 of the release cannot run.
        state_dict: name -> tensor.

    Raises:
        InputError: a tensor is missing, unknown or of another shape; they are listed.
    """
    given = {_plain(name): tensor for name, tensor in state_dict.items()}
    given = {name: t for name, t in given.items() if not re.match(r"base_\d\.", name)}
    own = model.state_dict()
    names = {name: _released_name(name) for name in own}
    missing = sorted(set(names.values()) - set(given))
    unknown = sorted(set(given) - set(names.values()))
    shapes = sorted(
        released
        for name, released in names.items()
        if released in given and own[name].numel() != given[released].numel()
    )
    if missing or unknown or shapes:
        raise InputError(
            f"not a checkpoint of the release for this model: missing {missing}, "
            f"unknown {unknown}, of another size {shapes}"
        )
    with torch.no_grad():
        for name, released in names.items():
            # The release's bottlenecks are 1x1 convolutions, ours linear layers.
            own[name].copy_(given[released].reshape(own[name].shape))


def _plain(name: str) -> str:
    return name.removeprefix("module.")


def _released_name(name: str) -> str:
    """The release's name of one of our tensors."""
    if name.startswith("backbone.net."):
        return name.replace("backbone.net.", "base.", 1)
    if name.startswith("heads.0."):
        return name.removeprefix("heads.0.").replace("neck.", "bottleneck.", 1)
    _, place, _, level, part, rest = name.split(".", 5)
    number = PLACES.index(place) + 1
    if part == "batchnorm":
        return f"BN{number}.bottleneck2.{rest}"
    if level == "0":
        layer = next(released for released, ours in _SE.items() if ours == rest)
        return f"att{number}.{layer}.weight"
    return f"att_s{number}.{rest}"
