"""Weights that the authors' code of RGA ([5]) saved, into our pyramid of one spatial level."""

import re
from collections.abc import Iterator, Mapping

from torch import Tensor

from apnet.config.readings import STAGES
from apnet.errors import InputError
from apnet.models.importers.checkpoints import plain_state
from apnet.models.reid import ReID
from apnet.models.weights import fill

MODEL = "resnet50-apnet-s1"
"""RGA-S: relation-aware spatial attention of the whole map after each stage."""

_ATTENTION = re.compile(r"pyramids\.(stage\d)\.levels\.0\.attention\.(\w+(?:\.\d)?)\.(\w+)\.(\w+)")
_EMBEDDINGS = ("theta", "phi", "gx")
"""Three convolutions of theirs that are one of ours, in its order."""

_HEAD = {"neck": "feat_bn", "classifier": "cls"}
_SEQUENCES = {"relate": ("gg", 0), "weigh.0": ("W", 0), "weigh.1": ("W", 3)}
"""Part of ours -> their sequence, and where in it the convolution stands."""


def load_rga(model: ReID, state_dict: Mapping[str, Tensor]) -> None:
    """Fill `resnet50-apnet-s1` from a checkpoint of RGA's branch `rgas`.

    Args:
        state_dict: name -> tensor, which may carry a wrapper's `module.` or `_orig_mod.`.

    Raises:
        InputError: another model; a tensor is missing, unknown, of another shape or
            type, and is named. Their branches with channel attention have tensors that are unknown.
    """
    if not isinstance(model, ReID):
        raise InputError(f"a network of another method cannot take weights of RGA: build {MODEL}")
    if model.name.text != MODEL or tuple(model.pyramids) != STAGES:
        raise InputError(f"model {model.name.text} cannot take weights of RGA: build {MODEL}")
    parts = {
        their: part
        for name, tensor in model.state_dict().items()
        for their, part in _parted(name, tensor)
    }
    refusal = f"these are not weights of RGA for model {MODEL}"
    fill(parts, plain_state(state_dict, refusal), refusal)


def _parted(name: str, tensor: Tensor) -> Iterator[tuple[str, Tensor]]:
    """RGA's names of one of our tensors, each with a view of its part of it."""
    names = _theirs(name)
    if len(names) == 1 or tensor.ndim == 0:
        # A count of batches is one number of ours, and equal in all of theirs.
        parts = (tensor,) * len(names)
    else:
        # The outputs are the last axis but one, or the only one.
        parts = tensor.chunk(len(names), dim=max(0, tensor.ndim - 2))
    return zip(names, parts, strict=True)


def _theirs(name: str) -> list[str]:
    """RGA's names of what one of our tensors holds."""
    if name.startswith("backbone.net."):
        return [name.replace("backbone.net.", "backbone.", 1)]
    if name.startswith("heads.0."):
        layer, rest = name.removeprefix("heads.0.").split(".")
        return [f"{_HEAD[layer]}.{rest}"]
    stage, part, layer, rest = _ATTENTION.fullmatch(name).groups()
    block = f"backbone.rga_att{STAGES.index(stage) + 1}"
    if part == "embed":
        return [f"{block}.{kind}_spatial.{int(layer == 'norm')}.{rest}" for kind in _EMBEDDINGS]
    kind, first = _SEQUENCES[part]
    return [f"{block}.{kind}_spatial.{first + int(layer == 'norm')}.{rest}"]
