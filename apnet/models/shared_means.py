"""A shortcut of training: all levels of a channel pyramid from the means of the map that comes in.

A level of channel attention sees no more of a map than the means of its channels, and multiplies
these means as it does the map: so the means of its output are known without the map, and the
product of all levels' weights multiplies the map once, equal to level after level up to rounding.
The map is then read once for all levels, which is most of what they cost in training. In
evaluation each level makes its map, to be looked at and counted.
"""

from collections.abc import Callable, Iterable
from functools import wraps

import torch
from torch import Tensor, nn

from apnet.models.pooling import average

Forward = Callable[[nn.Module, Tensor], Tensor]


def with_shared_means(forward: Forward) -> Forward:
    """`forward` of a pyramid with attributes `in_order`, its levels; in training by this shortcut.

    A level whose `means_suffice` is not true, as with a BatchNorm after it, keeps `forward`.
    """

    @wraps(forward)
    def shortcut(pyramid: nn.Module, x: Tensor) -> Tensor:
        if pyramid.training and all(level.means_suffice for level in pyramid.in_order):
            return x * _product_of_weights(pyramid.in_order, average(x))
        return forward(pyramid, x)

    return shortcut


def _product_of_weights(levels: Iterable[nn.Module], means: Tensor) -> Tensor:
    """What `levels` multiply a map by in all, N x C x 1 x 1, from the `means` of its channels."""
    product = torch.ones_like(means)
    for level in levels:
        weights = level.weights(means)
        means, product = means * weights, product * weights
    return product
