"""What a network costs: counted operations of one image, and parameters (Table III).

The paper's GFLOPS are 10^9 multiplications with their additions, and something for
BatchNorm and pooling, as the thop of its time counted them. Today's thop has other rules,
and PyTorch's own counter knows convolutions and matrix products alone. The three stand
here side by side. Nothing is computed: the network and the image are on torch's meta device.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from apnet import numeric_core
from apnet.config.attentions import ATTENTIONS
from apnet.config.names import parse_model_name
from apnet.config.readings import Reading, as_reading
from apnet.config.stages import check_buildable
from apnet.errors import InputError, one_of
from apnet.models.attention.part_linear import PartLinear
from apnet.models.build import build_model
from apnet.models.pooling import GlobalAverage
from apnet.runtime.environment import SCHEMA

PAPER_INPUT = (224, 224)
"""Section IV-C-6."""

SPATIAL_INPUT = (256, 128)
"""Of Section IV-B, for models whose parts do not divide the rows at 224 x 224."""

Count = Callable[[nn.Module, Tensor], float]


@dataclass(frozen=True)
class Complexity:
    """What a model costs.

    Attributes:
        gflops: the paper's unit, 10^9 counted operations of one image, in evaluation, so
            without the classifier.
        params: of the network without its classifiers.
        classifier_params: of the classifiers.
    """

    gflops: float
    params: int
    classifier_params: int


def usual_input(name: str, reading: str | Reading = "written") -> tuple[int, int]:
    """Height and width at which a model is counted: the paper's, unless it cannot be built so.

    Raises:
        InputError: unknown model or reading, or a model that can be built at neither size.
    """
    parsed, chosen = parse_model_name(name), as_reading(reading)
    try:
        check_buildable(parsed, chosen, PAPER_INPUT)
    except InputError:
        if not parsed.level or ATTENTIONS[parsed.attention].splits != "rows":
            raise
        check_buildable(parsed, chosen, SPATIAL_INPUT)
        return SPATIAL_INPUT
    return PAPER_INPUT


def complexity(
    name: str,
    reading: str | Reading = "written",
    input_size: tuple[int, int] | None = None,
    rules: str = "thop-0.0.31",
    num_classes: int = 751,
) -> Complexity:
    """Count the operations and parameters of a model.

    Args:
        input_size: height and width of the image; None is :func:`usual_input`.
        rules: one of :data:`RULES`.
        num_classes: training identities; they decide the classifiers' parameters alone.

    Raises:
        InputError: unknown model, reading or rules, or a model that cannot be built at
            this size.
    """
    if rules not in RULES:
        raise one_of("rules", rules, tuple(RULES))
    input_size = input_size or usual_input(name, reading)
    with torch.device("meta"):
        model = build_model(name, num_classes, reading, input_size).eval()
        image = torch.empty(1, 3, *input_size)
    params = sum(parameter.numel() for parameter in model.parameters())
    classifiers = sum(
        parameter.numel() for layer in model.classifiers() for parameter in layer.parameters()
    )
    with torch.no_grad():
        operations = RULES[rules](model, image)
    return Complexity(operations / 1e9, params - classifiers, classifiers)


def record(
    name: str, reading: Reading, input_size: tuple[int, int] | None = None
) -> dict[str, object]:
    """A model's cost by every set of rules, as a JSON value.

    Raises:
        InputError: as :func:`complexity`.
    """
    size = input_size or usual_input(name, reading)
    costs = {rules: complexity(name, reading, size, rules) for rules in RULES}
    any_rules = next(iter(costs.values()))
    return {
        "schema": SCHEMA,
        "model": name,
        "reading": reading.name,
        "switches": reading.switches(),
        "input": list(size),
        "gflops": {rules: cost.gflops for rules, cost in costs.items()},
        "params": any_rules.params,
        "classifier_params": any_rules.classifier_params,
        "code_fingerprint": numeric_core.complexity(name),
        "versions": {package: version(package) for package in ("thop", "torch")},
    }


def _thop(model: nn.Module, image: Tensor, rules: Mapping[type, Callable]) -> float:
    """The installed thop, with `rules` for some modules instead of its own."""
    with warnings.catch_warnings():
        # It compares versions by a class that is deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        import thop
    return thop.profile(model, (image,), custom_ops=rules, verbose=False)[0]


def _torch(model: nn.Module, image: Tensor) -> float:
    """PyTorch's counter, halved: it counts a multiplication and its addition as two."""
    with FlopCounterMode(display=False) as counter:
        model(image)
    return counter.get_total_flops() / 2


def _convolution(layer: nn.Conv2d, _inputs: tuple[Tensor], output: Tensor) -> None:
    per_output = layer.weight[0].numel() + (layer.bias is not None)
    layer.total_ops += output.numel() * per_output


def _batchnorm(layer: nn.Module, inputs: tuple[Tensor], _output: Tensor) -> None:
    layer.total_ops += 2 * inputs[0].numel()


def _linear(layer: nn.Linear, _inputs: tuple[Tensor], output: Tensor) -> None:
    layer.total_ops += output.numel() * layer.in_features


def _pool(layer: GlobalAverage, inputs: tuple[Tensor], output: Tensor) -> None:
    window = inputs[0][0, 0].numel() // output[0, 0].numel()
    layer.total_ops += output.numel() * (window + 1)


def _average(layer: nn.AvgPool2d, _inputs: tuple[Tensor], output: Tensor) -> None:
    side = layer.kernel_size if isinstance(layer.kernel_size, tuple) else (layer.kernel_size,) * 2
    layer.total_ops += output.numel() * (side[0] * side[1] + 1)


def _nothing(_layer: nn.Module, _inputs: tuple[Tensor], _output: Tensor) -> None:
    """Activations and maxima were not counted."""


def _part_linear(layer: PartLinear, _inputs: tuple[Tensor], output: Tensor) -> None:
    """A linear layer of each part, or a 1x1 convolution."""
    layer.total_ops += output.numel() * layer.weight.shape[2]


_OURS = {GlobalAverage: _pool, PartLinear: _part_linear}
"""No version of thop knows these."""

_RULES_OF_2020 = {
    nn.Conv2d: _convolution,
    nn.BatchNorm1d: _batchnorm,
    nn.BatchNorm2d: _batchnorm,
    nn.Linear: _linear,
    nn.AvgPool2d: _average,
    nn.ReLU: _nothing,
    nn.MaxPool2d: _nothing,
}

RULES: Mapping[str, Count] = {
    # That version no longer imports; its rules give the paper's numbers.
    "thop-0.0.31": partial(_thop, rules=_RULES_OF_2020 | _OURS),
    "thop": partial(_thop, rules=_OURS),
    "torch": _torch,
}
"""By name, the paper's first."""
