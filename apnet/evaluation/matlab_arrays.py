"""Arrays of a .mat file, MATLAB's versions 4 to 7.3, by the class that MATLAB gave them.

What is neither numbers nor text is refused: MATLAB keeps objects, sparse matrices and what is
empty as other numbers, which a reader that ignores the class takes for the array.
"""

import warnings
from collections.abc import Collection
from pathlib import Path

import h5py
import numpy as np
from scipy.io import loadmat
from scipy.io.matlab import MatlabFunction, MatlabOpaque
from scipy.sparse import issparse

from apnet.data.mat_elements import check_elements

_NUMBERS = {"double", "single", "logical"} | {
    f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}
_TEXT = {"string", "categorical", "datetime", "duration"}
_OBJECT = "None"
"""The name that SciPy before 1.18 gives to MATLAB's objects."""


class OddArray(ValueError):
    """What is wrong with one array of a file that is whole."""


def read_mat(path: Path, wanted: Collection[str]) -> tuple[dict[str, np.ndarray], set[str]]:
    """Those of the wanted arrays that the file has, and which of them may lie either way.

    MATLAB writes 7.3 column by column, and says the class of each array. Of one without a
    class, which another program wrote, the same order is assumed.

    Raises:
        OddArray: one is neither numbers nor text.
    """
    if not h5py.is_hdf5(path):
        return _read_before_7_3(path, wanted), set()
    with h5py.File(path) as file:
        names = [name for name in wanted if name in file]
        for name in names:
            if leads_out(file, name):
                raise OddArray(f"{name} lies in another file: save it in this one")
        arrays = {name: _stored(file, name) for name in names}
        return arrays, {name for name in names if _class(file[name]) is None}


def _read_before_7_3(path: Path, wanted: Collection[str]) -> dict[str, np.ndarray]:
    check_elements(path)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Duplicate variable name")  # every object has one name
        found = loadmat(path, variable_names=[*sorted(wanted), _OBJECT])
    if _OBJECT in found:
        name, _, kind = (_word(found[_OBJECT].flat[0][part]) for part in ("s0", "s1", "s2"))
        if name in wanted:
            raise _refusal(name, kind)
    return {name: _whole(name, array) for name, array in found.items() if name in wanted}


def _word(stored: object) -> str:
    return stored.decode() if isinstance(stored, bytes) else str(stored)


def _whole(name: str, array: np.ndarray) -> np.ndarray:
    """An array of a version up to 7: blanks fill text up to one length, or each is a cell."""
    if issparse(array):
        raise _refusal(name, "sparse")
    if isinstance(array, (MatlabOpaque, MatlabFunction)):
        named = "_Class" in (array.dtype.names or ())  # since SciPy 1.18
        raise _refusal(name, _word(array.flat[0]["_Class"]) if named else "object")
    if array.dtype.names:
        raise _refusal(name, "struct")
    if array.dtype.kind == "O":
        cells = [np.asarray(cell) for cell in array.flat]
        if not all(cell.dtype.kind == "U" and cell.size <= 1 for cell in cells):
            raise _refusal(name, "cell")
        return np.array(["".join(cell.flat) for cell in cells])
    return np.char.rstrip(array) if array.dtype.kind == "U" else array


def leads_out(file: h5py.File, name: str) -> bool:
    """Whether what has this name would be read from another file, which need not be HDF5."""
    stored = file[name]
    held = isinstance(stored, h5py.Dataset) and (stored.external or stored.is_virtual)
    return bool(held) or stored.file != file


def _stored(file: h5py.File, name: str) -> np.ndarray:
    """An array of a version 7.3, where letters are numbers and a cell is a reference."""
    kind = _class(file[name])
    if not isinstance(file[name], h5py.Dataset):
        raise _refusal(name, "sparse" if "MATLAB_sparse" in file[name].attrs else kind or "group")
    if kind == "cell":
        cells = [file[cell] for cell in _values(file[name]).flat]
        if any(_class(cell) != "char" for cell in cells):
            raise _refusal(name, kind)
        return np.array(["".join(map(chr, _values(cell).flat)) for cell in cells])
    array = _values(file[name])
    if kind == "char":
        return np.char.rstrip(np.array(["".join(map(chr, row)) for row in array]))
    if kind not in _NUMBERS | {None} or array.dtype.names or h5py.check_ref_dtype(array.dtype):
        raise _refusal(name, "complex" if kind in _NUMBERS else kind or "pointer")
    return array


def _values(dataset: h5py.Dataset) -> np.ndarray:
    """In MATLAB's order; of what is empty the file has the size instead."""
    if dataset.attrs.get("MATLAB_empty"):
        return np.zeros(dataset[()].astype(int).ravel(), dataset.dtype)
    text = h5py.check_string_dtype(dataset.dtype)
    return np.asarray((dataset.asstr() if text else dataset)[()]).T


def _class(stored: h5py.Dataset | h5py.Group) -> str | None:
    kind = stored.attrs.get("MATLAB_class")
    return kind.decode() if isinstance(kind, bytes) else kind


def _refusal(name: str, kind: str) -> OddArray:
    if kind == "cell":
        return OddArray(f"{name} has cells that hold no text: save cellstr(...) or numbers")
    if kind == "sparse":
        return OddArray(f"{name} is sparse: save full({name})")
    if kind == "complex":
        return OddArray(f"{name} is complex: save real({name})")
    remedy = "cellstr" if kind in _TEXT else "double"
    return OddArray(f"{name} is a MATLAB {kind}: save {remedy}({name})")
