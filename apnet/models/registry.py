"""Which files make a model beside those that make them all. Loads no torch."""

from apnet.config.attentions import ATTENTIONS
from apnet.config.backbones import backbones
from apnet.config.methods import methods
from apnet.config.names import parse_model_name
from apnet.lazy import module_of


def own_files(model: str) -> tuple[str, ...]:
    """The modules that this model takes and others do without.

    Its backbone's, SE's inside the blocks, its attention's, its method's; what these import
    is theirs as well.

    Raises:
        InputError: unknown model.
    """
    name = parse_model_name(model)
    backbone = backbones()[name.backbone]
    modules = [backbone.build.__module__]
    if name.attention == "se":
        modules.append(module_of(backbone.se))
    elif name.level:
        modules.append(module_of(ATTENTIONS[name.attention].module))
    if name.baseline:
        modules.append(methods()[model].module)
    return tuple(modules)
