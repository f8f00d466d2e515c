"""Labels of images, and the two identities that name nobody: one rule for every reader.

Identity -1 is junk. Only a gallery may have it, and it is left out there. Identity 0 in a gallery,
where no query has it, is a distractor: a wrong answer to every query. Both may be texts, such as
`-1.0` or `0000`. Any other identity is a person, -2 too, and any camera is one, -1 too. Numbers are
compared as numbers, texts letter by letter, so that `7` and `07` are two.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.generic]
Mask = NDArray[np.bool_]

JUNK, DISTRACTOR = -1, 0

MISPLACED = "has identity -1, the mark of junk, which only the gallery may have"
"""The rest of a sentence on a training image or a query."""

NO_VALUE = ("", "nan", "NaN", "None", "<NA>")
"""Texts that Python, MATLAB and pandas write where there is no label."""

# Blanks, and what cannot be seen: NUL, byte order mark, space of no width.
_AROUND = re.compile(r"^[\s\0\ufeff\u200b]+|[\s\0\ufeff\u200b]+$")

# Minus and dashes that office programs write for it.
_MINUS = str.maketrans(dict.fromkeys("\u2212\u2013\ufe63\uff0d", "-"))


class Marks(NamedTuple):
    """Which images of a gallery are junk, which are distractors, and which queries are junk."""

    junk: Mask
    distractors: Mask
    queries: Mask


class Fault(NamedTuple):
    """A label that cannot be told from others: its row, what is wrong, and what to do."""

    row: int
    what: str
    remedy: str


def clean(text: str) -> str:
    """A label without what surrounds it, in composed letters."""
    return unicodedata.normalize("NFC", _AROUND.sub("", text))


def clean_all(texts: Labels) -> Labels:
    """:func:`clean` of an array of texts."""
    return _by_text(texts, clean, str)


def is_junk(identity: str | int) -> bool:
    """Whether an identity, a number or a clean text, marks junk."""
    return _value(identity) == JUNK


def marks(query: Labels, gallery: Labels) -> Marks:
    """What identities, numbers or clean texts, mark."""
    asked = _equal(query, DISTRACTOR).any()
    distractors = _equal(gallery, DISTRACTOR) & ~asked
    return Marks(_equal(gallery, JUNK), distractors, _equal(query, JUNK))


def describe(images: int, junk: int, distractors: int, *, dropped: bool = False) -> str:
    """A gallery as a phrase.

    Args:
        images: in it.
        dropped: whether distractors were left out as well.
    """
    if dropped:
        return f"{images} gallery images; {junk} left out as junk, {distractors} as distractors"
    return f"{images} gallery images, {distractors} of them distractors; {junk} left out as junk"


def first_fault(labels: Labels) -> Fault | None:
    """The first label that stands for no value, or whose type may have made it another one.

    Args:
        labels: numbers or clean texts.
    """
    for bad, what, remedy in _faults(labels):
        if bad.any():
            row = int(bad.argmax())
            return Fault(row, what.format(labels[row].item()), remedy)
    return None


def _faults(labels: Labels) -> Iterator[tuple[Mask, str, str]]:
    kind = labels.dtype
    if kind.kind == "U":
        yield np.isin(labels, NO_VALUE), "holds {!r}", ": give each image a label"
    elif kind.kind == "f":
        odd = np.isinf(labels) | (np.floor(labels) != labels)
        yield np.isnan(labels), "is not a number", ""
        yield odd, "holds {}", ": give whole numbers or text"
        if kind.itemsize < 8:
            # From here on a type of so few bits skips whole numbers, and equal ones may be two.
            skips = 2.0 ** (np.finfo(kind).nmant + 1)
            remedy = f", where {kind} rounds whole numbers: save int64 or text"
            yield np.abs(labels) >= skips, "holds {:.0f}", remedy
    elif kind.kind == "u" and kind.itemsize >= 4:
        remedy = f", which is -1 in {kind}: save int64"
        yield labels == np.iinfo(kind).max, "holds {}", remedy


def _equal(labels: Labels, number: int) -> Mask:
    """Which labels are this number, written as a number or in letters."""
    if labels.dtype.kind != "U":
        return labels == number
    return _by_text(labels, lambda text: _value(text) == number, bool)


def _by_text(texts: Labels, function: Callable[[str], object], kind: type) -> Labels:
    """A function of each text, called once for equal ones."""
    different, where = np.unique(texts, return_inverse=True)
    values = [function(text) for text in different.tolist()]
    return np.array(values, dtype=kind)[where].reshape(texts.shape)


def _value(label: str | int) -> float | None:
    try:
        return float(label.translate(_MINUS)) if isinstance(label, str) else label
    except ValueError:
        return None
