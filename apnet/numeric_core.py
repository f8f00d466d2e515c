"""Which modules make the numbers of each kind of job, and so belong to its fingerprint.

What every job of a kind shares is found by following imports from a few modules. The own
files of a model and of a dataset are asked of their registries, so another backbone, method
or dataset changes nothing for a job that does without it.
"""

from apnet import fingerprint
from apnet.data.registry import own_files as files_of_dataset
from apnet.models.registry import own_files as files_of_model

_NETWORK = ("apnet.models.build",)
_IMAGES = ("apnet.data.load", "apnet.data.pipeline.opening", "apnet.data.pipeline.loading")
_TRAINING = (*_NETWORK, *_IMAGES, "apnet.training.setup")
_EVALUATION = (*_NETWORK, *_IMAGES, "apnet.evaluation.measure")
_ATTENTION_MAPS = (*_NETWORK, *_IMAGES, "apnet.evaluation.attention_maps")
_COMPLEXITY = (*_NETWORK, "apnet.models.cost")
_CHECK = ("apnet.data.check",)
_SYNTHESIS = ("apnet.data.synthetic.generate",)

_DRAWING = ("apnet.data.styles", "apnet.data.synthesis")
"""What a dataset's file says of how it is drawn; what was drawn is in the data's fingerprint."""


def training(model: str, dataset: str) -> str:
    """Fingerprint of what decides the weights of a run, beside its settings and its data.

    Raises:
        InputError: unknown model.
    """
    return _of(_TRAINING, model, dataset)


def evaluation(model: str, test_set: str) -> str:
    """Fingerprint of what decides the numbers of an evaluation, beside the weights and the data.

    Raises:
        InputError: unknown model.
    """
    return _of(_EVALUATION, model, test_set)


def attention_maps(model: str, dataset: str) -> str:
    """As :func:`evaluation`, of attention maps."""
    return _of(_ATTENTION_MAPS, model, dataset)


def complexity(model: str) -> str:
    """Fingerprint of what decides a model's counted cost.

    Raises:
        InputError: unknown model.
    """
    return _of(_COMPLEXITY, model)


def check(dataset: str) -> str:
    """Fingerprint of what decides the counts of a dataset."""
    return _of(_CHECK, dataset=dataset)


def synthesis(dataset: str) -> str:
    """Fingerprint of what decides the images of a drawn dataset."""
    return fingerprint.of(*_SYNTHESIS, *files_of_dataset(dataset))


def _of(shared: tuple[str, ...], model: str | None = None, dataset: str | None = None) -> str:
    models = files_of_model(model) if model else ()
    datasets = files_of_dataset(dataset) if dataset else ()
    return fingerprint.of(*shared, *models, *datasets, without=_DRAWING)
