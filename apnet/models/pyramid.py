"""The attention pyramid: split, attend, merge, stack (Section III-A, Fig. 2)."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from apnet.errors import InputError
from apnet.models.attention import RelationAwareSpatial, SplitAttention, SqueezeExcitation
from apnet.readings import WRITTEN, Reading


class Level(nn.Module):
    """One level: X_i = sigma(A_i) * X_{i-1} (Eqs. 2 and 3).

    Args:
        attention: gives the merged map A_i before its normaliser.
        softmax_parts: None is a sigmoid; a number is a softmax across so many parts.
        batchnorm: channels of a BatchNorm after the level, its bias frozen at 0; or None.
    """

    def __init__(
        self,
        attention: nn.Module,
        softmax_parts: int | None = None,
        batchnorm: int | None = None,
    ) -> None:
        super().__init__()
        self.attention = attention
        self._parts = softmax_parts
        self.batchnorm = None
        if batchnorm is not None:
            self.batchnorm = nn.BatchNorm2d(batchnorm)
            self.batchnorm.bias.requires_grad_(False)

    def forward(self, x: Tensor) -> Tensor:
        """`x` (N x C x H x W), reweighted."""
        x = x * self._normalise(self.attention(x))
        return x if self.batchnorm is None else self.batchnorm(x)

    def _normalise(self, attention: Tensor) -> Tensor:
        if self._parts is None:
            return torch.sigmoid(attention)
        return attention.unflatten(1, (self._parts, -1)).softmax(dim=1).flatten(1, 2)


class SpatialParts(nn.Module):
    """A spatial attention of its own for each of the parts along the height (Eq. 2).

    Args:
        parts: n; each part is C x H/n x W.
        size: rows and columns of the whole map.
    """

    def __init__(self, channels: int, size: tuple[int, int], parts: int) -> None:
        super().__init__()
        height, width = size
        self.parts = nn.ModuleList(
            RelationAwareSpatial(channels, height // parts, width) for _ in range(parts)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Merged map of `x` (N x C x H x W) before the normaliser, N x 1 x H x W."""
        split = x.chunk(len(self.parts), dim=2)
        maps = [attend(part) for attend, part in zip(self.parts, split, strict=True)]
        return torch.cat(maps, dim=2)


class AttentionPyramid(nn.Module):
    """Levels of attention from coarse to fine, stacked (Eq. 1). A plug-in for any network.

    Level i splits its input into R^(i-1) parts, along the channels or along the height,
    attends to each, merges the maps and reweights the input with them.

    Args:
        channels: C of the map that comes in; it goes out with the same shape.
        level: number of levels L.
        radix: R.
        size: rows and columns of the map; given, the attention is spatial (RGA-S), else
            it is over channels (SE).
        reading: order, sub-attention, normaliser and BatchNorm of channel pyramids.
        stacked: every level whole, the paper's "stacked attention".

    Raises:
        InputError: parts that do not divide the channels or the rows.
    """

    def __init__(
        self,
        channels: int,
        level: int = 2,
        radix: int = 2,
        size: tuple[int, int] | None = None,
        reading: Reading = WRITTEN,
        stacked: bool = False,
    ) -> None:
        super().__init__()
        parts = [1 if stacked else radix**below for below in range(level)]
        _check(parts, channels if size is None else size[0], size is not None)
        if size is not None:
            levels = [Level(SpatialParts(channels, size, count)) for count in parts]
        elif stacked:
            levels = [Level(SqueezeExcitation(channels, reading.se_hidden)) for _ in parts]
        else:
            levels = [_channel_level(channels, count, i, reading) for i, count in enumerate(parts)]
        self.levels = nn.ModuleList(levels)
        self._fine_first = reading.level_order == "fine-to-coarse"

    def forward(self, x: Tensor) -> Tensor:
        """`x` (N x C x H x W), reweighted by every level; same shape and memory format."""
        order = reversed(self.levels) if self._fine_first else self.levels
        for level in order:
            x = level(x)
        return x


def _channel_level(channels: int, parts: int, below: int, reading: Reading) -> Level:
    """Level `below` + 1; the first is one SE block in every reading."""
    if below == 0:
        return Level(SqueezeExcitation(channels, reading.se_hidden))
    if reading.sub_attention == "split-attention":
        attention = SplitAttention(channels, parts)
    else:
        attention = SqueezeExcitation(channels, reading.se_hidden, parts)
    return Level(
        attention,
        softmax_parts=parts if reading.normaliser == "softmax" else None,
        batchnorm=channels if reading.level_batchnorm else None,
    )


def _check(parts: Sequence[int], whole: int, spatial: bool) -> None:
    for level, count in enumerate(parts, start=1):
        if whole % count:
            raise InputError(
                f"level {level} of the pyramid makes {count} parts, which do not divide the "
                f"{whole} {'rows' if spatial else 'channels'}: choose another radix or level"
            )
