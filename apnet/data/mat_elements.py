"""Whether a .mat of MATLAB's versions 5 to 7 is built as SciPy takes for granted.

SciPy looks up each element's type in a table, whatever number it is, and so ends the process, or
reads other memory, on a damaged file. Here every element of every array is held against what MATLAB
writes ("MAT-File Format", MathWorks, table 1-1).
"""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path

_MATRIX, _COMPRESSED, _FLAGS = 14, 15, 6
_LETTERS = {1: "b", 5: "i", _MATRIX: "m"}
_LETTERS |= dict.fromkeys((2, 3, 4, 6, 7, 9, 12, 13), "n") | dict.fromkeys((16, 17, 18), "t")
_ARRAYS = {
    **{1: "ibm*", 2: "ibibm*", 3: "ibbibm*", 4: "ib[bint]", 5: "ib[bin]{3,4}"},
    **dict.fromkeys(range(6, 16), "ib[bin]{1,2}"),
    **{16: "ibm", 17: "bbbm"},
}
"""Class of an array -> the types of its elements behind its flags."""

_HEADER, _DEEPEST = 128, 50
_MOST_FOLD = 1100
"""Times that zlib makes anything smaller, and a little more."""


class OddElement(ValueError):
    """An element is none that MATLAB writes there."""


def check_elements(file: Path) -> None:
    """Refuse a file that SciPy must not be given; of version 4 there is nothing to check.

    Raises:
        OddElement: it is damaged.
        OSError: it cannot be read.
    """
    content = file.read_bytes()
    if 0 in content[:4]:
        return
    order = {b"IM": "little", b"MI": "big"}.get(content[126:_HEADER])
    if order is None:
        raise OddElement("it has no header of a .mat")
    for kind, body in _elements(content[_HEADER:], order, padded=False):
        if kind == _COMPRESSED:
            try:
                body = zlib.decompressobj().decompress(body, _MOST_FOLD * len(body) + 1)
            except zlib.error as error:
                raise OddElement(f"an array cannot be decompressed ({error})") from error
            ((kind, body),) = [*_elements(body, order, padded=False)][:1] or [(0, b"")]
        if kind != _MATRIX:
            raise OddElement(f"type {kind} stands in the place of an array")
        _check_array(body, order)


def _check_array(body: bytes, order: str, depth: int = 0) -> None:
    if not body:
        return
    if depth > _DEEPEST:
        raise OddElement(f"arrays within arrays, over {_DEEPEST} levels")
    (kind, flags), *rest = [*_elements(body, order, padded=True)] or [(0, b"")]
    if (kind, len(flags)) != (_FLAGS, 8):
        raise OddElement("an array has no flags")
    number = int.from_bytes(flags[:4], order) & 0xFF
    kinds = "".join(_LETTERS.get(kind, "?") for kind, _ in rest)
    if not re.fullmatch(_ARRAYS.get(number, "(?!)"), kinds):
        raise OddElement(f"an array of class {number} has elements that are none")
    for kind, inner in rest:
        if kind == _MATRIX:
            _check_array(inner, order, depth + 1)


def _elements(body: bytes, order: str, padded: bool) -> Iterator[tuple[int, bytes]]:
    """Type and bytes of each element, which together fill the body.

    Args:
        padded: whether each begins at a multiple of eight bytes.
    """
    place = 0
    while place < len(body):
        kind = int.from_bytes(body[place : place + 4], order)
        size = int.from_bytes(body[place + 4 : place + 8], order)
        start = place + 8
        if kind >> 16:  # at most four bytes, in the tag itself
            kind, size, start = kind & 0xFFFF, kind >> 16, place + 4
            end = start + 4
            if size > 4:
                raise OddElement("an element is longer than its tag")
        else:
            end = start + (-(-size // 8) * 8 if padded else size)
        if start + size > len(body):
            raise OddElement("it is cut short")
        yield kind, body[start : start + size]
        place = end
