"""The attentions that a pyramid splits, merges and stacks (Section III-B), a file each.

Each gives its map before the normaliser, which the pyramid applies once to the merged
map: read together, Eqs. 3 and 5 would apply it twice.
"""

from typing import Protocol, Self

from torch import Tensor

from apnet.config.readings import Reading


class LevelAttention(Protocol):
    """The attention of one level: of each of its parts, merged."""

    @classmethod
    def of_level(
        cls, channels: int, size: tuple[int, int] | None, parts: int, reading: Reading
    ) -> Self:
        """Made for a level.

        Args:
            channels: C of the map.
            size: its rows and columns; None if unknown.
            parts: n of Eq. 2; they divide what this attention splits.
            reading: decides widths, such as `se_hidden`.
        """
        ...

    def __call__(self, x: Tensor) -> Tensor:
        """Map of `x` (N x C x H x W) before the normaliser: N x C x 1 x 1 or N x 1 x H x W."""
        ...
