import json

import numpy as np
import pytest
from safetensors.numpy import save_file
from scipy.io import savemat

from apnet.cli import main

PROBLEM = {
    "query_features": np.array([[1.0, 0.0], [0.0, 1.0]]),
    "query_ids": np.array([3, 4]),
    "query_cameras": np.array([1, 1]),
    # The junk image is nearest to both queries; identity 0 is an ordinary one.
    "gallery_features": np.array([[1.0, 1.0], [1.0, 0.1], [0.9, 0.3], [0.1, 1.0], [0.5, 0.6]]),
    "gallery_ids": np.array([-1, 0, 3, 4, 4]),
    "gallery_cameras": np.array([2, 2, 2, 2, 2]),
}
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


def test_npz(tmp_path, capsys):
    np.savez(tmp_path / "f.npz", **PROBLEM)
    check(score(capsys, tmp_path / "f.npz"))


def test_safetensors(tmp_path, capsys):
    save_file(PROBLEM, tmp_path / "f.safetensors")
    check(score(capsys, tmp_path / "f.safetensors"))


def test_mat_under_the_names_that_repositories_use(tmp_path, capsys):
    short = {"features": "f", "ids": "label", "cameras": "cam"}
    names = {f"{s}_{what}": f"{s}_{short[what]}" for s in ("query", "gallery") for what in short}
    savemat(tmp_path / "f.mat", {names[name]: array for name, array in PROBLEM.items()})
    check(score(capsys, tmp_path / "f.mat"))


def test_euclidean_is_another_ranking(tmp_path, capsys):
    problem = PROBLEM | {
        "gallery_features": PROBLEM["gallery_features"] * [[1], [9], [1], [1], [1]]
    }
    np.savez(tmp_path / "f.npz", **problem)
    assert score(capsys, tmp_path / "f.npz", "--distance", "euclidean")["mAP"] == 1.0


def test_string_identities(tmp_path, capsys):
    texts = {n: a.astype(str) if n.endswith("ids") else a for n, a in PROBLEM.items()}
    np.savez(tmp_path / "f.npz", **texts)
    check(score(capsys, tmp_path / "f.npz"))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"query_ids": None}, "lacks query_ids"),
        ({"gallery_ids": np.array([1, 2])}, "differ in length"),
        ({"query_ids": np.array([8, 9])}, "no query has a true match"),
        (
            {"query_features": np.array([[np.nan, 0], [0, 1]])},
            "query features are not finite in row 0",
        ),
        ({"query_features": np.ones((2, 3))}, "columns"),
    ],
)
def test_bad_arrays_are_one_sentence(tmp_path, capsys, changes, named):
    arrays = {k: v for k, v in (PROBLEM | changes).items() if v is not None}
    np.savez(tmp_path / "f.npz", **arrays)
    assert main(["score", str(tmp_path / "f.npz")]) == 2
    said = capsys.readouterr().err
    assert named in said and said.count("\n") == 1


def test_bad_files_are_one_sentence(tmp_path, capsys):
    (tmp_path / "f.npz").write_bytes(b"no archive")
    (tmp_path / "f.txt").write_text("")
    np.savez(tmp_path / "p.npz", query_ids=np.array([{"a": 1}], dtype=object))
    for name in ("f.npz", "f.txt", "absent.mat", "p.npz"):
        assert main(["score", str(tmp_path / name)]) == 2
        said = capsys.readouterr().err
        assert name in said and said.count("\n") == 1
