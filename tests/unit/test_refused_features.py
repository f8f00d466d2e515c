"""Features that `apnet score` refuses, in one sentence that names the file."""

import h5py
import numpy as np
import pytest
import torch
from safetensors.torch import save_file as save_tensors
from scipy.io import savemat
from singlequery import IN_MAT, PROBLEM, refused

from apnet.cli import main
from apnet.evaluation import score as score_module


def test_cells_that_hold_no_text_are_named(tmp_path, capsys):
    with h5py.File(tmp_path / "f.mat", "w", userblock_size=512) as file:
        for name, array in IN_MAT.items():
            file[name] = array.T
        file["#refs#/a"] = np.array([[3.0]])
        del file["query_label"]
        refs = [[file["#refs#/a"].ref]] * 2
        file.create_dataset("query_label", data=refs, dtype=h5py.ref_dtype)
        file["query_label"].attrs["MATLAB_class"] = np.bytes_("cell")
    refused(capsys, tmp_path / "f.mat", "f.mat: query_label has cells that hold no text")
    refused(capsys, tmp_path / "absent.npz", "absent.npz (No such file or directory): give a")


def test_rows_are_counted_as_in_the_file(tmp_path, capsys):
    features = PROBLEM["gallery_features"].astype(float)
    for value, fault in ((np.nan, "not finite"), (1e-300, "too large or too small")):
        features[3] = value
        np.savez(tmp_path / "f.npz", **PROBLEM | {"gallery_features": features})
        assert (PROBLEM["gallery_ids"][:3] == -1).any()
        refused(capsys, tmp_path / "f.npz", f"gallery features are {fault} in row 3")
    ids = PROBLEM["gallery_ids"].astype(float)
    ids[4] = np.nan
    np.savez(tmp_path / "f.npz", **PROBLEM | {"gallery_ids": ids})
    refused(capsys, tmp_path / "f.npz", "gallery_ids is not a number in row 4")


def test_too_little_memory_on_a_device_is_one_sentence(tmp_path, capsys, monkeypatch):
    def fail(*arguments, **options):
        raise torch.OutOfMemoryError("CUDA out of memory.\nTried to allocate 2 GiB")

    monkeypatch.setattr(score_module, "evaluate_retrieval", fail)
    np.savez(tmp_path / "f.npz", **PROBLEM)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    refused(capsys, tmp_path / "f.npz", f"needs more memory than {device} has: try --device cpu")


def test_labels_of_half_the_bits_are_named(tmp_path, capsys):
    tensors = {name: torch.from_numpy(array) for name, array in PROBLEM.items()}
    save_tensors(tensors | {"query_ids": torch.ones(2).bfloat16()}, tmp_path / "f.safetensors")
    refused(capsys, tmp_path / "f.safetensors", "query_ids is bfloat16, which rounds")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"query_ids": None}, "lacks query_ids"),
        ({"query_ids": np.array([3, -1])}, "query_ids holds -1, the mark of junk, in row 1"),
        ({"query_ids": np.array([[3], [4]] * 2).reshape(2, 2)}, "query_ids has shape (2, 2)"),
        (
            {"gallery_cameras": np.array(["1", "1", " ", "1", "1"])},
            "gallery_cameras holds '' in row 2: give",
        ),
        ({"query_label": np.array([3, 4])}, "has query_ids and query_label: leave out one"),
        ({"gallery_ids": np.array([1, 2])}, "differ in length"),
        ({"query_ids": np.array([8, 9])}, "no query has a true match"),
        (
            {"query_features": np.array([[np.nan, 0], [0, 1]])},
            "query features are not finite in row 0",
        ),
        ({"query_features": np.ones((2, 3))}, "columns"),
        ({"query_features": np.ones(2)}, "query features have shape (2,)"),
        ({"query_features": np.ones((0, 2))}, "at least one row"),
        ({"query_features": np.array([["a"]])}, "query features are <U1"),
        ({"query_ids": np.array(["3", "4"])}, "query_ids are text and gallery_ids numbers"),
        ({"query_cameras": np.array([1])}, "query_cameras has shape (1,) beside 2 features"),
        ({"gallery_ids": np.array(3)}, "differ in length"),
        ({"gallery_ids": np.ones((5, 2))}, "gallery_ids has shape (5, 2)"),
        ({"gallery_ids": np.zeros(5, [("a", int)])}, "gallery_ids holds [('a', "),
        ({"query_ids": np.array([b"\xff", b"3"])}, "query_ids holds bytes that are no UTF-8"),
        ({"gallery_ids": np.full(5, -1)}, "all gallery images are junk"),
        (
            {n: PROBLEM[n][:0] for n in PROBLEM if n.startswith("gallery")},
            "the gallery is empty",
        ),
        ({"query_ids": np.array([None, 4])}, "of query_ids: Object arrays cannot be loaded"),
    ],
)
def test_bad_arrays_are_one_sentence(tmp_path, capsys, changes, named):
    arrays = {k: v for k, v in (PROBLEM | changes).items() if v is not None}
    np.savez(tmp_path / "f.npz", **arrays)
    refused(capsys, tmp_path / "f.npz", named)


def test_bad_files_are_one_sentence(tmp_path, capsys):
    (tmp_path / "f.npz").write_bytes(b"no archive")
    (tmp_path / "f.mat").write_bytes(b"MATLAB, or is it")
    (tmp_path / "f.safetensors").write_bytes(b"neither")
    (tmp_path / "f.txt").write_text("")
    (tmp_path / "folder.npz").mkdir()
    with (tmp_path / "one.npz").open("wb") as stream:
        np.save(stream, np.ones(3))
    for name in ("f.npz", "f.mat", "f.safetensors", "folder.npz", "one.npz", "absent.mat"):
        refused(capsys, tmp_path / name, "cannot read")
    refused(capsys, tmp_path / "f.txt", "give a .npz, .safetensors, .mat file")


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed, savemat])
def test_files_that_were_cut_off_are_one_sentence(tmp_path, capsys, save):
    file = tmp_path / ("f.mat" if save is savemat else "f.npz")
    save(file, PROBLEM) if save is savemat else save(file, **PROBLEM)
    whole = file.read_bytes()
    for length in range(0, len(whole) - 100, 97):
        file.write_bytes(whole[:length])
        refused(capsys, file, "f.")


def test_memory_below_nothing_is_one_sentence(tmp_path, capsys):
    np.savez(tmp_path / "f.npz", **PROBLEM)
    assert main(["score", str(tmp_path / "f.npz"), "--memory-mb", "-1"]) == 2
    assert capsys.readouterr().err == "apnet: --memory-mb wants a whole number from 0, not -1\n"
