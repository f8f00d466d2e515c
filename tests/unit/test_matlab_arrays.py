"""Every class of array that MATLAB writes, in both of its formats, read or refused by name."""

import json
import struct

import h5py
import numpy as np
import pytest
from scipy.io import savemat
from scipy.io.matlab import MatlabOpaque
from scipy.sparse import csc_matrix

from apnet.cli import main

SQUARE = {
    "query_f": np.array([[1.0, 0.2], [0.1, 1.0]]),
    "query_label": np.array([3, 4]),
    "query_cam": np.array([1, 1]),
    "gallery_f": np.array([[0.9, 0.3], [0.1, 1.0]]),
    "gallery_label": np.array([3, 4]),
    "gallery_cam": np.array([2, 2]),
}


def write(file, kinds=None, **changes):
    """As MATLAB writes 7.3: column by column, the class beside each array."""
    with h5py.File(file, "w", userblock_size=512) as stored:
        for name, array in (SQUARE | changes).items():
            if array is None:
                continue
            stored[name] = array.T if array.ndim == 2 else array[None]
            stored[name].attrs["MATLAB_class"] = np.bytes_((kinds or {}).get(name, "double"))


def score(capsys, file):
    assert main(["score", str(file), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys, file, *named):
    assert main(["score", str(file)]) == 2
    said = capsys.readouterr().err
    assert all(word in said for word in named) and said.count("\n") == 1


@pytest.mark.parametrize(
    "kind", ["double", "single", "int8", "uint8", "int16", "uint16", "int32", "uint64"]
)
def test_numbers_of_every_class(tmp_path, capsys, kind):
    array = SQUARE["query_label"].astype(kind.replace("double", "f8").replace("single", "f4"))
    write(tmp_path / "f.mat", {"query_label": kind}, query_label=array)
    found = score(capsys, tmp_path / "f.mat")
    assert (found["mAP"], found["assumed"]) == (1, [])


@pytest.mark.parametrize(
    ("kind", "array", "remedy"),
    [
        # What MATLAB keeps of an object: marks, counts and pointers.
        ("string", np.array([[0xDD000000, 2, 1, 1, 1, 1]], np.uint32), "cellstr(query_label)"),
        ("categorical", np.array([[0xDD000000, 2, 1, 1, 1, 2]], np.uint32), "cellstr(query_label)"),
        ("table", np.array([[0xDD000000, 2, 1, 1, 1, 3]], np.uint32), "double(query_label)"),
        ("double", np.zeros((2, 1), [("real", "f8"), ("imag", "f8")]), "real(query_label)"),
    ],
)
def test_objects_and_complex_numbers_are_refused(tmp_path, capsys, kind, array, remedy):
    write(tmp_path / "f.mat", {"query_label": kind}, query_label=array)
    refused(capsys, tmp_path / "f.mat", "query_label is", f"save {remedy}")


@pytest.mark.parametrize(
    ("attributes", "remedy"),
    [
        ({"MATLAB_class": np.bytes_("double"), "MATLAB_sparse": np.uint64(2)}, "full(query_label)"),
        ({"MATLAB_class": np.bytes_("struct")}, "query_label is a MATLAB struct"),
        ({"MATLAB_class": np.bytes_("function_handle")}, "is a MATLAB function_handle"),
        ({}, "query_label is a MATLAB group"),
    ],
)
def test_groups_are_refused(tmp_path, capsys, attributes, remedy):
    write(tmp_path / "f.mat", query_label=None)
    with h5py.File(tmp_path / "f.mat", "a") as stored:
        stored["query_label/data"] = [3.0, 4.0]
        stored["query_label/ir"] = stored["query_label/jc"] = np.array([0, 1, 2], np.uint64)
        stored["query_label"].attrs.update(attributes)
    refused(capsys, tmp_path / "f.mat", remedy)


def test_what_is_empty_is_not_its_size(tmp_path, capsys):
    write(tmp_path / "f.mat", gallery_label=np.array([0, 2], np.uint64))
    with h5py.File(tmp_path / "f.mat", "a") as stored:
        stored["gallery_label"].attrs["MATLAB_empty"] = np.uint8(1)
    refused(capsys, tmp_path / "f.mat", "gallery_ids")


def test_an_empty_cell_is_no_word_of_two_zeros(tmp_path, capsys):
    words = {"query_label": ["", "a"], "gallery_label": ["a", ""]}
    write(tmp_path / "f.mat", **dict.fromkeys(words))
    with h5py.File(tmp_path / "f.mat", "a") as stored:
        for name, texts in words.items():
            for i, word in enumerate(texts):
                letters = [[*map(ord, word)]] if word else [0, 0]
                cell = stored.create_dataset(f"#refs#/{name}{i}", data=np.array(letters).T)
                cell.attrs["MATLAB_class"] = np.bytes_("char")
                if not word:
                    cell.attrs["MATLAB_empty"] = np.uint8(1)
            refs = [[stored[f"#refs#/{name}{i}"].ref for i in range(2)]]
            stored.create_dataset(name, data=refs, dtype=h5py.ref_dtype)
            stored[name].attrs["MATLAB_class"] = np.bytes_("cell")
    refused(capsys, tmp_path / "f.mat", "query_ids holds '' in row 0")


def test_text_that_h5py_wrote(tmp_path, capsys):
    write(tmp_path / "f.mat", query_label=None, gallery_label=None)
    with h5py.File(tmp_path / "f.mat", "a") as stored:
        stored["query_label"] = stored["gallery_label"] = ["ä", "b"]
    assert score(capsys, tmp_path / "f.mat")["mAP"] == 1


def test_pointers_without_a_class_are_refused(tmp_path, capsys):
    write(tmp_path / "f.mat", query_label=None)
    with h5py.File(tmp_path / "f.mat", "a") as stored:
        stored.create_dataset("query_label", data=[stored["query_f"].ref] * 2, dtype=h5py.ref_dtype)
    refused(capsys, tmp_path / "f.mat", "query_label is a MATLAB pointer")


def test_which_way_a_square_matrix_was_taken_is_said(tmp_path, capsys):
    with h5py.File(tmp_path / "f.mat", "w") as stored:
        stored.update(SQUARE)
    found = score(capsys, tmp_path / "f.mat")
    assert "query_features and gallery_features: square" in found["assumed"][0]
    assert main(["score", str(tmp_path / "f.mat")]) == 0
    assert capsys.readouterr().out.startswith(found["assumed"][0])


def test_the_shape_of_the_other_side_tells_which_way_a_square_matrix_lies(tmp_path, capsys):
    more = np.array([[1.0, 0.1], [0.2, 1.0], [1.0, 1.0]])
    rest = {"gallery_label": np.array([3, 4, 5]), "gallery_cam": np.array([2, 2, 2])}
    with h5py.File(tmp_path / "f.mat", "w") as stored:
        stored.update(SQUARE | rest | {"gallery_f": more.T})
    assert score(capsys, tmp_path / "f.mat")["assumed"] == []
    with h5py.File(tmp_path / "f.mat", "w") as stored:
        stored.update(SQUARE | rest | {"gallery_f": more})
    refused(capsys, tmp_path / "f.mat", "gallery_features has an image in each row")


@pytest.mark.parametrize(
    ("array", "named"),
    [
        (csc_matrix([[3.0, 4.0]]), "query_label is sparse: save full(query_label)"),
        ({"a": 1}, "query_label is a MATLAB struct"),
        (np.array([3, 4, None], dtype=object)[:2], "query_label has cells that hold no text"),
        (np.array([3j, 4]), "query_ids holds complex128"),
        (np.zeros((0, 0)), "query_ids has shape (0, 0)"),
    ],
)
def test_before_7_3_too(tmp_path, capsys, array, named):
    savemat(tmp_path / "f.mat", SQUARE | {"query_label": array})
    refused(capsys, tmp_path / "f.mat", named)


def test_logical_labels_before_7_3(tmp_path, capsys):
    flags = {name: np.array([True, False]) for name in ("query_label", "gallery_label")}
    savemat(tmp_path / "f.mat", SQUARE | flags)
    assert score(capsys, tmp_path / "f.mat")["mAP"] == 1


def test_an_object_before_7_3_is_refused(tmp_path, capsys):
    def element(kind, data):
        return struct.pack("<II", kind, len(data)) + data + b"\0" * (-len(data) % 8)

    parts = [element(1, word) for word in (b"query_label", b"MCOS", b"string")]
    numbers = np.array([0xDD000000, 2, 1, 1, 1, 1], "<u4").tobytes()
    inner = element(6, struct.pack("<II", 13, 0)) + element(5, struct.pack("<ii", 6, 1))
    parts.append(element(14, inner + element(1, b"") + element(6, numbers)))
    savemat(tmp_path / "f.mat", {n: a for n, a in SQUARE.items() if n != "query_label"})
    with (tmp_path / "f.mat").open("ab") as file:
        file.write(element(14, element(6, struct.pack("<II", 17, 0)) + b"".join(parts)))
    refused(capsys, tmp_path / "f.mat", "query_label is a MATLAB string: save cellstr(query_label)")


def test_an_object_that_scipy_gives_under_its_name_is_refused(tmp_path, capsys, monkeypatch):
    """As SciPy does since 1.18."""
    fields = [("_TypeSystem", object), ("_Class", object), ("_ObjectMetadata", object)]
    given = np.array([("MCOS", "string", np.zeros(6))], fields).view(MatlabOpaque)
    found = SQUARE | {"query_label": given}
    savemat(tmp_path / "f.mat", SQUARE)
    monkeypatch.setattr("apnet.evaluation.matlab_arrays.loadmat", lambda *_, **__: found)
    refused(capsys, tmp_path / "f.mat", "query_label is a MATLAB string: save cellstr(query_label)")
