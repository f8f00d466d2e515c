"""The release's sub-attention at levels >= 2."""

import torch
from torch import Tensor, nn

from apnet.models.pooling import average


class SplitAttention(nn.Module):
    """One bottleneck that all parts share: the release's sub-attention at levels >= 2.

    The parts are summed and pooled; two layers, with a BatchNorm between them, give each
    part its own weights. Not in the paper.

    Args:
        channels: C, a multiple of `parts`.
        parts: the release's radix.
    """

    means_suffice = True
    """For :mod:`apnet.models.shared_means`."""

    def __init__(self, channels: int, parts: int) -> None:
        super().__init__()
        self.parts = parts
        hidden = max(channels * parts // 4, 32)
        self.fc1 = nn.Linear(channels // parts, hidden)
        self.bn1 = nn.BatchNorm1d(hidden)
        self.fc2 = nn.Linear(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map of `x` (N x C x H x W) before the normaliser, N x C x 1 x 1."""
        pooled = average(x).flatten(1).unflatten(1, (self.parts, -1)).sum(dim=1)
        hidden = torch.relu(self.bn1(self.fc1(pooled)))
        return self.fc2(hidden)[:, :, None, None]
