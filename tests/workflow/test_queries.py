"""Files of queries are read whole, or refused in one sentence that names the file."""

import zipfile

import numpy as np
import pytest

from reproduction.errors import InputError
from reproduction.results import queries as module
from reproduction.results.queries import read_queries

PRECISION = np.array([0.5, np.nan, 1.0])
RANK = np.array([2, 0, 1])


@pytest.fixture
def file(tmp_path):
    return tmp_path / "market1501.npz"


def written(file, **changes):
    arrays = {"average_precision": PRECISION, "first_match_rank": RANK} | changes
    np.savez(file, **{name: array for name, array in arrays.items() if array is not None})
    return file


def test_queries_of_an_older_file_have_no_names(file):
    queries = read_queries(written(file))
    assert len(queries) == 3
    assert queries.valid.tolist() == [True, False, True]
    np.testing.assert_array_equal(queries.average_precision, PRECISION)
    assert queries.first_rank.tolist() == [2, 0, 1]
    assert (queries.image, queries.identity, queries.camera) == (None, None, None)


def test_queries_have_names_identities_and_cameras(file):
    queries = read_queries(
        written(
            file,
            **{"image": ["a.jpg", "b.jpg", "c.jpg"], "identity": [1, 1, 2], "camera": [1, 2, 1]},
            later_array=np.zeros(7),
        )
    )
    assert queries.image.tolist() == ["a.jpg", "b.jpg", "c.jpg"]
    assert queries.identity.tolist() == [1, 1, 2]
    assert queries.camera.tolist() == [1, 2, 1]


@pytest.mark.parametrize(
    ("metric", "mean"), [("mAP", 0.75), ("R-1", 0.5), ("R-2", 1.0), ("R-10", 1.0)]
)
def test_a_metric_is_the_mean_over_the_valid_queries(file, metric, mean):
    scores = read_queries(written(file)).scores(metric)
    assert np.isnan(scores[1])
    assert np.nanmean(scores) == mean


@pytest.mark.parametrize("metric", ["map", "R1", "R--1", "GFLOPs"])
def test_another_metric_is_refused(file, metric):
    with pytest.raises(ValueError, match="neither mAP nor R-k"):
        read_queries(written(file)).scores(metric)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"average_precision": None}, "lacks average_precision"),
        ({"first_match_rank": None}, "lacks first_match_rank"),
        ({"first_match_rank": RANK[:2]}, "different lengths"),
        ({"camera": [1, 2]}, "different lengths"),
        ({"first_match_rank": [2, 0, 0]}, "disagree on which queries have a match"),
        ({"first_match_rank": [2, -1, 1]}, "disagree on which queries have a match"),
        ({"average_precision": [0.5, np.nan, 50.0]}, "leaves 0 to 1"),
        ({"average_precision": [0.5, np.nan, -0.1]}, "leaves 0 to 1"),
        ({"average_precision": [0.5, np.nan, np.inf]}, "leaves 0 to 1"),
        ({"first_match_rank": RANK / 1}, "no list of whole numbers"),
        ({"average_precision": PRECISION[None]}, "no list of numbers"),
        ({"average_precision": ["a", "b", "c"]}, "no list of numbers"),
        ({"average_precision": [], "first_match_rank": np.empty(0, int)}, "holds no query"),
        ({"image": np.array([1, "b", None], dtype=object)}, "ValueError"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(file, changes, words):
    with pytest.raises(InputError, match=rf"market1501\.npz.*{words}.*: evaluate again"):
        read_queries(written(file, **changes))


def test_what_is_no_whole_archive_is_refused(file):
    for content in (b"", b"no archive", written(file).read_bytes()[:-40]):
        file.write_bytes(content)
        with pytest.raises(InputError, match=r"cannot read .*market1501\.npz \(BadZipFile\)"):
            read_queries(file)
    damaged = bytearray(written(file).read_bytes())
    damaged[150] ^= 255
    file.write_bytes(damaged)
    with pytest.raises(InputError, match=r"cannot read .*market1501\.npz"):
        read_queries(file)


def test_what_is_not_there_is_refused(file):
    with pytest.raises(InputError, match="No such file"):
        read_queries(file)


def test_a_file_that_unpacks_to_more_than_there_can_be_is_refused_unread(file, monkeypatch):
    written(file, average_precision=np.zeros(10**6), first_match_rank=np.ones(10**6, int))
    assert len(read_queries(file)) == 10**6
    monkeypatch.setattr(module, "MOST_BYTES", 10**6)
    monkeypatch.setattr(zipfile.ZipFile, "read", None)
    with pytest.raises(InputError, match="unpacked it is over"):
        read_queries(file)
