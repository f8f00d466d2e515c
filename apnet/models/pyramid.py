"""The attention pyramid: split, attend, merge, stack (Section III-A, Fig. 2)."""

import torch
from torch import Tensor, nn

from apnet.config.attentions import ATTENTIONS, Attention
from apnet.config.readings import WRITTEN, Reading
from apnet.config.stages import check_split
from apnet.errors import InputError, one_of
from apnet.lazy import load
from apnet.models.attention import LevelAttention
from apnet.models.attention.split_attention import SplitAttention
from apnet.models.shared_means import with_shared_means


class Level(nn.Module):
    """One level: X_i = sigma(A_i) * X_{i-1} (Eqs. 2 and 3).

    Args:
        attention: gives the merged map A_i before its normaliser.
        parts: n_i, of channels or of rows.
        softmax: sigma is a softmax across the parts instead of a sigmoid.
        batchnorm: channels of a BatchNorm after the level, its bias frozen at 0; or None.

    Attributes:
        means_suffice: whether the level depends on the means of its channels alone.
    """

    def __init__(
        self,
        attention: LevelAttention,
        parts: int,
        softmax: bool = False,
        batchnorm: int | None = None,
    ) -> None:
        super().__init__()
        self.attention = attention
        self.parts = parts
        self._softmax = softmax
        self.batchnorm = None
        if batchnorm is not None:
            self.batchnorm = nn.BatchNorm2d(batchnorm)
            self.batchnorm.bias.requires_grad_(False)
        self.means_suffice = batchnorm is None and getattr(attention, "means_suffice", False)

    def forward(self, x: Tensor) -> Tensor:
        """`x` (N x C x H x W), reweighted."""
        x = x * self.weights(x)
        return x if self.batchnorm is None else self.batchnorm(x)

    def weights(self, x: Tensor) -> Tensor:
        """sigma(A_i) of `x`, N x C x 1 x 1 of channels, N x 1 x H x W of positions."""
        attention = self.attention(x)
        if not self._softmax:
            return torch.sigmoid(attention)
        return attention.unflatten(1, (self.parts, -1)).softmax(dim=1).flatten(1, 2)


class AttentionPyramid(nn.Module):
    """Levels of attention, stacked (Eq. 1). A plug-in for any network.

    Level i splits its input into R^(i-1) parts, along the channels or along the height,
    attends to each, merges the maps and reweights the input with them.

    Args:
        channels: C of the map that comes in; it goes out with the same shape.
        level: number of levels L.
        radix: R.
        size: rows and columns of the map; attention that splits the rows needs them.
        reading: order of the levels; for channel attention also the sub-attention, the
            normaliser and the BatchNorm of levels >= 2.
        stacked: every level whole, the paper's "stacked attention".
        kind: of :mod:`apnet.config.attentions`; None is `spatial` (RGA-S) where `size` is
            given, else `channel` (SE).

    Raises:
        InputError: an unknown kind, or parts that do not divide the channels or the rows.
    """

    def __init__(
        self,
        channels: int,
        level: int = 2,
        radix: int = 2,
        size: tuple[int, int] | None = None,
        reading: Reading = WRITTEN,
        stacked: bool = False,
        kind: str | None = None,
    ) -> None:
        super().__init__()
        if level < 1 or radix < 1:
            raise InputError(
                f"an attention pyramid has level and radix of 1 or more, not {level} and {radix}"
            )
        attention = _attention(kind or ("channel" if size is None else "spatial"), size)
        whole, unit = (size[0], "rows") if attention.splits == "rows" else (channels, "channels")
        check_split("attention pyramid", level, 1 if stacked else radix, whole, unit)
        self.levels = nn.ModuleList()
        for i in range(1, level + 1):
            parts = 1 if stacked else radix ** (i - 1)
            if i == 1 or stacked or attention.no_release is not None:
                made = load(attention.module).of_level(channels, size, parts, reading)
                self.levels.append(Level(made, parts))
            else:
                self.levels.append(_deeper_level(attention, channels, size, parts, reading))
        self._fine_first = reading.level_order == "fine-to-coarse"

    @property
    def in_order(self) -> list[Level]:
        """The levels as they follow each other."""
        return [*reversed(self.levels)] if self._fine_first else [*self.levels]

    @with_shared_means
    def forward(self, x: Tensor) -> Tensor:
        """`x` (N x C x H x W), reweighted by every level; same shape and memory format."""
        for level in self.in_order:
            x = level(x)
        return x


def _attention(kind: str, size: tuple[int, int] | None) -> Attention:
    if kind not in ATTENTIONS:
        raise one_of("attention", kind, tuple(ATTENTIONS))
    if size is None and ATTENTIONS[kind].splits == "rows":
        raise InputError(f"a {kind} pyramid wants the size of its maps: give rows and columns")
    return ATTENTIONS[kind]


def _deeper_level(
    attention: Attention,
    channels: int,
    size: tuple[int, int] | None,
    parts: int,
    reading: Reading,
) -> Level:
    """A level above the first, where the released code is another one than the paper's."""
    if reading.sub_attention == "split-attention":
        made = SplitAttention(channels, parts)
    else:
        made = load(attention.module).of_level(channels, size, parts, reading)
    return Level(
        made,
        parts,
        softmax=reading.normaliser == "softmax",
        batchnorm=channels if reading.level_batchnorm else None,
    )
