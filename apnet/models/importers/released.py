"""Weights that the authors' released code saved, into models of the reading `released`."""

import re
from collections.abc import Mapping

import torch
from torch import Tensor

from apnet.config.readings import RELEASED
from apnet.config.stages import STEM_AND_STAGES
from apnet.errors import InputError
from apnet.models.importers.checkpoints import plain_state
from apnet.models.reid import ReID
from apnet.models.weights import check_dense, fill

_MODELS = ("resnet50", "resnet50-apnet-c1", "resnet50-apnet-c2")
_SWITCHES = (
    "level_order",
    "sub_attention",
    "normaliser",
    "se_hidden",
    "level_batchnorm",
    "stages",
    "stem_relu",
)
_SE_LAYERS = {"squeeze.weight": "fc.0", "excite.weight": "fc.2"}
_FIRST_NAMES = {
    "base_1.0.": "base.conv1.",
    "base_1.1.": "base.bn1.",
    **{f"base_{stage + 1}.0.": f"base.layer{stage}." for stage in range(1, 5)},
}
"""Second names of the backbone's tensors -> first ones: the release's five `nn.Sequential`."""

_SECOND_NAME = re.compile(r"base_\d\.\d\.")


def load_released(model: ReID, state_dict: Mapping[str, Tensor]) -> None:
    """Fill a ResNet-50 model of the reading `released` from a checkpoint of the release.

    The names may carry a wrapper's `module.` or `_orig_mod.`; the release also saves every backbone
    tensor a second time under `base_1` to `base_5`, and those have to be equal to the first.

    Args:
        model: `resnet50`, `resnet50-apnet-c1` or `-c2`; level 3 of the release cannot run.
        state_dict: name -> tensor.

    Raises:
        InputError: another method, model or reading; a tensor is missing, unknown, of another
            shape or type, or not that of its other name, and is named.
    """
    if not isinstance(model, ReID):
        raise InputError(
            f"a network of another method cannot take weights of the release: build one of "
            f"{', '.join(_MODELS)}"
        )
    parted = [s for s in _SWITCHES if getattr(model.reading, s) != getattr(RELEASED, s)]
    if model.name.text not in _MODELS or parted:
        raise InputError(
            f"model {model.name.text} of reading {model.reading.name} cannot take weights of the "
            f"release: build one of {', '.join(_MODELS)} with reading released"
        )
    refusal = f"these are not weights of the release for model {model.name.text}"
    plain = plain_state(state_dict, refusal)
    check_dense(plain, refusal)
    fill(
        {_released_name(name): tensor for name, tensor in model.state_dict().items()},
        _without_second_names(plain, refusal),
        refusal,
    )


def _without_second_names(given: Mapping[str, Tensor], refusal: str) -> dict[str, Tensor]:
    """All but second names of tensors that are there; one that repeats nothing stays, unknown."""
    kept = {}
    for name, tensor in given.items():
        first = _first_name(name)
        if first not in given:
            kept[name] = tensor
        elif not _same(tensor, given[first]):
            raise InputError(
                f"{refusal}: {name} differs from {first}, and in the release both are one tensor"
            )
    return kept


def _first_name(name: str) -> str | None:
    """The name that one of `base_1` to `base_5` repeats."""
    match = _SECOND_NAME.match(name)
    if match is None or match[0] not in _FIRST_NAMES:
        return None
    return _FIRST_NAMES[match[0]] + name.removeprefix(match[0])


def _same(one: Tensor, other: Tensor) -> bool:
    """Equal to the bit, also where numbers are not finite."""
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    first, second = (tensor.contiguous().flatten().view(torch.uint8) for tensor in (one, other))
    return torch.equal(first, second)


def _released_name(name: str) -> str:
    """The release's name of one of our tensors."""
    if name.startswith("backbone.net."):
        return name.replace("backbone.net.", "base.", 1)
    if name.startswith("heads.0."):
        return name.removeprefix("heads.0.").replace("neck.", "bottleneck.", 1)
    _, stage, _, level, part, rest = name.split(".", 5)
    number = STEM_AND_STAGES.index(stage) + 1
    if part == "batchnorm":
        return f"BN{number}.bottleneck2.{rest}"
    if level == "0":
        return f"att{number}.{_SE_LAYERS[rest]}.weight"
    return f"att_s{number}.{rest}"
