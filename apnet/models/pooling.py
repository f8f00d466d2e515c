"""The mean of a map, with a gradient laid out in memory as the map is."""

import torch
from torch import Tensor, nn


class _Average(torch.autograd.Function):
    """PyTorch's own gradient is channels first whatever the map is, and every operator
    that then has both to read takes the slow way, through all levels of a pyramid.
    """

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, x: Tensor) -> Tensor:
        # Asked of the stride, since a band of rows of a map is contiguous in neither way.
        ctx.layout = torch.channels_last if x.stride(1) == 1 else torch.contiguous_format
        ctx.shape = x.shape
        return x.mean(dim=(2, 3), keepdim=True)

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, gradient: Tensor) -> Tensor:
        height, width = ctx.shape[2:]
        spread = (gradient / (height * width)).expand(ctx.shape)
        return spread.contiguous(memory_format=ctx.layout)


def average(x: Tensor) -> Tensor:
    """Mean of each channel of `x` (N x C x H x W), N x C x 1 x 1."""
    return _Average.apply(x)


class GlobalAverage(nn.Module):
    """:func:`average` as a module: counters of operations look for modules."""

    def forward(self, x: Tensor) -> Tensor:
        """Mean of each channel of `x` (N x C x H x W), N x C x 1 x 1."""
        return average(x)
