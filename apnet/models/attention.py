"""The attentions that a pyramid splits, merges and stacks (Section III-B).

Each gives its map before the normaliser, which the pyramid applies once to the merged
map: read together, Eqs. 3 and 5 would apply it twice.
"""

import math

import torch
from torch import Tensor, nn


class SqueezeExcitation(nn.Module):
    """Channel attention of each of `parts` equal groups of channels (Eqs. 2 and 5).

    Every part has two layers of its own, without biases, initialised as modules of their
    own would be; they are stored together, so that a level is a handful of calls however
    many parts it has.

    Args:
        channels: C, a multiple of `parts`.
        hidden: width of the layer in between, per part.
        parts: n of Eq. 2.
    """

    def __init__(self, channels: int, hidden: int, parts: int = 1) -> None:
        super().__init__()
        self.parts = parts
        width = channels // parts
        # A module, where a mean would do: counters of operations look for modules.
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.squeeze = nn.Parameter(torch.empty(parts, hidden, width))
        self.excite = nn.Parameter(torch.empty(parts, width, hidden))
        for weights in (self.squeeze, self.excite):
            for weight in weights.data:
                nn.init.kaiming_uniform_(weight, a=math.sqrt(5))

    def forward(self, x: Tensor) -> Tensor:
        """Map of `x` (N x C x H x W) before the normaliser, N x C x 1 x 1."""
        pooled = self.pool(x).flatten(1).unflatten(1, (self.parts, -1))
        hidden = torch.relu(torch.einsum("npc,phc->nph", pooled, self.squeeze))
        return torch.einsum("nph,pch->npc", hidden, self.excite).flatten(1)[:, :, None, None]


class SplitAttention(nn.Module):
    """One bottleneck that all parts share: the release's sub-attention at levels >= 2.

    The parts are summed and pooled; two layers, with a BatchNorm between them, give each
    part its own weights. Not in the paper.

    Args:
        channels: C, a multiple of `parts`.
        parts: the release's radix.
    """

    def __init__(self, channels: int, parts: int) -> None:
        super().__init__()
        self.parts = parts
        hidden = max(channels * parts // 4, 32)
        self.fc1 = nn.Linear(channels // parts, hidden)
        self.bn1 = nn.BatchNorm1d(hidden)
        self.fc2 = nn.Linear(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map of `x` (N x C x H x W) before the normaliser, N x C x 1 x 1."""
        pooled = x.mean(dim=(2, 3)).unflatten(1, (self.parts, -1)).sum(dim=1)
        hidden = torch.relu(self.bn1(self.fc1(pooled)))
        return self.fc2(hidden)[:, :, None, None]


class RelationAwareSpatial(nn.Module):
    """Relation-aware spatial attention, RGA-S (Eq. 4; reference [5]).

    Each position is described by its affinities with all positions, in both directions,
    and by the mean of its own embedding.

    Args:
        channels: C.
        height: rows of the map.
        width: columns of the map.

    Attributes:
        widened: whether an inner width of [5], an eighth of the one before, came to
            nothing and was taken as 1.
    """

    def __init__(self, channels: int, height: int, width: int) -> None:
        super().__init__()
        positions = height * width
        inner = (channels // 8, positions // 8, (1 + positions // 8) // 8)
        self.widened = min(inner) < 1
        embedding, relations, hidden = (max(1, size) for size in inner)
        self.theta = _embedding(channels, embedding)
        self.phi = _embedding(channels, embedding)
        self.own = _embedding(channels, embedding)
        self.relations = _embedding(2 * positions, relations)
        self.weigh = nn.Sequential(
            *_embedding(1 + relations, hidden),
            nn.Conv2d(hidden, 1, 1, bias=False),
            nn.BatchNorm2d(1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map of `x` (N x C x H x W) before the normaliser, N x 1 x H x W."""
        affinity = self.theta(x).flatten(2).transpose(1, 2) @ self.phi(x).flatten(2)
        # At position p: the affinities of p with all others, then of all others with p.
        both = torch.cat([affinity.transpose(1, 2), affinity], dim=1).unflatten(2, x.shape[2:])
        own = self.own(x).mean(dim=1, keepdim=True)
        return self.weigh(torch.cat([own, self.relations(both)], dim=1))


def _embedding(channels: int, width: int) -> nn.Sequential:
    convolution = nn.Conv2d(channels, width, 1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(width), nn.ReLU(inplace=True))
