"""Spatial attention of each part: relation-aware, RGA-S of the paper's reference [5]."""

from typing import Self

import torch
from torch import Tensor, nn

from apnet.config.readings import Reading
from apnet.errors import InputError
from apnet.models.attention.part_linear import PartLinear


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
        clamped: whether an inner width of [5], an eighth of the one before, came to
            nothing and was taken as 1.
    """

    def __init__(self, channels: int, height: int, width: int, parts: int = 1) -> None:
        super().__init__()
        self.size = (height, width)
        self.parts = parts
        positions = height // parts * width
        inner = (channels // 8, positions // 8, (1 + positions // 8) // 8)
        self.clamped = min(inner) < 1
        embedding, relations, hidden = (max(1, size) for size in inner)
        self.embed = PartEmbedding(channels, 3 * embedding, parts)
        self.relate = PartEmbedding(2 * positions, relations, parts)
        self.weigh = nn.Sequential(
            PartEmbedding(1 + relations, hidden, parts),
            PartEmbedding(hidden, 1, parts, relu=False),
        )

    @classmethod
    def of_level(cls, channels: int, size: tuple[int, int], parts: int, _reading: Reading) -> Self:
        """RGA-S of each band of rows; :class:`apnet.models.attention.LevelAttention`."""
        return cls(channels, *size, parts)

    def forward(self, x: Tensor) -> Tensor:
        """Map of `x` (N x C x H x W) before the normaliser, N x 1 x H x W.

        Raises:
            InputError: a map of another size than the one that this was built for.
        """
        if tuple(x.shape[2:]) != self.size:
            given, built = ("x".join(map(str, size)) for size in (x.shape[2:], self.size))
            raise InputError(
                f"a spatial pyramid built for maps of {built} was given one of {given}: "
                f"build it for the size of your maps"
            )
        images, channels = x.shape[:2]
        # Positions as rows, part by part: n x (N S) x C. The channels come last before the
        # parts come first, so that a map that has them last gets its gradient likewise.
        rows = x.permute(0, 2, 3, 1).unflatten(1, (self.parts, -1)).transpose(0, 1)
        embedded = self.embed(rows.reshape(self.parts, -1, channels))
        theta, phi, g = embedded.unflatten(1, (images, -1)).unflatten(3, (3, -1)).unbind(3)
        affinity = theta @ phi.transpose(2, 3)
        # In row p: the affinities of p with all others, then of all others with p.
        both = torch.cat([affinity, affinity.transpose(2, 3)], dim=3).flatten(1, 2)
        joint = torch.cat([g.mean(dim=3).flatten(1).unsqueeze(2), self.relate(both)], dim=2)
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
        activated = torch.relu(normed) if self._relu else normed
        return activated.unflatten(1, (len(x), -1)).transpose(0, 1)
