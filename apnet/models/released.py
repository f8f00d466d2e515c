"""Weights that the authors' released code saved, into models of the reading `released`."""

import re
from collections.abc import Mapping

from torch import Tensor

from apnet.errors import InputError
from apnet.models.reid import ReID
from apnet.models.weights import fill
from apnet.places import PLACES
from apnet.readings import RELEASED

_MODELS = ("resnet50", "resnet50-apnet-c1", "resnet50-apnet-c2")
_SWITCHES = (
    "level_order",
    "sub_attention",
    "normaliser",
    "se_hidden",
    "level_batchnorm",
    "places",
    "stem_relu",
)
_SE_LAYERS = {"squeeze.weight": "fc.0", "excite.weight": "fc.2"}
_SECOND_NAMES = re.compile(r"base_[1-5]\.")


def load_released(model: ReID, state_dict: Mapping[str, Tensor]) -> None:
    """Fill a ResNet-50 model of the reading `released` from a checkpoint of the release.

    The names may carry DataParallel's `module.`; the release also saves every backbone
    tensor a second time under `base_1` to `base_5`, and those are passed over.

    Args:
        model: `resnet50`, `resnet50-apnet-c1` or `-c2`; level 3 of the release cannot run.
        state_dict: name -> tensor.

    Raises:
        InputError: another model or reading; a tensor is missing, unknown or of another
            shape, and is named.
    """
    parted = [s for s in _SWITCHES if getattr(model.reading, s) != getattr(RELEASED, s)]
    if model.name.text not in _MODELS or parted:
        raise InputError(
            f"model {model.name.text} of reading {model.reading.name} cannot take weights of the "
            f"release: build one of {', '.join(_MODELS)} with reading released"
        )
    given = {name.removeprefix("module."): tensor for name, tensor in state_dict.items()}
    fill(
        {_released_name(name): tensor for name, tensor in model.state_dict().items()},
        {name: tensor for name, tensor in given.items() if not _SECOND_NAMES.match(name)},
        f"these are not weights of the release for model {model.name.text}",
    )


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
        return f"att{number}.{_SE_LAYERS[rest]}.weight"
    return f"att_s{number}.{rest}"
