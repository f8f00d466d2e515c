"""Features scored by hand, in each format and under each name that `apnet score` reads."""

import json

import h5py
import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_tensors
from scipy.io import savemat
from singlequery import IN_MAT, PROBLEM, refused

from apnet.cli import main
from apnet.evaluation import score as score_module

# Query 3: the distractor first, then its match. Query 4: both matches first.
WANTED = {"mAP": (1 / 2 + 1) / 2, "1": 0.5, "5": 1.0}


def score(capsys, file, *options):
    assert main(["score", str(file), "--json", *options]) == 0
    return json.loads(capsys.readouterr().out)


def check(found):
    assert found["mAP"] == pytest.approx(WANTED["mAP"])
    assert {k: found["cmc"][k] for k in ("1", "5")} == {k: WANTED[k] for k in ("1", "5")}
    assert set(found["cmc"]) == {"1", "5", "10", "20"}
    assert (found["queries"], found["valid_queries"], found["gallery"]) == (2, 2, 4)
    assert found["junk"] == 1
    # Of query 3 one match, second behind the distractor; of query 4 the first two images.
    assert found["mINP"] == pytest.approx((1 / 2 + 2 / 2) / 2)
    assert found["cmc_curve"] == [0.5] + [1.0] * 49
    if others := found["without_distractors"]:
        assert (others["mAP"], others["mINP"], others["cmc_curve"]) == (1.0, 1.0, [1.0] * 50)
    assert bool(others) == bool(found["distractors"])


def test_npz(tmp_path, capsys):
    np.savez(tmp_path / "f.npz", **PROBLEM)
    check(score(capsys, tmp_path / "f.npz"))


def test_safetensors(tmp_path, capsys):
    save_file(PROBLEM, tmp_path / "f.safetensors")
    check(score(capsys, tmp_path / "f.safetensors"))


def test_safetensors_of_bfloat16(tmp_path, capsys):
    tensors = {name: torch.from_numpy(array) for name, array in PROBLEM.items()}
    tensors |= {n: t.bfloat16() for n, t in tensors.items() if n.endswith("features")}
    save_tensors(tensors, tmp_path / "f.safetensors")
    check(score(capsys, tmp_path / "f.safetensors"))


@pytest.mark.parametrize("options", [{}, {"format": "4"}, {"do_compression": True}])
@pytest.mark.parametrize("vectors", ["row", "column"])
def test_mat_under_the_names_that_repositories_use(tmp_path, capsys, vectors, options):
    savemat(tmp_path / "f.mat", IN_MAT, oned_as=vectors, **options)
    check(score(capsys, tmp_path / "f.mat"))


def test_mat_with_text_for_identities(tmp_path, capsys):
    texts = {n: np.char.mod("%04d", a) if "label" in n else a for n, a in IN_MAT.items()}
    texts["gallery_label"][0] = "-1"
    savemat(tmp_path / "f.mat", {n: a.tolist() for n, a in texts.items()})
    check(score(capsys, tmp_path / "f.mat"))


@pytest.mark.parametrize("form", ["cells", "7.3 letters", "7.3 cells"])
def test_text_as_matlab_keeps_it(tmp_path, capsys, form):
    texts = {n: [f"who {i}" for i in a] for n, a in IN_MAT.items() if "label" in n}
    texts["gallery_label"][0] = "-1"
    if form == "cells":
        cells = {n: np.array([*a, None], dtype=object)[:-1] for n, a in texts.items()}
        savemat(tmp_path / "f.mat", IN_MAT | cells)
    else:
        with h5py.File(tmp_path / "f.mat", "w", userblock_size=512) as file:
            for name, array in IN_MAT.items():
                if name not in texts:
                    file[name] = array.T
            for name, words in texts.items():
                letters = [[*map(ord, word.ljust(8))] for word in words]
                if form == "7.3 letters":
                    file[name] = np.array(letters, np.uint16).T
                    file[name].attrs["MATLAB_class"] = np.bytes_("char")
                    continue
                for i, word in enumerate(words):
                    cell = file.create_dataset(
                        f"#refs#/{name}{i}", data=np.array([[*map(ord, word)]], np.uint16).T
                    )
                    cell.attrs["MATLAB_class"] = np.bytes_("char")
                refs = [[file[f"#refs#/{name}{i}"].ref] for i in range(len(words))]
                file.create_dataset(name, data=refs, dtype=h5py.ref_dtype)
                file[name].attrs["MATLAB_class"] = np.bytes_("cell")
    check(score(capsys, tmp_path / "f.mat"))


@pytest.mark.parametrize("kinds", [(np.uint64, np.int64), (np.int64, np.float64)])
def test_large_identities_are_told_apart_in_any_kind_of_number(tmp_path, capsys, kinds):
    def moved(ids):
        return np.where(ids == -1, -1, 2**53 + 2 * ids.astype(np.int64))

    query, gallery = moved(PROBLEM["query_ids"]), moved(PROBLEM["gallery_ids"])
    same = PROBLEM | {"query_ids": query.astype(kinds[0]), "gallery_ids": gallery.astype(kinds[1])}
    np.savez(tmp_path / "f.npz", **same)
    check(score(capsys, tmp_path / "f.npz"))
    # One more than each is nobody in the gallery, though floats cannot tell.
    np.savez(tmp_path / "f.npz", **same | {"query_ids": query + 1})
    refused(capsys, tmp_path / "f.npz", "no query has a true match")


@pytest.mark.parametrize("shape", [(1, -1), (-1, 1)])
def test_mat_of_version_7_3(tmp_path, capsys, shape):
    with h5py.File(tmp_path / "f.mat", "w", userblock_size=512) as file:
        for name, array in IN_MAT.items():
            file[name] = array.T if array.ndim == 2 else array.reshape(shape)
    check(score(capsys, tmp_path / "f.mat"))


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz_under_those_names_too_and_beside_arrays_that_nobody_reads(tmp_path, capsys, save):
    columns = {n: a if a.ndim == 2 else a[:, None] for n, a in IN_MAT.items()}
    save(tmp_path / "F.NPZ.npz", **columns, paths=np.array([{"any": "object"}], dtype=object))
    (tmp_path / "F.NPZ.npz").rename(tmp_path / "F.NPZ")
    check(score(capsys, tmp_path / "F.NPZ"))


def test_euclidean_is_another_ranking(tmp_path, capsys):
    problem = PROBLEM | {
        "gallery_features": PROBLEM["gallery_features"] * [[1], [9], [1], [1], [1]]
    }
    np.savez(tmp_path / "f.npz", **problem)
    assert score(capsys, tmp_path / "f.npz", "--distance", "euclidean")["mAP"] == 1.0


def test_memory_device_and_threads_are_the_users_choice(tmp_path, capsys, monkeypatch):
    seen = {}
    evaluate = score_module.evaluate_retrieval

    def watch(*arguments, **options):
        seen.update(options, device=arguments[0].device.type)
        return evaluate(*arguments, **options)

    monkeypatch.setattr(score_module, "evaluate_retrieval", watch)
    np.savez(tmp_path / "f.npz", **PROBLEM)
    check(score(capsys, tmp_path / "f.npz", "--memory-mb", "3", "--device", "cpu"))
    assert (seen["memory_mb"], seen["device"]) == (3, "cpu")


@pytest.mark.parametrize("kind", [np.str_, np.bytes_])
def test_string_identities(tmp_path, capsys, kind):
    texts = {n: a.astype(kind) if n.endswith("ids") else a for n, a in PROBLEM.items()}
    np.savez(tmp_path / "f.npz", **texts)
    check(score(capsys, tmp_path / "f.npz"))


@pytest.mark.parametrize("junk", ["  -1", "-001", "-1.0", "-1 ", b"-1\n"])
def test_labels_padded_and_written_otherwise(tmp_path, capsys, junk):
    texts = {n: a.astype(str) for n, a in PROBLEM.items() if "features" not in n}
    texts["gallery_ids"] = np.char.rjust(texts["gallery_ids"], 9).astype(type(junk))
    texts["gallery_ids"][0] = junk
    texts["gallery_cameras"] = np.char.ljust(texts["gallery_cameras"], 5)
    np.savez(tmp_path / "f.npz", **PROBLEM | texts)
    check(score(capsys, tmp_path / "f.npz"))


def test_it_says_what_is_junk_and_what_are_distractors(tmp_path, capsys):
    said = "2 of 2 queries have a match among 4 gallery images, 1 of them distractors; 1 left out"
    for kind in (int, float, str):
        ids = {n: a.astype(kind) for n, a in PROBLEM.items() if n.endswith("ids")}
        np.savez(tmp_path / "f.npz", **PROBLEM | ids)
        assert main(["score", str(tmp_path / "f.npz")]) == 0
        assert f"{said} as junk\n" in capsys.readouterr().out
        assert score(capsys, tmp_path / "f.npz")["distractors"] == 1
    # As in MSMT17, where 0 is a person.
    people = {n: np.where(PROBLEM[n] == 3, 0, PROBLEM[n]) for n in ("query_ids", "gallery_ids")}
    np.savez(tmp_path / "f.npz", **PROBLEM | people)
    found = score(capsys, tmp_path / "f.npz")
    assert (found["distractors"], found["mAP"]) == (0, 1.0)
