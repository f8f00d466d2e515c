"""All images of a split on the device, and batches of them made there.

Each image of a batch is altered by parameters of its own, but all of them in the same few
device calls: resize, flip, border and crop all say which source pixels make a row or a
column, and with which weights, so two weighted sums of whole numbers do everything. The
pixels are those of :func:`apnet.data.pipeline.transforms.transform` to the last bit.
"""

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from apnet.config.recipes import Recipe
from apnet.data.pipeline.augmentation import AugmentParams
from apnet.data.pipeline.image_cache import ImageCache
from apnet.data.pipeline.resampling import taps


class Resident:
    """The images of a cache, copied to a device.

    Args:
        cache: of N images, any sizes.
        recipe: the size that they are brought to, and the border of the crop.
    """

    def __init__(self, cache: ImageCache, recipe: Recipe, device: torch.device) -> None:
        heights, widths = cache.shapes.T
        self._device = device
        self._heights = heights
        self._pixels = torch.from_numpy(cache.pixels).to(device).view(-1, 3)
        self._starts = torch.from_numpy(cache.starts // 3).to(device)
        self._row_axis = _Axis(heights, recipe.height, recipe.padding, device)
        self._column_axis = _Axis(widths, recipe.width, recipe.padding, device)

    def __len__(self) -> int:
        return len(self._heights)

    def pixels(self, indices: Tensor, params: AugmentParams) -> Tensor:
        """Images, altered but neither normalised nor erased.

        Args:
            indices: of B images, int64, on the CPU.
            params: what is done to each of them, on the device.

        Returns:
            B x height x width x 3, uint8, on the device.
        """
        highest = int(self._heights[indices.numpy()].max())
        indices = indices.to(self._device, non_blocking=True)
        top, left = params.corner.unbind(1)
        rows, row_weights = self._row_axis.taps(indices, top, torch.zeros_like(params.flip))
        columns, column_weights = self._column_axis.taps(indices, left, params.flip)

        # As many lines of each image as the highest has; no row takes those that are too many.
        lines = torch.arange(highest, device=self._device)
        lines = torch.minimum(lines, self._row_axis.lengths[indices, None] - 1)
        lines = lines * self._column_axis.lengths[indices, None] + self._starts[indices, None]
        across = (
            (self._pixels[lines[:, :, None] + column[:, None, :]], weight[:, None, :, None])
            for column, weight in zip(columns.unbind(1), column_weights.unbind(1), strict=True)
        )
        narrow = _weighted(across, self._column_axis.bits(indices))
        batch = torch.arange(len(indices), device=self._device)[:, None]
        down = (
            (narrow[batch, row], weight[:, :, None, None])
            for row, weight in zip(rows.unbind(1), row_weights.unbind(1), strict=True)
        )
        return _weighted(down, self._row_axis.bits(indices))


class _Axis:
    """Rows or columns: which source pixels make each of them, for images of any length.

    Attributes:
        lengths: of each image, N.
    """

    def __init__(
        self, lengths: NDArray[np.int64], target: int, padding: int, device: torch.device
    ) -> None:
        different, kinds = np.unique(lengths, return_inverse=True)
        tables = [taps(length, target) for length in different.tolist()]
        most = max(len(table.indices) for table in tables)
        padded = np.zeros((2, len(tables), most, target), np.int64)
        for kind, table in enumerate(tables):
            padded[:, kind, : len(table.indices)] = table.indices, table.weights
        self._indices, self._weights = torch.from_numpy(padded).to(device)
        self._bits = torch.tensor([table.bits for table in tables], dtype=torch.int32).to(device)
        self._kinds = torch.from_numpy(kinds).to(device)
        self._target, self._padding = target, padding
        self.lengths = torch.from_numpy(np.ascontiguousarray(lengths)).to(device)

    def bits(self, images: Tensor) -> Tensor:
        """Of the weights of B images, after the point; B x 1 x 1 x 1, int32."""
        return self._bits[self._kinds[images]][:, None, None, None]

    def taps(self, images: Tensor, start: Tensor, flip: Tensor) -> tuple[Tensor, Tensor]:
        """Source indices and weights, both B x K x target; the border has weights of 0.

        Args:
            images: B indices.
            start: of the crop in the padded image, B.
            flip: 1 where the image is mirrored along this axis, B.
        """
        target = self._target
        position = torch.arange(target, device=start.device) + (start - self._padding)[:, None]
        inside = (position >= 0) & (position < target)
        position = position.clamp(0, target - 1)
        position = torch.where(flip[:, None] == 1, target - 1 - position, position)
        kinds = self._kinds[images]
        position = position[:, None, :].expand(-1, self._indices.shape[1], -1)
        indices = self._indices[kinds].gather(2, position)
        weights = self._weights[kinds].gather(2, position) * inside[:, None, :]
        return indices, weights.to(torch.int32)


def _weighted(terms: Iterable[tuple[Tensor, Tensor]], bits: Tensor) -> Tensor:
    """The sum of uint8 pixels times weights of `bits` bits, rounded to uint8."""
    # 32 bits hold it: weights of one pixel sum up to little more than 2**22.
    total = torch.ones_like(bits) << (bits - 1)
    for pixels, weight in terms:
        total = pixels * weight + total
    return (total >> bits).clamp_(max=255).to(torch.uint8)
