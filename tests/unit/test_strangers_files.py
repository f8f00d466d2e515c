"""Files of results, features and weights from strangers: read, or refused in a sentence, soon."""

import io
import json
import os
import pickle
import zipfile
import zlib

import h5py
import numpy as np
import pytest
import torch
from fabricated import ARRAYS, HISTORY, PLACE, RUN, TEST, fabricate, said
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from safetensors.numpy import save_file
from scipy.io import savemat

from apnet.data.csvfile import read_csv
from apnet.data.images import read_image
from apnet.data.matfile import read_inside
from apnet.ending import ended
from apnet.errors import InputError
from apnet.evaluation.score import score_file
from apnet.files import read_json
from apnet.models.weights import read_weights, write_weights
from apnet.records import arrays, crates
from apnet.records.check import check_results
from apnet.records.load import load_run

QUICK = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "15")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Opened:
    """What runs code where a pickle is taken for more than data."""

    def __init__(self, place):
        self.place = place

    def __reduce__(self):
        return os.mkdir, (str(self.place),)


@pytest.mark.parametrize("name", [RUN, TEST, HISTORY])
def test_a_pipe_or_a_device_in_the_place_of_a_record(tmp_path, name):
    file = fabricate(tmp_path, 0) / name
    file.unlink()
    os.mkfifo(file)
    assert ("error", f"{PLACE}/seed0/{name}") in {line[:2] for line in said(tmp_path)}
    file.unlink()
    file.symlink_to("/dev/zero")
    assert ("error", f"{PLACE}/seed0/{name}") in {line[:2] for line in said(tmp_path)}
    if name == RUN:
        with pytest.raises(InputError, match="a pipe or a device"):
            load_run(file)


def test_a_record_that_is_larger_than_any(tmp_path, monkeypatch):
    monkeypatch.setattr("apnet.files.MOST_BYTES", 10)
    (tmp_path / "a.json").write_text(json.dumps("x" * 10))
    with pytest.raises(InputError, match="it is over 0 MiB"):
        read_json(tmp_path / "a.json")


def zeros(file, names, count):
    """An archive of arrays that compress to a thousandth."""
    stream = io.BytesIO()
    np.save(stream, np.zeros(count))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(f"{name}.npy", stream.getvalue())
    return file


def test_arrays_that_unpack_to_more_than_fits(tmp_path, monkeypatch):
    file = fabricate(tmp_path, 0) / ARRAYS
    monkeypatch.setattr(arrays.read_npz, "__defaults__", (2**20,))
    zeros(file, ("average_precision", "first_match_rank"), 10**5)
    assert ("error", f"{PLACE}/seed0/{ARRAYS}", "cannot be read (TooLarge)") in said(tmp_path)


def test_features_that_unpack_to_a_thousand_times_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr("apnet.evaluation.feature_files._MOST_BYTES", 2**10)
    with pytest.raises(InputError, match="unpacked it is over"):
        score_file(zeros(tmp_path / "f.npz", ["query_features"], 10**6))


def test_a_reason_that_holds_the_file(tmp_path):
    features(tmp_path / "f.npz")
    content = (tmp_path / "f.npz").read_bytes()
    # The length of the first name, which then goes on into what follows it.
    (tmp_path / "f.npz").write_bytes(content[:26] + b"\x00\x04" + content[28:])
    with pytest.raises(InputError) as refused:
        score_file(tmp_path / "f.npz")
    assert len(str(refused.value)) < 600


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("kind", [0, 8, 10, 14, 15, 19, 246, 2**16 - 1])
def test_a_mat_on_which_scipy_ends_the_process(tmp_path, kind, compressed):
    """Whose element has a type that SciPy looks up beyond, or in a gap of, its table."""
    savemat(tmp_path / "f.mat", {"query_features": np.eye(2, 3)})
    content = bytearray((tmp_path / "f.mat").read_bytes())
    place = content.index(b"query_features") + 16
    assert content[place : place + 4] == b"\x09\0\0\0"
    content[place : place + 2] = kind.to_bytes(2, "little")
    if compressed:
        packed = zlib.compress(content[128:])
        content[128:] = (15).to_bytes(4, "little") + len(packed).to_bytes(4, "little") + packed
    (tmp_path / "f.mat").write_bytes(content)
    with pytest.raises(InputError, match="an array of class 6 has elements that are none"):
        score_file(tmp_path / "f.mat")


def test_a_name_twice_counts_twice(tmp_path):
    file = zeros(tmp_path / "a.npz", ["a"], 1000)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("a", b"")
    with pytest.raises(arrays.TooLarge):
        arrays.read_npz(file, ["a"], most=8000)


def test_python_objects_are_not_made(tmp_path):
    place = tmp_path / "made"
    np.savez(tmp_path / "f.npz", query_features=np.array([Opened(place)], dtype=object))
    (tmp_path / "w.pth").write_bytes(pickle.dumps(Opened(place)))
    torch.save({"state_dict": Opened(place)}, tmp_path / "t.pth")
    for read, name in ((score_file, "f.npz"), (read_weights, "w.pth"), (read_weights, "t.pth")):
        with pytest.raises(InputError):
            read(tmp_path / name)
    assert not place.exists()


def outside(file, other):
    file.create_dataset("query_features", (2, 4), "u1", external=[(str(other), 0, 8)])


def linked(file, other):
    file["query_features"] = h5py.ExternalLink(str(other), "/secret")


def virtual(file, other):
    layout = h5py.VirtualLayout((2, 4), "f8")
    layout[:] = h5py.VirtualSource(str(other), "secret", (2, 4))
    file.create_virtual_dataset("query_features", layout)


@pytest.mark.parametrize("make", [outside, linked, virtual])
def test_arrays_of_a_mat_that_lie_in_another_file(tmp_path, make):
    with h5py.File(tmp_path / "other", "w") as other:
        other["secret"] = np.ones((2, 4))
    with h5py.File(tmp_path / "f.mat", "w") as file:
        make(file, tmp_path / "other")
    with pytest.raises(InputError, match="query_features lies in another file"):
        score_file(tmp_path / "f.mat")


def test_pixels_of_cuhk_03_that_lie_in_another_file(tmp_path):
    with h5py.File(tmp_path / "cuhk-03.mat", "w") as file:
        pixels = file.create_dataset("p", (3, 2, 2), "u1", external=[(__file__, 0, 12)])
        cells = file.create_dataset("c", (10, 1), dtype=h5py.ref_dtype)
        cells[0, 0] = pixels.ref
        boxes = file.create_dataset("detected", (1, 5), dtype=h5py.ref_dtype)
        boxes[0, 0] = cells.ref
    with pytest.raises(OSError, match="no such image"):
        read_inside(tmp_path / "cuhk-03.mat" / "detected" / "1_001_1_01.png")


def test_what_a_terminal_would_obey_is_shown(tmp_path, capsys):
    assert ended(InputError("no folder a\x1b[2J\r\u202eb")) == 2
    assert capsys.readouterr().err == "apnet: no folder a\\x1b[2J\\r\\u202eb\n"


def damaged(data, whole):
    """A file's bytes with some of them cut out, put in or replaced."""
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 8)))
        content[start:end] = data.draw(st.binary(max_size=8))
    return bytes(content)


@pytest.mark.parametrize("name", [RUN, TEST, HISTORY, ARRAYS])
@QUICK
@given(data=st.data())
def test_damaged_results_are_findings(tmp_path, name, data):
    scale = tmp_path / "scale"
    if not scale.exists():
        fabricate(scale, 0)
    file = scale / PLACE / "seed0" / name
    whole = file.read_bytes()
    file.write_bytes(damaged(data, whole))
    try:
        assert all(len(str(finding)) < 2000 for finding in check_results(scale)["findings"])
    finally:
        file.write_bytes(whole)


FEATURES = {
    f"{side}_{what}": value
    for side, camera in (("query", 1), ("gallery", 2))
    for what, value in (
        ("features", np.eye(2, 3)),
        ("ids", np.array([1, 2])),
        ("cameras", np.full(2, camera)),
    )
}


def features(file):
    """A file of features, as its suffix says."""
    if file.suffix == ".npz":
        np.savez(file, **FEATURES)
    elif file.suffix == ".safetensors":
        save_file(FEATURES, file)
    else:
        savemat(file, {key: np.atleast_2d(value) for key, value in FEATURES.items()})


def of_matlab_7_3(file):
    with h5py.File(file, "w") as content:
        for name, value in FEATURES.items():
            content[name] = value.T


def checkpoint(file):
    state = {"a.weight": torch.ones(2, 3), "a.bias": torch.zeros(2)}
    torch.save(state, file) if file.suffix == ".pth" else write_weights(file, state)


def listed(file):
    (file.parent / "1.png").touch()
    rows = [f"1.png,{name},{name},{name}" for name in ("train", "query", "gallery")]
    file.write_text("\n".join(["path,identity,camera,split", *rows]) + "\n")


def drawing(file):
    Image.fromarray(np.arange(96, dtype=np.uint8).reshape(8, 4, 3)).save(file)


def packed(file):
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(crates.METADATA, "{}")
        archive.writestr("results/paper/run.json", "{}" * 30)


def opened(file):
    with crates.results_in(file) as results:
        return [*results.iterdir()]


READERS = {
    "f.npz": (features, score_file),
    "f.safetensors": (features, score_file),
    "f.mat": (features, score_file),
    "h.mat": (of_matlab_7_3, score_file),
    "w.pth": (checkpoint, read_weights),
    "w.safetensors": (checkpoint, read_weights),
    "l.csv": (listed, lambda file: read_csv(file.parent, file.name)),
    "i.png": (drawing, read_image),
    "i.jpg": (drawing, read_image),
    "a.zip": (packed, opened),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", READERS)
@QUICK
@given(data=st.data())
def test_damaged_files_are_read_or_refused(tmp_path, name, data):
    (make, read), file, whole = READERS[name], tmp_path / name, tmp_path / f"whole.{name}"
    if not whole.exists():
        make(whole)
    file.write_bytes(damaged(data, whole.read_bytes()))
    try:
        read(file)
    except InputError as error:
        assert len(str(error)) < 2000
