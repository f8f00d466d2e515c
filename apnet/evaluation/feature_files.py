"""Files of features, identities and cameras, as this project and others save them."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
from safetensors import safe_open

from apnet.errors import InputError
from apnet.evaluation.matlab_arrays import OddArray, read_mat
from apnet.records.arrays import read_npz

SIDES = ("query", "gallery")
WHAT = ("features", "ids", "cameras")
ARRAYS = tuple(f"{side}_{what}" for side in SIDES for what in WHAT)
ALSO = {
    "query_features": "query_f",
    "query_ids": "query_label",
    "query_cameras": "query_cam",
    "gallery_features": "gallery_f",
    "gallery_ids": "gallery_label",
    "gallery_cameras": "gallery_cam",
}
"""The names under which many re-ID repositories save a .mat."""

_MOST_BYTES, _MOST_FOLD = 2**30, 200
"""Of one array unpacked: bytes, or times the file's own; features do not get much smaller."""

_WANTED = {*ARRAYS, *ALSO.values()}


def read_arrays(path: Path) -> tuple[dict[str, np.ndarray], list[str]]:
    """The six arrays in a file, under the names in :data:`ARRAYS`, and what was assumed.

    Args:
        path: .npz, .safetensors or .mat (MATLAB's versions 4 to 7.3), with these names or
            those in :data:`ALSO`; whatever else it holds is not read.

    Raises:
        InputError: not such a file, or an array is missing or cannot be read.
    """
    readers = {".npz": _read_npz, ".safetensors": _read_safetensors, ".mat": read_mat}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"cannot score {path}: give a {', '.join(readers)} file")
    try:
        contents, either_way = reader(path, _WANTED)
    except OddArray as error:
        raise InputError(f"cannot read {path}: {error}") from error
    except Exception as error:  # of a damaged file the readers raise nearly anything
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise InputError(
            f"cannot read {path} ({(reason or type(error).__name__):.200}): give a whole "
            f"{path.suffix.lower()} file that you may read"
        ) from error
    twice = next((name for name in ARRAYS if {name, ALSO[name]} <= contents.keys()), None)
    if twice:
        raise InputError(f"{path} has {twice} and {ALSO[twice]}: leave out one of them")
    arrays = {name: contents.get(name, contents.get(ALSO[name])) for name in ARRAYS}
    missing = [name for name, array in arrays.items() if array is None]
    if missing:
        raise InputError(f"{path} lacks {', '.join(missing)}: it needs {', '.join(ARRAYS)}")
    arrays |= {name: _vector(arrays[name]) for name in ARRAYS if not name.endswith("features")}
    either_way = either_way.union(name for name in ARRAYS if ALSO[name] in either_way)
    try:
        return arrays, _assumed(arrays, either_way)
    except OddArray as error:
        raise InputError(f"cannot read {path}: {error}") from error


def _assumed(arrays: dict[str, np.ndarray], either_way: Collection[str]) -> list[str]:
    """What was assumed of arrays that may lie either way, as one program wrote all of them."""
    square = []
    for side in SIDES:
        name, images = f"{side}_features", arrays[f"{side}_ids"].size
        if name not in either_way or arrays[name].ndim != 2:
            continue
        rows, columns = arrays[name].shape
        if rows == columns == images:
            square.append(name)
        elif columns == images:
            raise OddArray(f"{name} has an image in each row: save it transposed, as MATLAB does")
        elif rows == images:
            return []
    if not square:
        return []
    return [
        f"{' and '.join(square)}: square, and without MATLAB_class; taken to lie as MATLAB "
        "writes it, an image in each column of the file"
    ]


def _vector(labels: np.ndarray) -> np.ndarray:
    """A row or a column is taken for a vector: MATLAB has no others."""
    return labels.ravel() if labels.ndim == 2 and 1 in labels.shape else labels


def _read_npz(path: Path, wanted: set[str]) -> tuple[dict[str, np.ndarray], set[str]]:
    # What is no archive NumPy takes for an array, or for Python objects, and speaks of those.
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            raise ValueError("it is no archive of arrays")
    with np.load(path, allow_pickle=False) as archive:
        found = wanted.intersection(archive.files)
    most = max(_MOST_BYTES, _MOST_FOLD * path.stat().st_size)
    arrays = {}
    for name in found:
        try:
            arrays |= read_npz(path, [name], most=most)
        except ValueError as error:
            raise OddArray(f"of {name}: {error}") from error
    return arrays, set()


def _read_safetensors(path: Path, wanted: set[str]) -> tuple[dict[str, np.ndarray], set[str]]:
    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in wanted.intersection(file.keys())}
    # NumPy has no bfloat16, and nothing shorter.
    short = {name for name, t in tensors.items() if t.is_floating_point() and t.itemsize < 4}
    for name in short:
        if not name.endswith(("_features", "_f")):
            kind = str(tensors[name].dtype).removeprefix("torch.")
            raise OddArray(f"{name} is {kind}, which rounds whole numbers: save int64")
    arrays = {name: (t.float() if name in short else t).numpy() for name, t in tensors.items()}
    return arrays, set()
