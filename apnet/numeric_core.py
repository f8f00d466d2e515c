"""Which modules make the numbers of each kind of job, and so belong to its fingerprint.

What every job of a kind shares is reached by following imports from a few modules. A model's and
a dataset's modules are named here, so another backbone, method or dataset changes
nothing for a job that does without it. An unknown model is an InputError.
"""

from pathlib import Path

from apnet import fingerprint
from apnet.config.attentions import ATTENTIONS
from apnet.config.backbones import backbone_module, backbones
from apnet.config.methods import methods
from apnet.config.names import parse_model_name
from apnet.lazy import module_of

_NETWORK = ("apnet.models.build",)
_IMAGES = ("apnet.data.load", "apnet.data.pipeline.opening", "apnet.data.pipeline.loading")
_TRAINING = (*_NETWORK, *_IMAGES, "apnet.training.setup", "apnet.training.loop")
_EVALUATION = (*_NETWORK, *_IMAGES, "apnet.evaluation.measure")
_ATTENTION_MAPS = (*_NETWORK, *_IMAGES, "apnet.evaluation.attention_maps")
_COMPLEXITY = (*_NETWORK, "apnet.models.cost")
_SWITCH_EFFECTS = (*_COMPLEXITY, "apnet.training.switch_effects")
_CHECK = ("apnet.data.load", "apnet.data.images")
_SYNTHESIS = ("apnet.data.synthetic.generate",)

_DRAWING = ("apnet.data.styles", "apnet.data.synthesis")
"""How a dataset is drawn; what was drawn is in the data's fingerprint."""


def training(model: str, dataset: str) -> str:
    """Fingerprint of what decides the weights of a run, beside its settings and its data."""
    return _of(_TRAINING, model, dataset)


def evaluation(model: str, test_set: str) -> str:
    """Fingerprint of what decides the numbers of an evaluation, beside the weights and the data."""
    return _of(_EVALUATION, model, test_set)


def training_files(model: str, dataset: str) -> list[Path]:
    """The files that :func:`training` takes the fingerprint of."""
    return fingerprint.files(*_modules(_TRAINING, model, dataset), without=_DRAWING)


def evaluation_files(model: str, test_set: str) -> list[Path]:
    """The files that :func:`evaluation` takes the fingerprint of."""
    return fingerprint.files(*_modules(_EVALUATION, model, test_set), without=_DRAWING)


def attention_maps(model: str, dataset: str) -> str:
    """As :func:`evaluation`, of attention maps."""
    return _of(_ATTENTION_MAPS, model, dataset)


def complexity(model: str) -> str:
    """Fingerprint of what decides a model's counted cost."""
    return _of(_COMPLEXITY, model)


def switch_effects(model: str) -> str:
    """Fingerprint of what decides how the switches of the readings change a model."""
    return _of(_SWITCH_EFFECTS, model)


def check(dataset: str) -> str:
    """Fingerprint of what decides the counts of a dataset."""
    return _of(_CHECK, dataset=dataset)


def synthesis(dataset: str) -> str:
    """Fingerprint of what decides the images of a drawn dataset."""
    return fingerprint.of(*_SYNTHESIS, dataset_module(dataset))


def model_modules(model: str) -> tuple[str, ...]:
    """The modules of this model's backbone, SE blocks, attention and method."""
    name = parse_model_name(model)
    backbone = backbones()[name.backbone]
    modules = [backbone_module(name.backbone)]
    if name.attention == "se":
        modules.append(module_of(backbone.se))
    elif name.level:
        modules.append(module_of(ATTENTIONS[name.attention].module))
    if name.baseline:
        modules.append(methods()[model].module)
    return tuple(modules)


def dataset_module(name: str) -> str:
    """The module that reads this dataset: its file, or the reader of custom datasets."""
    module = f"apnet.data.datasets.{name.replace('-', '_')}"
    return module if fingerprint.is_module(module) else "apnet.data.custom"


def _of(shared: tuple[str, ...], model: str | None = None, dataset: str | None = None) -> str:
    facts = _attention(model) if model else ()
    modules = _modules(shared, model, dataset)
    return fingerprint.of(*modules, without=_DRAWING, facts=facts)


def _modules(shared: tuple[str, ...], model: str | None, dataset: str | None) -> tuple[str, ...]:
    models = model_modules(model) if model else ()
    datasets = (dataset_module(dataset),) if dataset else ()
    return *shared, *models, *datasets


def _attention(model: str) -> tuple[str, ...]:
    """What the registry's line decides: what is split, and whose form it has as released."""
    attention = ATTENTIONS.get(parse_model_name(model).attention)
    return (f"{attention.splits} {attention.no_release is None}",) if attention else ()
