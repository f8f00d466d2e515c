"""Convolutions of ResNet-50 with what stands before and after them, as PyTorch and cuDNN do it."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import torch
from stepping import lengths
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class Convolution:
    """One of ResNet-50's, without stride.

    Attributes:
        kernel: side of the kernel.
        part: the images' side over that of the map.
    """

    inputs: int
    outputs: int
    kernel: int
    part: int

    def __str__(self) -> str:
        return f"{self.kernel}x{self.kernel} {self.inputs}-{self.outputs} 1/{self.part}"

    @property
    def padding(self) -> int:
        """That keeps the map's size."""
        return self.kernel // 2


CONVOLUTIONS = (
    Convolution(64, 64, 3, 4),
    Convolution(64, 256, 1, 4),
    Convolution(256, 64, 1, 4),
    Convolution(128, 128, 3, 8),
    Convolution(512, 128, 1, 8),
    Convolution(512, 512, 3, 16),
    Convolution(512, 2_048, 1, 16),
)
Data = dict[str, Tensor]
Sizes = dict[str, tuple[int, int, int, int]]
Row = dict[str, object]
Sums = Callable[..., Data]


def statistics(shape: Convolution, data: Data, reduce: Sums) -> Data:
    """A map's convolution, and its sums for BatchNorm."""
    y = functional.conv2d(data["x"], data["w"], padding=shape.padding)
    return {"y": y} | reduce(y)


def normalised_statistics(shape: Convolution, data: Data, reduce: Sums) -> Data:
    """The same of a map that BatchNorm and ReLU go over first."""
    return statistics(shape, data | {"x": normalised(data)}, reduce)


def input_gradient(shape: Convolution, data: Data, reduce: Sums) -> Data:
    """The gradient before that ReLU, and its sums for BatchNorm's gradient."""
    size, padding = data["x"].shape, shape.padding
    gradient = torch.nn.grad.conv2d_input(size, data["w"], data["dy"], padding=padding)
    gradient = torch.ops.aten.threshold_backward(gradient, data["a"], 0)
    return {"dz": gradient} | reduce(gradient, data["x"])


def weight_gradient(shape: Convolution, data: Data, reduce: Sums) -> Data:
    """The gradient of the weights, of a map that BatchNorm and ReLU go over first."""
    size, padding = data["w"].shape, shape.padding
    return {"dw": torch.nn.grad.conv2d_weight(data["a"], size, data["dy"], padding=padding)}


FUSIONS = (statistics, normalised_statistics, input_gradient, weight_gradient)


def normalised(data: Data) -> Tensor:
    """`a`, the ReLU of BatchNorm with known statistics, which PyTorch keeps for the gradients."""
    x = data["x"]
    return torch.addcmul(data["bias"].to(x), x, data["scale"].to(x)).relu_()


def sums(x: Tensor, y: Tensor | None = None) -> Data:
    """Of x, and of x * y or x * x, over all but the channels, in float32."""
    x, y = x.float(), (x if y is None else y).float()
    products = {"sum": x, "dot": x * y}
    return {name: made.sum((0, 2, 3), keepdim=True) for name, made in products.items()}


def graph(fusion: Callable, shape: Convolution, given: Sizes, **where: Any) -> Any:
    """The same as a graph of cuDNN; `where` as in :class:`cudnn_graphs.Graph`."""
    if fusion is weight_gradient:
        # The only kernels there are read such vectors.
        where["vectors"] = where["type"]
    made = cudnn().Graph(**where)

    def read(name: str) -> Any:
        return made.given(name, *given[name])

    how = {"padding": [shape.padding] * 2, "stride": [1, 1], "dilation": [1, 1]}
    x = read("x")
    if fusion in (statistics, normalised_statistics):
        before = x if fusion is statistics else made.normalised(x, shape.inputs)
        y = made.ops.conv_fprop(before, read("w"), **how)
        made.made("y", y, *given["dy"])
        made.sums(y, y, shape.outputs)
    elif fusion is input_gradient:
        before = made.ops.conv_dgrad(loss=read("dy"), filter=read("w"), **how)
        before.set_dim(given["x"])
        gradient = made.ops.relu_backward(loss=before, input=made.affine(x, shape.inputs))
        made.made("dz", gradient, *given["x"])
        made.sums(gradient, x, shape.inputs)
    else:
        before = made.normalised(x, shape.inputs)
        weights = made.ops.conv_wgrad(image=before, loss=read("dy"), **how)
        made.made("dw", weights, *given["w"])
    return made


def cudnn() -> ModuleType:
    """The module that needs cuDNN's Python package."""
    try:
        import cudnn_graphs as found
    except ImportError as error:
        sys.exit(f"{error}: cuDNN's graphs need pip install nvidia-cudnn-frontend")
    return found


def sizes(shape: Convolution, size: str, batch: int) -> Sizes:
    """Of what a fusion reads: maps x and dy, weights, and vectors of BatchNorm."""
    height, width = (max(1, length // shape.part) for length in lengths(size))
    return {
        "x": (batch, shape.inputs, height, width),
        "w": (shape.outputs, shape.inputs, shape.kernel, shape.kernel),
        "dy": (batch, shape.outputs, height, width),
        "scale": (1, shape.inputs, 1, 1),
        "bias": (1, shape.inputs, 1, 1),
    }


def problem(given: Sizes, device: torch.device) -> Data:
    """Numbers of these sizes, in float32."""
    draw = torch.Generator().manual_seed(0)
    made = {name: torch.randn(size, generator=draw) for name, size in given.items()}
    made["w"] /= made["w"][0].numel() ** 0.5
    made["scale"] = 1 + made["scale"] / 10
    return {name: tensor.to(device) for name, tensor in made.items()}
