"""The method's networks: attention, pyramid, backbones, and the whole model by name."""

from collections.abc import Mapping

from torch import Tensor, nn

from apnet.config.names import ModelName, parse_model_name
from apnet.config.readings import Reading, as_reading
from apnet.config.stages import check_buildable
from apnet.models.backbones.torchvision_backbones import load_backbone
from apnet.models.baselines.pyramid_reid import PyramidReID
from apnet.models.importers.released import load_released
from apnet.models.pyramid import AttentionPyramid
from apnet.models.reid import ReID


def build_model(
    name: str | ModelName,
    num_classes: int,
    reading: str | Reading = "written",
    input_size: tuple[int, int] = (384, 192),
    batchnorm_momentum: float = 0.1,
) -> ReID | PyramidReID:
    """A network by its name, its parameters drawn from torch's random state.

    Args:
        name: as :mod:`apnet.config.names` spells it.
        num_classes: training identities.
        reading: a name, or one with switches set otherwise.
        input_size: height and width of the images it will see.
        batchnorm_momentum: of every BatchNorm.

    Raises:
        InputError: unknown name, or a model that cannot be built at this size.
    """
    parsed = parse_model_name(name) if isinstance(name, str) else name
    chosen = as_reading(reading)
    check_buildable(parsed, chosen, input_size)
    if parsed.peer:
        model = PyramidReID(parsed.backbone, num_classes)
    else:
        model = ReID(parsed, num_classes, chosen, input_size)
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.momentum = batchnorm_momentum
    return model


def load_imagenet(model: ReID | PyramidReID, state: Mapping[str, Tensor]) -> None:
    """Fill a model's backbone with ImageNet weights under torchvision's names.

    Raises:
        InputError: weights of another architecture.
    """
    load_backbone(model.backbone, state)
    if model.local is not None:
        # The local branch starts as a copy of the last stage, as it was made.
        model.local[0].load_state_dict(model.backbone.net.layer4.state_dict())


__all__ = [
    "AttentionPyramid",
    "ReID",
    "build_model",
    "load_imagenet",
    "load_released",
]
