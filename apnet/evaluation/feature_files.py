"""Files of features, identities and cameras, as this project and others save them."""

from pathlib import Path

import h5py
import numpy as np
import torch
from safetensors import safe_open
from scipy.io import loadmat

from apnet.errors import InputError

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

_WANTED = {*ARRAYS, *ALSO.values()}


class _OddArray(ValueError):
    """What is wrong with one array of a file that is whole."""


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """The six arrays in a file, under the names in :data:`ARRAYS`.

    Args:
        path: .npz, .safetensors or .mat (MATLAB's versions 4 to 7.3), with these names or
            those in :data:`ALSO`; whatever else it holds is not read.

    Raises:
        InputError: not such a file, or an array is missing or cannot be read.
    """
    readers = {".npz": _read_npz, ".safetensors": _read_safetensors, ".mat": _read_mat}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"cannot score {path}: give a {', '.join(readers)} file")
    try:
        contents = reader(path)
    except _OddArray as error:
        raise InputError(f"cannot read {path}: {error}") from error
    except Exception as error:  # of a damaged file the readers raise nearly anything
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise InputError(
            f"cannot read {path} ({reason or type(error).__name__}): give a whole "
            f"{path.suffix.lower()} file that you may read"
        ) from error
    arrays = {name: contents.get(name, contents.get(ALSO[name])) for name in ARRAYS}
    missing = [name for name, array in arrays.items() if array is None]
    if missing:
        raise InputError(f"{path} lacks {', '.join(missing)}: it needs {', '.join(ARRAYS)}")
    return {
        name: array if name.endswith("features") else _vector(array)
        for name, array in arrays.items()
    }


def _vector(labels: np.ndarray) -> np.ndarray:
    """A row or a column is taken for a vector: MATLAB has no others."""
    return labels.ravel() if labels.ndim == 2 and 1 in labels.shape else labels


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    # What is no archive NumPy takes for an array, or for Python objects, and speaks of those.
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            raise ValueError("it is no archive of arrays")
    with np.load(path, allow_pickle=False) as archive:
        arrays = {}
        for name in _WANTED.intersection(archive.files):
            try:
                arrays[name] = archive[name]
            except ValueError as error:
                raise _OddArray(f"of {name}: {error}") from error
        return arrays


def _read_safetensors(path: Path) -> dict[str, np.ndarray]:
    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in _WANTED.intersection(file.keys())}
    for name, tensor in tensors.items():
        if tensor.dtype == torch.bfloat16 and not name.endswith(("_features", "_f")):
            raise _OddArray(f"{name} is bfloat16, which rounds whole numbers: save int64")
    # NumPy has no bfloat16.
    return {
        name: (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy()
        for name, tensor in tensors.items()
    }


def _read_mat(path: Path) -> dict[str, np.ndarray]:
    if h5py.is_hdf5(path):  # version 7.3, whose arrays lie transposed
        with h5py.File(path) as file:
            return {name: _stored(file, name) for name in _WANTED.intersection(file)}
    arrays = loadmat(path, variable_names=sorted(_WANTED))
    return {name: _texts(array) for name, array in arrays.items() if name in _WANTED}


def _stored(file: h5py.File, name: str) -> np.ndarray:
    """An array of a version 7.3, where letters are numbers and a cell is a reference."""
    if not isinstance(file[name], h5py.Dataset):
        raise _OddArray(f"{name} is a group of arrays")
    array, kind = file[name][()].T, file[name].attrs.get("MATLAB_class")
    if kind == b"cell":
        cells = [file[cell] for cell in array.flat]
        if any(cell.attrs.get("MATLAB_class") != b"char" for cell in cells):
            raise _OddArray(f"{name} has cells that hold no text")
        return np.array(["".join(map(chr, cell[()].T.flat)) for cell in cells])
    if kind == b"char":
        return np.char.rstrip(np.array(["".join(map(chr, row)) for row in array]))
    return array


def _texts(array: np.ndarray) -> np.ndarray:
    """Text of a version up to 7: blanks fill it up to one length, or each is a cell."""
    if array.dtype.kind == "O":
        cells = [np.asarray(cell) for cell in array.flat]
        if all(cell.dtype.kind == "U" and cell.size <= 1 for cell in cells):
            return np.array(["".join(cell.flat) for cell in cells])
    return np.char.rstrip(array) if array.dtype.kind == "U" else array
