"""A network by its name, and its ImageNet weights."""

from collections.abc import Mapping

from torch import Tensor, nn

from apnet.config.methods import methods
from apnet.config.names import ModelName, parse_model_name
from apnet.config.readings import Reading, as_reading
from apnet.config.settings import Settings
from apnet.config.stages import check_buildable
from apnet.lazy import load
from apnet.models.method import Method
from apnet.models.reid import ReID
from apnet.models.staged import Backbone, load_backbone


def build_model(
    name: str | ModelName,
    num_classes: int,
    reading: str | Reading = "written",
    input_size: tuple[int, int] = (384, 192),
    batchnorm_momentum: float = 0.1,
    backbone_size: str = "full",
) -> Method:
    """A network by its name, its parameters drawn from torch's random state.

    Args:
        name: as :mod:`apnet.config.names` spells it.
        num_classes: training identities.
        reading: a name, or a reading.
        input_size: height and width of the images it will see.
        batchnorm_momentum: of every BatchNorm.
        backbone_size: `full`, or `thin` for the small network with the same stages.

    Raises:
        InputError: unknown name, or a model that cannot be built at this size.
    """
    parsed = parse_model_name(name) if isinstance(name, str) else name
    chosen = as_reading(reading)
    check_buildable(parsed, chosen, input_size)
    if parsed.baseline:
        backbone = Backbone(parsed.backbone, backbone_size)
        model = load(methods()[parsed.text].path)(backbone, num_classes)
    else:
        model = ReID(parsed, num_classes, chosen, input_size, backbone_size)
    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.momentum = batchnorm_momentum
    return model


def build_for(settings: Settings, num_classes: int) -> Method:
    """The network of a training, as :func:`build_model` makes it.

    Args:
        num_classes: training identities.
    """
    recipe = settings.recipe
    return build_model(
        settings.model,
        num_classes,
        settings.reading,
        (recipe.height, recipe.width),
        recipe.batchnorm_momentum,
        recipe.backbone_size,
    )


def load_imagenet(model: Method, state: Mapping[str, Tensor]) -> None:
    """Fill a model's backbone with ImageNet weights.

    Raises:
        InputError: weights of another architecture.
    """
    if hasattr(model, "load_imagenet"):
        model.load_imagenet(state)
    else:
        load_backbone(model.backbone, state)
