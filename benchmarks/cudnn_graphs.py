"""A convolution as one graph of cuDNN, with the BatchNorm and ReLU that stand beside it.

Needs nvidia-cudnn-frontend, and a GPU to run. Which graphs cuDNN has kernels for can be asked
without one, of any GPU whose properties are known (:data:`H100`); the driver's library is needed
then, too.
"""

import json
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any

import cudnn
import torch
from torch import Tensor

H100 = {
    "deviceName": "NVIDIA H100 80GB HBM3",
    "deviceVer": 900,
    "driverVer": 13_000,
    "cudaDeviceId": 0,
    "pciDeviceId": 0,
    "multiProcessorCount": 132,
    "smCountOrigin": 0,
    "warpSize": 32,
    "maxGridSize": [2**31 - 1, 65_535, 65_535],
    "maxBlockSize": [1_024, 1_024, 64],
    "maxThreadsPerBlock": 1_024,
    "maxThreadsPerSM": 2_048,
    "maxCtasPerSM": 32,
    "regsPerBlock": 65_536,
    "maxRegistersPerSM": 65_536,
    "maxSharedMemoryPerBlock": 49_152,
    "maxSharedMemoryPerBlockOptin": 232_448,
    "reservedSharedMemoryPerBlock": 1_024,
    "oversizedSharedMemoryPerBlock": 0,
    "isTccDriver": 0,
    "supportCoopLaunch": 1,
    "totalGlobalMem": 85_000_000_000,
    "smClockRateKHz": 1_980_000,
    "memClockRateKHz": 2_619_000,
    "memoryBusWidth": 5_120,
    "l2CacheSize": 52_428_800,
}
"""As cuDNN names them."""

_TYPES = {
    torch.bfloat16: cudnn.data_type.BFLOAT16,
    torch.float16: cudnn.data_type.HALF,
    torch.float32: cudnn.data_type.FLOAT,
}


@dataclass
class Graph:
    """One of cuDNN's graphs, its tensors by name.

    Attributes:
        type: of the maps and weights that it reads and writes.
        vectors: type of what there is of each channel.
        gpu: where it will run, in cuDNN's words; None for the GPU at hand.
    """

    type: torch.dtype
    vectors: torch.dtype = torch.float32
    gpu: dict[str, object] | None = None

    def __post_init__(self) -> None:
        self.tensors: dict[str, Any] = {}
        try:
            if self.gpu is None:
                where = {"handle": _handle()}
            else:
                where = {"device_property": cudnn.create_device_properties(json.dumps(self.gpu))}
        except RuntimeError as error:
            raise SystemExit(
                f"cuDNN does not work here ({error}): it needs nvidia-cudnn-cu13 or -cu12, as "
                "torch for CUDA brings it, and the libcuda.so.1 of NVIDIA's driver"
            ) from error
        self.ops = cudnn.pygraph(
            io_data_type=_TYPES[self.type],
            intermediate_data_type=cudnn.data_type.FLOAT,
            compute_data_type=cudnn.data_type.FLOAT,
            **where,
        )

    def given(self, name: str, *shape: int) -> Any:
        """An input: a map or weights, or a vector where all but the second length are 1."""
        kind = self.vectors if math.prod(shape) == shape[1] else self.type
        layout = {"dim": shape, "stride": _strides(shape), "data_type": _TYPES[kind]}
        self.tensors[name] = self.ops.tensor(name=name, **layout)
        return self.tensors[name]

    def made(self, name: str, tensor: Any, *shape: int, kind: torch.dtype | None = None) -> None:
        """An output, of the graph's own type unless another is given."""
        tensor.set_output(True).set_data_type(_TYPES[kind or self.type])
        tensor.set_dim(shape).set_stride(_strides(shape))
        self.tensors[name] = tensor

    def affine(self, x: Any, channels: int) -> Any:
        """BatchNorm with known statistics: `scale` * x + `bias`."""
        vectors = (self.given(name, 1, channels, 1, 1) for name in ("scale", "bias"))
        return self.ops.add(self.ops.mul(x, next(vectors)), next(vectors))

    def normalised(self, x: Any, channels: int) -> Any:
        """ReLU of BatchNorm, as what a convolution reads."""
        return self.ops.relu(self.affine(x, channels)).set_data_type(_TYPES[self.type])

    def sums(self, x: Any, y: Any, channels: int) -> None:
        """The sums of x and of x * y over all but the channels, `sum` and `dot`."""
        for name, term in (("sum", x), ("dot", self.ops.mul(x, y))):
            total = self.ops.reduction(term, mode=cudnn.reduction_mode.ADD)
            self.made(name, total, 1, channels, 1, 1, kind=torch.float32)

    @cached_property
    def plans(self) -> int:
        """How many kernels cuDNN proposes, best first by its guess; 0 where it has none."""
        self.ops.validate()
        self.ops.build_operation_graph()
        with suppress(cudnn.cudnnGraphNotSupportedError):
            self.ops.create_execution_plans([cudnn.heur_mode.A, cudnn.heur_mode.FALLBACK])
            return self.ops.get_execution_plan_count()
        return 0

    def runs(self, data: dict[str, Tensor], most: int) -> Iterator[Callable[[], None]]:
        """A call for each of the first `most` kernels that work.

        Args:
            data: inputs and outputs, by name; the outputs are filled.
        """
        pack = {tensor: data[name] for name, tensor in self.tensors.items()}
        found = 0
        for number in range(self.plans):
            with suppress(RuntimeError, cudnn.cudnnGraphNotSupportedError):
                self.ops.build_plan_at_index(number)
                size = self.ops.get_workspace_size_plan_at_index(number)
                space = torch.empty(max(1, size), dtype=torch.uint8, device="cuda")
                run = self.ops.execute_plan_at_index
                yield partial(run, pack, space, index=number, handle=_handle())
                found += 1
            if found == most:
                return


def _strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Of N x C x H x W with adjacent channels."""
    _, channels, height, width = shape
    return channels * height * width, 1, channels * width, channels


def _handle() -> int:
    """CuDNN's, on PyTorch's stream."""
    handle = _made_handle()
    cudnn.set_stream(handle=handle, stream=torch.cuda.current_stream().cuda_stream)
    return handle


@cache
def _made_handle() -> int:
    return cudnn.create_handle()
