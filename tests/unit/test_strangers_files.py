"""Files of results, features and weights from strangers: read, or refused in a sentence, soon."""

import io
import json
import os
import pickle
import zipfile

import h5py
import numpy as np
import pytest
import torch
from fabricated import ARRAYS, HISTORY, PLACE, RUN, TEST, fabricate, said
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apnet.ending import ended
from apnet.errors import InputError
from apnet.evaluation.score import score_file
from apnet.files import read_json
from apnet.models.weights import read_weights
from apnet.records import arrays
from apnet.records.check import check_results
from apnet.records.load import load_run

QUICK = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
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


def test_what_a_terminal_would_obey_is_shown(tmp_path, capsys):
    assert ended(InputError("no folder a\x1b[2J\r\u202eb")) == 2
    assert capsys.readouterr().err == "apnet: no folder a\\x1b[2J\\r\\u202eb\n"


@pytest.mark.parametrize("name", [RUN, TEST, HISTORY, ARRAYS])
@QUICK
@given(data=st.data())
def test_damaged_results_are_findings(tmp_path, name, data):
    scale = tmp_path / "scale"
    if not scale.exists():
        fabricate(scale, 0)
    file = scale / PLACE / "seed0" / name
    whole = file.read_bytes()
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 8)))
        content[start:end] = data.draw(st.binary(max_size=8))
    file.write_bytes(content)
    try:
        assert all(len(str(finding)) < 2000 for finding in check_results(scale)["findings"])
    finally:
        file.write_bytes(whole)
