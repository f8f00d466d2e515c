"""What an evaluation is given, checked: features as matrices, labels as whole numbers."""

import warnings
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from apnet.data.labels import clean_all, first_fault

Features = np.ndarray | Tensor | Sequence
Labels = np.ndarray | Tensor | Sequence

_NUMBERS = "biuf"
_TEXT = "U"


class BadRow(ValueError):
    """Something that is wrong with a row of what is evaluated.

    Attributes:
        side: `query` or `gallery`.
        row: counted from 0.
    """

    def __init__(self, name: str, fault: str, row: int, remedy: str = "") -> None:
        super().__init__(f"{name} {fault} in row {row}{remedy}")
        self.side = "gallery" if name.startswith("gallery") else "query"
        self.row = row
        self._parts = name, fault, remedy

    def at(self, row: int) -> "BadRow":
        """The same of another row."""
        name, fault, remedy = self._parts
        return BadRow(name, fault, row, remedy)


def matrices(query: Features, gallery: Features) -> tuple[Tensor, Tensor]:
    """Features of both sides, contiguous and of one type.

    float32; float64 where a side is, or holds whole numbers that float32 would round.

    Raises:
        ValueError: no matrix of real numbers, nothing in it, widths or devices that differ.
    """
    query, gallery = _matrix(query, "query"), _matrix(gallery, "gallery")
    if query.shape[1] != gallery.shape[1]:
        raise ValueError(
            f"query features have {query.shape[1]} columns, gallery features {gallery.shape[1]}"
        )
    if query.device != gallery.device:
        raise ValueError(
            f"query features are on {query.device}, gallery features on {gallery.device}: "
            "bring them to one device"
        )
    wide = any(side.dtype == torch.float64 for side in (query, gallery))
    kind = torch.float64 if wide else torch.float32
    return query.to(kind).contiguous(), gallery.to(kind).contiguous()


def codes(
    query: Labels, gallery: Labels, sizes: tuple[int, int], what: str
) -> tuple[np.ndarray, np.ndarray]:
    """Labels as whole numbers from 0, equal where the labels are; int64.

    Args:
        sizes: how many features each side has.
        what: `ids` or `cameras`.

    Raises:
        ValueError: labels that are as many as the features on neither side, neither
            numbers nor text, numbers on one side and text on the other, or one that may
            stand for another (:func:`apnet.data.labels.first_fault`).
    """
    sides = [
        _labels(labels, size, f"{side}_{what}")
        for labels, size, side in zip((query, gallery), sizes, ("query", "gallery"), strict=True)
    ]
    text = [labels.dtype.kind in _TEXT for labels in sides]
    if text[0] != text[1]:
        kinds = ["text" if one else "numbers" for one in text]
        raise ValueError(f"query_{what} are {kinds[0]} and gallery_{what} {kinds[1]}: use one kind")
    if sides[0].dtype != sides[1].dtype and not text[0]:
        # As Python's numbers, which compare exactly: NumPy would round both to floats.
        sides = [labels.astype(object) for labels in sides]
    _, numbers = np.unique(np.concatenate(sides), return_inverse=True)
    return numbers[: sizes[0]], numbers[sizes[0] :]


def plain(labels: Labels, name: str) -> np.ndarray:
    """Labels as an array of numbers or of clean text.

    Raises:
        ValueError: they are neither.
    """
    array = np.asarray(labels.cpu() if isinstance(labels, Tensor) else labels)
    if array.dtype.kind == "O" and all(isinstance(label, str) for label in array.flat):
        array = array.astype(str)
    if array.dtype.kind == "S":
        try:
            array = np.char.decode(array, "utf-8")
        except UnicodeDecodeError as error:
            raise ValueError(f"{name} holds bytes that are no UTF-8: give text") from error
    if array.dtype.kind not in _NUMBERS + _TEXT:
        raise ValueError(f"{name} holds {array.dtype}: give numbers or text")
    return clean_all(array) if array.dtype.kind in _TEXT else array


def _matrix(features: Features, name: str) -> Tensor:
    matrix = features.detach() if isinstance(features, Tensor) else _tensor(features, name)
    if matrix.ndim != 2 or not matrix.numel():
        raise ValueError(
            f"{name} features have shape {tuple(matrix.shape)}: they must be a matrix with at "
            "least one row and column"
        )
    if matrix.is_complex():
        raise ValueError(f"{name} features are complex: they must be real numbers")
    exact = not matrix.is_floating_point() and matrix.element_size() > 2
    return matrix.double() if exact or matrix.dtype == torch.float64 else matrix


def _tensor(features: Features, name: str) -> Tensor:
    array = np.asarray(features)
    if array.dtype.kind not in _NUMBERS:
        raise ValueError(f"{name} features are {array.dtype}: they must be real numbers")
    wide = array.dtype.itemsize >= 8 or (array.dtype.kind in "iu" and array.dtype.itemsize > 2)
    array = np.ascontiguousarray(array, dtype=np.float64 if wide else np.float32)
    with warnings.catch_warnings():
        # Of an array that must not be written to, such as a file's: nothing here writes.
        warnings.filterwarnings("ignore", "The given NumPy array is not writable")
        return torch.from_numpy(array)


def _labels(labels: Labels, size: int, name: str) -> np.ndarray:
    array = plain(labels, name)
    if array.shape != (size,):
        raise ValueError(f"{name} has shape {array.shape} beside {size} features")
    fault = first_fault(array)
    if fault is not None:
        raise BadRow(name, fault.what, fault.row, fault.remedy)
    return array
