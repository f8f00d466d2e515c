"""The attentions that a pyramid splits, merges and stacks (Section III-B).

Each gives its map before the normaliser, which the pyramid applies once to the merged
map: read together, Eqs. 3 and 5 would apply it twice.
"""

import math

import torch
from torch import Tensor, nn

from apnet.errors import InputError
from apnet.models.pooling import GlobalAverage, average


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


class SqueezeExcitation(nn.Module):
    """Channel attention of each of `parts` equal groups of channels (Eqs. 2 and 5).

    Args:
        channels: C, a multiple of `parts`.
        hidden: width of the layer in between, per part.
        parts: n of Eq. 2.
    """

    def __init__(self, channels: int, hidden: int, parts: int = 1) -> None:
        super().__init__()
        self.parts = parts
        self.pool = GlobalAverage()
        self.squeeze = PartLinear(channels // parts, hidden, parts)
        self.excite = PartLinear(hidden, channels // parts, parts)

    def forward(self, x: Tensor) -> Tensor:
        """Map of `x` (N x C x H x W) before the normaliser, N x C x 1 x 1."""
        pooled = self.pool(x).flatten(1).unflatten(1, (self.parts, -1)).transpose(0, 1)
        merged = self.excite(torch.relu(self.squeeze(pooled))).transpose(0, 1)
        return merged.flatten(1)[:, :, None, None]


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
        pooled = average(x).flatten(1).unflatten(1, (self.parts, -1)).sum(dim=1)
        hidden = torch.relu(self.bn1(self.fc1(pooled)))
        return self.fc2(hidden)[:, :, None, None]


class RelationAwareSpatial(nn.Module):
    """Relation-aware spatial attention, RGA-S, of each band of rows (Eqs. 2 and 4; [5]).

    Each position of a part is described by its affinities with all positions of the part,
    in both directions, and by the mean of its own embedding. Every part has weights and
    BatchNorm of its own.

    Args:
        channels: C.
        height: rows H of the whole map, a multiple of `parts`.
        width: columns W.
        parts: n of Eq. 2.

    Attributes:
        size: height and width.
        widened: whether an inner width of [5], an eighth of the one before, came to
            nothing and was taken as 1.
    """

    def __init__(self, channels: int, height: int, width: int, parts: int = 1) -> None:
        super().__init__()
        self.size = (height, width)
        self.parts = parts
        positions = height // parts * width
        inner = (channels // 8, positions // 8, (1 + positions // 8) // 8)
        self.widened = min(inner) < 1
        embedding, relations, hidden = (max(1, size) for size in inner)
        self.embed = PartEmbedding(channels, 3 * embedding, parts)
        self.relate = PartEmbedding(2 * positions, relations, parts)
        self.weigh = nn.Sequential(
            PartEmbedding(1 + relations, hidden, parts),
            PartEmbedding(hidden, 1, parts, relu=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map of `x` (N x C x H x W) before the normaliser, N x 1 x H x W.

        Raises:
            InputError: a map of another size than the one that this was built for.
        """
        if tuple(x.shape[2:]) != self.size:
            found, own = ("x".join(map(str, size)) for size in (x.shape[2:], self.size))
            raise InputError(
                f"a spatial pyramid built for maps of {own} was given one of {found}: "
                f"build it for the size of your maps"
            )
        images, channels = x.shape[:2]
        # Positions as rows, part by part: n x (N S) x C. The channels come last before the
        # parts come first, so that a map that has them last gets its gradient likewise.
        rows = x.permute(0, 2, 3, 1).unflatten(1, (self.parts, -1)).transpose(0, 1)
        embedded = self.embed(rows.reshape(self.parts, -1, channels))
        theta, phi, own = embedded.unflatten(1, (images, -1)).unflatten(3, (3, -1)).unbind(3)
        affinity = theta @ phi.transpose(2, 3)
        # In row p: the affinities of p with all others, then of all others with p.
        both = torch.cat([affinity, affinity.transpose(2, 3)], dim=3).flatten(1, 2)
        joint = torch.cat([own.mean(dim=3).flatten(1).unsqueeze(2), self.relate(both)], dim=2)
        return (
            self.weigh(joint)
            .reshape(self.parts, images, -1)
            .transpose(0, 1)
            .reshape(images, 1, *self.size)
        )


class PartEmbedding(nn.Module):
    """What a 1x1 convolution without bias, BatchNorm and ReLU are, of each part its own.

    Args:
        inputs: channels that come in, of each part.
        outputs: channels that go out, of each part.
        parts: n.
        relu: whether a ReLU ends it.
    """

    def __init__(self, inputs: int, outputs: int, parts: int, relu: bool = True) -> None:
        super().__init__()
        self.linear = PartLinear(inputs, outputs, parts)
        self.norm = nn.BatchNorm1d(parts * outputs)
        self._relu = relu

    def forward(self, x: Tensor) -> Tensor:
        """`x`, n x B x inputs, to n x B x outputs."""
        normed = self.norm(self.linear(x).transpose(0, 1).flatten(1))
        found = torch.relu(normed) if self._relu else normed
        return found.unflatten(1, (len(x), -1)).transpose(0, 1)
