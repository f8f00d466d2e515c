"""What an evaluation keeps of each query, in an .npz beside its record."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from apnet.data.dataset import Sample
from apnet.evaluation.result import RetrievalResult
from apnet.files import replaced
from apnet.records.queries import OTHER_GALLERY, SCORES


def write_queries(
    file: Path,
    queries: Sequence[Sample],
    result: RetrievalResult,
    other: RetrievalResult | None,
) -> None:
    """Write the scores of each query, and which image it is.

    Args:
        other: of the other gallery, if there is one.
    """
    arrays = {
        "image": np.array(_names([query.path for query in queries])),
        "identity": np.array([query.identity for query in queries]),
        "camera": np.array([query.camera for query in queries]),
    }
    arrays |= {name: getattr(result, name) for name in SCORES}
    if other:
        arrays |= {f"{OTHER_GALLERY}{name}": getattr(other, name) for name in SCORES}
    with replaced(file) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, **arrays)


def _names(paths: Sequence[Path]) -> list[str]:
    """Paths from the folder that holds all of them."""
    folder = os.path.commonpath([path.parent for path in paths])
    return [path.relative_to(folder).as_posix() for path in paths]
