"""How far rounding moves a distance, in the size of what it is made of.

The size of a product is that of the two lengths, whatever the angle. For features of a network
:func:`bound` is a hundred times what happens, and would leave far too many ranks to be decided
in float64; so the error is measured, on distances as they were made.
"""

import torch
from torch import Tensor

_ENOUGH = 1_000
"""Errors from which their largest is taken for usual."""

_SPARE = 8
"""The largest error of all is that many times the largest measured at most."""


def bound(columns: int, kind: torch.dtype) -> float:
    """Most that rounding moves a product of features of size 1.

    The error of a sum grows with the root of its terms as long as they round at random. Features
    of many kinds, of 1 to 8,192 columns, had at most a third of this where all terms are
    alike, and a seventh where not.
    """
    return 4 * columns**0.5 * torch.finfo(kind).eps


class Rounding:
    """The error of distances of size 1: measured where enough were, bounded before that.

    Numbers stay on the device of the distances: nothing here waits for it.
    """

    def __init__(self, columns: int, kind: torch.dtype) -> None:
        """Of features of so many columns in this type."""
        self._bound = bound(columns, kind)
        self._measured = self._largest = torch.zeros(())

    def measure(self, distances: Tensor, exact: Tensor, size: Tensor) -> None:
        """Compare some distances with exact ones; infinite ones and those of zeros do not count."""
        errors = (distances - exact).abs() / size
        finite = errors.isfinite()
        self._measured = finite.sum() + self._measured
        self._largest = errors.where(finite, 0).max().maximum(self._largest.to(errors))

    @property
    def margin(self) -> Tensor:
        """What the difference of two distances of size 1 must exceed for its sign to be sure."""
        usual = (_SPARE * self._largest).clamp(max=self._bound)
        return 2 * usual.where(self._measured >= _ENOUGH, self._bound)
