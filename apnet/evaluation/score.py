"""mAP and CMC of features that any code made, from a file."""

import zipfile
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file
from scipy.io import loadmat

from apnet.errors import InputError
from apnet.evaluation.retrieval import evaluate_retrieval

_SIDES = ("query", "gallery")
_WHAT = ("features", "ids", "cameras")
_ARRAYS = tuple(f"{side}_{what}" for side in _SIDES for what in _WHAT)
_IN_MAT = {
    "query_features": "query_f",
    "query_ids": "query_label",
    "query_cameras": "query_cam",
    "gallery_features": "gallery_f",
    "gallery_ids": "gallery_label",
    "gallery_cameras": "gallery_cam",
}
"""The names that many re-ID repositories save from MATLAB's side."""
_RANKS = (1, 5, 10, 20)


def score_file(path: Path, distance: str = "cosine") -> dict[str, object]:
    """Score a feature file.

    Args:
        path: .npz, .safetensors or .mat with `query_features` (q x d), `query_ids`,
            `query_cameras`, and the same of the gallery (in a .mat also `query_f`,
            `query_label`, `query_cam` …). Gallery images of identity -1 are junk and are
            left out; identity 0 is one like others.
        distance: `cosine` or `euclidean`.

    Returns:
        `mAP`; `cmc` at "1", "5", "10", "20"; as fractions; `queries`, `valid_queries`,
        `gallery` (without junk) and `junk`.

    Raises:
        InputError: not such a file, arrays missing or of the wrong shape or content.
    """
    arrays = _read(Path(path))
    missing = [name for name in _ARRAYS if name not in arrays]
    if missing:
        raise InputError(f"{path} lacks {', '.join(missing)}: it needs {', '.join(_ARRAYS)}")
    kept = _not_junk(arrays["gallery_ids"])
    gallery = {name: arrays[name] for name in _ARRAYS if name.startswith("gallery")}
    if any(len(array) != len(kept) for array in gallery.values()):
        lengths = ", ".join(f"{name} {len(array)}" for name, array in gallery.items())
        raise InputError(f"{path}: the gallery's arrays differ in length: {lengths}")
    arrays |= {name: array[kept] for name, array in gallery.items()}
    try:
        result = evaluate_retrieval(
            *(arrays[f"{side}_{what}"] for what in _WHAT for side in _SIDES), distance=distance
        )
    except (ValueError, TypeError) as error:
        raise InputError(f"{path}: {error}") from error
    return {
        "mAP": result.mAP,
        "cmc": {str(rank): float(result.cmc[rank - 1]) for rank in _RANKS},
        "queries": len(result.first_match_rank),
        "valid_queries": result.valid_queries,
        "gallery": len(arrays["gallery_features"]),
        "junk": int((~kept).sum()),
    }


def _not_junk(ids: np.ndarray) -> np.ndarray:
    return ids != ("-1" if ids.dtype.kind in "US" else -1)


def _read(path: Path) -> dict[str, np.ndarray]:
    readers = {".npz": _read_npz, ".safetensors": load_file, ".mat": _read_mat}
    if path.suffix not in readers:
        raise InputError(f"cannot score {path}: give a {', '.join(readers)} file")
    try:
        return readers[path.suffix](path)
    except (OSError, ValueError, TypeError, zipfile.BadZipFile, SafetensorError) as error:
        raise InputError(f"cannot read {path}: {error}") from error


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as found:
        return {name: found[name] for name in found.files}


def _read_mat(path: Path) -> dict[str, np.ndarray]:
    found = loadmat(path)
    arrays = {name: found.get(name, found.get(short)) for name, short in _IN_MAT.items()}
    return {
        name: array if name.endswith("features") else np.ravel(array)
        for name, array in arrays.items()
        if array is not None
    }
