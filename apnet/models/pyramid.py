"""The attention pyramid: split, attend, merge, stack (Section III-A, Fig. 2)."""

import torch
from torch import Tensor, nn

from apnet.config.readings import WRITTEN, Reading
from apnet.config.stages import check_split, level_parts
from apnet.errors import InputError
from apnet.models.attention import RelationAwareSpatial, SplitAttention, SqueezeExcitation
from apnet.models.pooling import average


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
        x = x * self.weights(x)
        return x if self.batchnorm is None else self.batchnorm(x)

    def weights(self, x: Tensor) -> Tensor:
        """sigma(A_i) of `x`, N x C x 1 x 1 of channels, N x 1 x H x W of positions."""
        attention = self.attention(x)
        if self._parts is None:
            return torch.sigmoid(attention)
        return attention.unflatten(1, (self._parts, -1)).softmax(dim=1).flatten(1, 2)


class AttentionPyramid(nn.Module):
    """Levels of attention, stacked (Eq. 1). A plug-in for any network.

    Level i splits its input into R^(i-1) parts, along the channels or along the height,
    attends to each, merges the maps and reweights the input with them.

    Args:
        channels: C of the map that comes in; it goes out with the same shape.
        level: number of levels L.
        radix: R.
        size: rows and columns of the map; given, the attention is spatial (RGA-S), else
            it is over channels (SE).
        reading: order of the levels; for channel attention also the sub-attention, the
            normaliser and the BatchNorm of levels >= 2.
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
        if level < 1 or radix < 1:
            raise InputError(
                f"an attention pyramid has level and radix of 1 or more, not {level} and {radix}"
            )
        parts = level_parts(level, radix, stacked)
        whole, unit = (channels, "channels") if size is None else (size[0], "rows")
        check_split("attention pyramid", parts, whole, unit)
        if size is not None:
            levels = [Level(RelationAwareSpatial(channels, *size, count)) for count in parts]
        else:
            first = Level(SqueezeExcitation(channels, reading.se_hidden))
            deeper = [_deeper_level(channels, count, stacked, reading) for count in parts[1:]]
            levels = [first, *deeper]
        self.levels = nn.ModuleList(levels)
        self._fine_first = reading.level_order == "fine-to-coarse"
        self._by_means = size is None and all(level.batchnorm is None for level in self.levels)

    def forward(self, x: Tensor) -> Tensor:
        """`x` (N x C x H x W), reweighted by every level; same shape and memory format."""
        levels = [*reversed(self.levels)] if self._fine_first else [*self.levels]
        if self.training and self._by_means:
            return x * _product_of_weights(levels, average(x))
        for level in levels:
            x = level(x)
        return x


def _product_of_weights(levels: list[Level], means: Tensor) -> Tensor:
    """What channel levels multiply a map by in all, from the means of its channels.

    A level sees no more of a map than these means, and multiplies them as it does the map.
    So the map is read once for all levels, which is most of what they cost in training.
    Elsewhere each level has its map made, to be looked at and counted.
    """
    product = torch.ones_like(means)
    for level in levels:
        weights = level.weights(means)
        means, product = means * weights, product * weights
    return product


def _deeper_level(channels: int, parts: int, stacked: bool, reading: Reading) -> Level:
    """A channel level above the first, which is one SE block in both readings."""
    if stacked:
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
