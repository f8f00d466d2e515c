"""CUHK03-NP in the original .mat and with torchreid's lists: the same images and people."""

import json
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import cuhk03
import numpy as np
import pytest
import tiny

from apnet.config.readings import WRITTEN
from apnet.data import find_dataset, load_dataset
from apnet.data.check import check_dataset
from apnet.data.images import read_image
from apnet.errors import InputError

NAME = "cuhk03-detected"


def original(root):
    cuhk03.write_protocol(root / "cuhk03")
    cuhk03.write_mat(root / "cuhk03" / "cuhk03_release" / "cuhk-03.mat")
    return root / "cuhk03"


def torchreid(root):
    return cuhk03.write_json(root / "cuhk03")


def refusal(root):
    with pytest.raises(InputError) as error:
        load_dataset(NAME, root, WRITTEN)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("write", [original, torchreid])
def test_images_people_and_cameras(tmp_path, write):
    root = write(tmp_path)
    assert find_dataset(NAME, tmp_path) == find_dataset(NAME, root) == root
    dataset = load_dataset(NAME, tmp_path, WRITTEN)
    parts = (dataset.train, dataset.query, dataset.gallery)
    for samples, places in zip(parts, (cuhk03.TRAIN, cuhk03.QUERY, cuhk03.GALLERY), strict=True):
        assert [sample.path.name for sample in samples] == [cuhk03.NAMES[i] for i in places]
        assert [sample.camera for sample in samples] == [cuhk03.CAMERAS[i] for i in places]
        for sample in samples:
            expected = cuhk03.pixels(sample.path.name)
            assert np.array_equal(read_image(root / sample.path), expected)
    assert [sample.identity for sample in dataset.query] == [2, 2, 844]
    first, second, third = (sample.identity for sample in dataset.train)
    assert first == second != third
    found = check_dataset(NAME, tmp_path, WRITTEN)
    assert found["problems"] == [] and found["published_counts"]["train"]["images"] == 7365


def test_both_files_may_lie_in_the_release(tmp_path):
    release = cuhk03.write_protocol(tmp_path / "cuhk03" / "cuhk03_release", "labeled")
    cuhk03.write_mat(release / "cuhk-03.mat", ["labeled"])
    dataset = load_dataset("cuhk03-labeled", tmp_path, WRITTEN)
    assert dataset.root == release
    assert read_image(release / dataset.query[0].path).shape[2] == 3
    assert load_dataset("cuhk03-labeled", release, WRITTEN).root == release
    assert f"{tmp_path / 'cuhk03'} lacks cuhk03_new_protocol_config_detected.mat" in refusal(
        tmp_path
    )


def test_nothing_is_written(tmp_path):
    root = original(tmp_path)
    before = sorted(root.rglob("*"))
    check_dataset(NAME, tmp_path, WRITTEN)
    assert sorted(root.rglob("*")) == before


def test_the_extracted_images_are_preferred(tmp_path):
    original(tmp_path)
    torchreid(tmp_path)
    dataset = load_dataset(NAME, tmp_path, WRITTEN)
    assert dataset.train[0].path.parts[0] == "images_detected"


def test_an_image_that_is_not_in_the_mat_is_named(tmp_path):
    names = np.empty((len(cuhk03.NAMES), 1), object)
    names[:, 0] = [name.replace("1_003_1_05", "1_003_1_04") for name in cuhk03.NAMES]
    root = cuhk03.write_protocol(tmp_path / "cuhk03", filelist=names)
    cuhk03.write_mat(root / "cuhk03_release" / "cuhk-03.mat")
    (problem,) = check_dataset(NAME, tmp_path, WRITTEN)["problems"]
    assert problem == {
        "file": "cuhk03_release/cuhk-03.mat/detected/1_003_1_04.png",
        "problem": "cannot be read (no such image in cuhk-03.mat)",
    }
    with pytest.raises(InputError, match=r"1_003_1_04\.png"):
        read_image(root / problem["file"])


def test_a_damaged_mat_and_a_damaged_list(tmp_path):
    root = original(tmp_path)
    (root / "cuhk03_release" / "cuhk-03.mat").write_bytes(b"no HDF5")
    found = check_dataset(NAME, tmp_path, WRITTEN)
    assert found["problem_count"] == len(cuhk03.NAMES)
    what = "cannot be read (cuhk-03.mat cannot be opened as HDF5)"
    assert {item["problem"] for item in found["problems"]} == {what}
    file = root / "cuhk03_new_protocol_config_detected.mat"
    for content in (file.read_bytes()[:300], b"MATLAB", b"", b"x" * 1000):
        file.write_bytes(content)
        assert f"{file} is no list of CUHK03-NP" in refusal(tmp_path)
    counted_from_0 = {"train_idx": np.array([cuhk03.TRAIN], np.uint16)}
    for wrong in ({"labels": [[1]]}, counted_from_0):
        cuhk03.write_protocol(root, **wrong)
        assert f"{file} is no list of CUHK03-NP" in refusal(tmp_path)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda split: split["query"][0].__setitem__(2, 1), "gives camera 2 to 1_002_1_01.png"),
        (lambda split: split["query"].append(split["train"][0]), "trains on 1_001_1_01.png"),
        (
            lambda split: split["query"].append(["C:\\x\\a.png", 1, 0]),
            "names a.png, which is not in",
        ),
        (
            lambda split: split["query"][0].__setitem__(1, -1),
            "lists images_detected/1_002_1_01.png, which has identity -1, the mark of junk",
        ),
        (lambda split: split.pop("query"), "is no list of CUHK03-NP"),
        (lambda split: split["query"].append(["a.png", 1]), "is no list of CUHK03-NP"),
        (lambda split: split["query"].clear(), "has no query images"),
    ],
)
def test_a_wrong_line_of_the_json_is_named(tmp_path, change, fault):
    file = torchreid(tmp_path) / "splits_new_detected.json"
    content = json.loads(file.read_text())
    change(content[0])
    file.write_text(json.dumps(content))
    message = refusal(tmp_path)
    assert message.startswith(f"{file} ") and fault in message


def test_junk_in_a_gallerys_list_is_left_out(tmp_path):
    file = torchreid(tmp_path) / "splits_new_detected.json"
    content = json.loads(file.read_text())
    content[0]["gallery"][0][1] = -1
    file.write_text(json.dumps(content))
    dataset = load_dataset(NAME, tmp_path, WRITTEN)
    assert (dataset.junk, len(dataset.gallery)) == (1, len(cuhk03.GALLERY) - 1)


def test_a_json_that_was_cut_off_is_not_said_to_be_made_again_here(tmp_path):
    file = torchreid(tmp_path) / "splits_new_detected.json"
    file.write_text(file.read_text()[:-9])
    assert refusal(tmp_path) == (f"{file} is no list of CUHK03-NP: take it from where it was made")


def test_paths_of_another_machine(tmp_path):
    cuhk03.write_json(tmp_path / "cuhk03", place="D:\\data\\cuhk03\\images_detected\\")
    assert len(load_dataset(NAME, tmp_path, WRITTEN).train) == 3


def test_labels_are_part_of_the_fingerprint(tmp_path):
    root = original(tmp_path)
    before = check_dataset(NAME, tmp_path, WRITTEN)["fingerprint"]
    cuhk03.write_protocol(root, labels=np.array([[1, 1, 844, 2, 2, 3, 844, 844]]).T)
    assert check_dataset(NAME, tmp_path, WRITTEN)["fingerprint"] != before


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_read_one_mat(tmp_path, method):
    root = original(tmp_path)
    files = [root / "cuhk03_release" / "cuhk-03.mat" / "detected" / name for name in cuhk03.NAMES]
    read_image(files[0])
    with ProcessPoolExecutor(2, get_context(method)) as pool:
        for name, found in zip(cuhk03.NAMES, pool.map(read_image, files), strict=True):
            assert np.array_equal(found, cuhk03.pixels(name))


def test_the_folders_of_zhong_come_first(tmp_path):
    original(tmp_path)
    root = tiny.write(tmp_path / "cuhk03-np" / "detected", tiny.CUHK03)
    assert load_dataset(NAME, tmp_path, WRITTEN).root == root
