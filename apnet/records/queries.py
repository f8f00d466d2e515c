"""The scores of each query, in the .npz beside an evaluation's record."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

SCORES = ("average_precision", "first_match_rank", "inverse_negative_penalty")
OTHER_GALLERY = "other_gallery_"
"""Begins the names of the scores in the other gallery."""

_ABOUT = ("image", "identity", "camera")


def read_queries(file: Path) -> "dict[str, np.ndarray]":
    """The arrays in a file of queries, a query each; one valid query at least.

    :data:`SCORES`, the same of the other gallery, and `image`, `identity` and `camera`; a file
    of an earlier version holds the first two scores alone.

    Raises:
        ValueError: it is none; the rest of a sentence that begins with the file.
    """
    import numpy as np

    from apnet.records.arrays import read_npz

    known = (*SCORES, *(f"{OTHER_GALLERY}{name}" for name in SCORES), *_ABOUT)
    try:
        found = read_npz(file, SCORES[:2], also=known)
        precision, first = (found[name] for name in SCORES[:2])
    # A damaged archive raises whatever its bytes make zipfile and NumPy raise.
    except Exception as reason:
        raise ValueError(f"cannot be read ({type(reason).__name__})") from reason
    for name, array in found.items():
        what, kinds = ("name", "U") if name == "image" else ("number", "iuf")
        if array.ndim != 1 or array.dtype.kind not in kinds:
            raise ValueError(f"does not hold a {what} for each query")
    if len({len(array) for array in found.values()}) > 1 or not np.isfinite(precision).any():
        raise ValueError("holds no valid query, or arrays of different lengths")
    if ((first > 0) != np.isfinite(precision)).any():
        raise ValueError("does not agree with itself on which queries are valid")
    return found
