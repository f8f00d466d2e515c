"""Channel attention of each part: squeeze and excitation."""

from typing import Self

import torch
from torch import Tensor, nn

from apnet.config.readings import Reading
from apnet.models.attention.part_linear import PartLinear
from apnet.models.pooling import GlobalAverage


class SqueezeExcitation(nn.Module):
    """Channel attention of each of `parts` equal groups of channels (Eqs. 2 and 5).

    Args:
        channels: C, a multiple of `parts`.
        hidden: width of the layer in between, per part.
        parts: n of Eq. 2.
    """

    means_suffice = True
    """For :mod:`apnet.models.shared_means`."""

    def __init__(self, channels: int, hidden: int, parts: int = 1) -> None:
        super().__init__()
        self.parts = parts
        self.pool = GlobalAverage()
        self.squeeze = PartLinear(channels // parts, hidden, parts)
        self.excite = PartLinear(hidden, channels // parts, parts)

    @classmethod
    def of_level(
        cls, channels: int, _size: tuple[int, int] | None, parts: int, reading: Reading
    ) -> Self:
        """One block for each part; :class:`apnet.models.attention.LevelAttention`."""
        return cls(channels, reading.se_hidden, parts)

    def forward(self, x: Tensor) -> Tensor:
        """Map of `x` (N x C x H x W) before the normaliser, N x C x 1 x 1."""
        pooled = self.pool(x).flatten(1).unflatten(1, (self.parts, -1)).transpose(0, 1)
        merged = self.excite(torch.relu(self.squeeze(pooled))).transpose(0, 1)
        return merged.flatten(1)[:, :, None, None]
