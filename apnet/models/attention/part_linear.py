"""A linear layer of each part, of channels or of rows."""

import math

import torch
from torch import Tensor, nn


class PartLinear(nn.Module):
    """A linear layer without bias of each part its own, stored and computed together.

    However many parts a level has, it is then a handful of calls. Every part is drawn as
    a layer of its own would be.

    Args:
        inputs: width of what comes in, of each part.
        outputs: width of what goes out, of each part.
        parts: n.
    """

    def __init__(self, inputs: int, outputs: int, parts: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(parts, outputs, inputs))
        for weight in self.weight.data:
            nn.init.kaiming_uniform_(weight, a=math.sqrt(5))

    def forward(self, x: Tensor) -> Tensor:
        """`x`, n x B x inputs, to n x B x outputs."""
        return torch.bmm(x, self.weight.transpose(1, 2))
