import subprocess
import sys
from pathlib import Path

import pytest
import tiny

from apnet.config.readings import get_reading
from apnet.data import DATASETS, find_dataset, get_source, load_dataset, tolerance

PAPER = (
    "market1501",
    "dukemtmc",
    "msmt17",
    "cuhk03-detected",
    "cuhk03-labeled",
    "occluded-dukemtmc",
)
WRITTEN, RELEASED = get_reading("written"), get_reading("released")


def names(samples):
    return [sample.path.name for sample in samples]


def write_any(name, folder):
    if name == "msmt17":
        return tiny.write_msmt17(folder)
    splits = {"market1501": tiny.MARKET, "dukemtmc": tiny.DUKE}.get(name, tiny.CUHK03)
    if name == "occluded-dukemtmc":
        return tiny.write(folder, tiny.OCCLUDED, tiny.OCCLUDED_LISTS)
    return tiny.write(folder, splits)


def test_market_without_junk(tmp_path):
    root = tiny.write(tmp_path / "market1501", tiny.MARKET)
    (root / "query" / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0")
    (root / "query" / "._0001_c1s1_001051_00.jpg").write_bytes(b"\x00\x05")
    dataset = load_dataset("market1501", tmp_path, WRITTEN)
    assert (dataset.name, dataset.root, dataset.synthetic) == ("market1501", root, False)
    assert names(dataset.train) == sorted(tiny.MARKET["bounding_box_train"])
    assert names(dataset.query) == tiny.MARKET["query"]
    assert names(dataset.gallery) == [
        "0000_c1s1_000151_01.jpg",
        "0001_c2s1_000301_00.jpg",
        "0003_c1s6_015996_02.jpg",
        "0003_c4s6_015641_05.jpg",
    ]
    assert (dataset.junk, dataset.distractors) == (2, 1)
    assert dataset.test() == (dataset.query, dataset.gallery)
    last = dataset.train[-1]
    assert last.path == Path("bounding_box_train/1500_c6s3_086542_02.jpg")
    assert (last.identity, last.camera) == (1500, 6)
    assert (root / last.path).is_file()


def test_market_drops_distractors_only_when_told(tmp_path):
    tiny.write(tmp_path / "market1501", tiny.MARKET)
    for reading in (WRITTEN, RELEASED):
        assert len(load_dataset("market1501", tmp_path, reading).gallery) == 4
    drop = get_reading("written", market_distractors="drop")
    dataset = load_dataset("market1501", tmp_path, drop)
    assert sorted({sample.identity for sample in dataset.gallery}) == [1, 3]
    assert (dataset.junk, dataset.distractors) == (2, 1)


def test_counts(tmp_path):
    tiny.write(tmp_path / "market1501", tiny.MARKET)
    assert load_dataset("market1501", tmp_path, WRITTEN).counts() == {
        "train": {"images": 5, "identities": 3, "cameras": 4},
        "query": {"images": 2, "identities": 2, "cameras": 2},
        "gallery": {"images": 4, "identities": 3, "cameras": 3},
        "junk": 2,
        "distractors": 1,
    }


def test_only_the_file_name_carries_labels(tmp_path):
    root = tiny.write(tmp_path / "7_c3" / "0009_c5s1_000001_00.jpg" / "market1501", tiny.MARKET)
    dataset = load_dataset("market1501", root.parent, WRITTEN)
    assert [(s.identity, s.camera) for s in dataset.query] == [(1, 1), (3, 5)]


@pytest.mark.parametrize(
    ("name", "folder"),
    [(name, folder) for name in PAPER for folder in get_source(name).folders],
)
def test_found_wherever_it_is_usually_unpacked(tmp_path, name, folder):
    root = write_any(name, tmp_path / folder)
    assert find_dataset(name, tmp_path) == root
    assert load_dataset(name, root, WRITTEN).root == root  # the dataset's own folder
    assert load_dataset(name, str(tmp_path), WRITTEN).counts()["query"]["images"] == 2


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("market1501", "Market-1501-v15.09.15/Market-1501-v15.09.15"),
        ("dukemtmc", "duke/DukeMTMC-reID"),
        ("msmt17", "MSMT17/MSMT17_V1"),
        ("msmt17", "MSMT17_V2/MSMT17_V2"),
        ("occluded-dukemtmc", "occluded-dukemtmc/Occluded_Duke"),
        ("cuhk03-labeled", "CUHK03/cuhk03-np/labeled"),
    ],
)
def test_found_in_a_folder_in_a_folder(tmp_path, name, folder):
    root = write_any(name, tmp_path / "data" / folder)
    assert find_dataset(name, tmp_path / "data") == root


def test_the_outer_folder_comes_before_the_inner(tmp_path):
    root = tiny.write(tmp_path / "market1501", tiny.MARKET)
    tiny.write(root / "Market-1501", tiny.MARKET)
    assert find_dataset("market1501", tmp_path) == root


def test_a_folder_of_any_name_may_be_given_itself(tmp_path):
    root = tiny.write(tmp_path / "elsewhere", tiny.MARKET)
    assert find_dataset("market1501", root) == root


def test_every_dataset_of_the_paper_is_there():
    assert set(PAPER) <= set(DATASETS)
    assert all(get_source(name).name == name for name in DATASETS)


def test_how_near_is_near_enough():
    assert tolerance("cuhk03-labeled") == tolerance("occluded-dukemtmc") == 1.0
    assert tolerance("msmt17") == tolerance("mine") == 0.5


def loaded(code):
    """The modules of datasets and of drawing that are loaded after some code."""
    code += "; import sys; print(*(m for m in sys.modules if 'datasets.' in m or 'synthetic' in m))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_datasets_file_is_loaded_when_it_is_asked_for():
    assert loaded("import apnet.data") == []
    assert loaded("import apnet.data; apnet.data.get_source('msmt17')") == [
        "apnet.data.datasets.msmt17"
    ]


def test_duke_and_cuhk03(tmp_path):
    tiny.write(tmp_path / "DukeMTMC-reID", tiny.DUKE)
    tiny.write(tmp_path / "cuhk03-np" / "detected", tiny.CUHK03)
    labeled = tiny.CUHK03 | {"query": ["0003_c1_22.png"]}
    tiny.write(tmp_path / "cuhk03-np" / "labeled", labeled)
    duke = load_dataset("dukemtmc", tmp_path, WRITTEN)
    assert [(s.identity, s.camera) for s in duke.train] == [(1, 2), (1, 5), (7140, 8)]
    assert names(load_dataset("cuhk03-detected", tmp_path, WRITTEN).query) == tiny.CUHK03["query"]
    assert names(load_dataset("cuhk03-labeled", tmp_path, WRITTEN).query) == ["0003_c1_22.png"]


@pytest.mark.parametrize("folders", [("train", "test"), ("mask_train_v2", "mask_test_v2")])
def test_msmt17_trains_on_the_lists_of_the_reading(tmp_path, folders):
    tiny.write_msmt17(tmp_path / "msmt17", *folders)
    both = load_dataset("msmt17", tmp_path, WRITTEN)
    first = load_dataset("msmt17", tmp_path, RELEASED)
    val = "0000_003_15_0114afternoon_0030_0.jpg"
    assert len(both.train) == 4 and len(first.train) == 3
    assert set(names(both.train)) - set(names(first.train)) == {val}
    assert [sample.path for sample in both.train] == sorted(sample.path for sample in both.train)
    assert both.train[0].path.parts[:2] == (folders[0], "0000")
    assert [(s.identity, s.camera) for s in both.query] == [(0, 2), (3059, 9)]
    assert both.query[0].path.parts[0] == folders[1]
    assert both.variant == ("V2, whose faces are blurred" if "mask" in folders[0] else "")


@pytest.mark.parametrize("lists", [tiny.OCCLUDED_LISTS, {}])
def test_occluded_duke_keeps_what_is_in_query_and_gallery(tmp_path, lists):
    tiny.write(tmp_path / "Occluded_Duke", tiny.OCCLUDED, lists)
    dataset = load_dataset("occluded-dukemtmc", tmp_path, WRITTEN)
    assert set(names(dataset.query)) & set(names(dataset.gallery)) == {"0005_c2_f0046985.jpg"}
    assert (len(dataset.train), len(dataset.query), len(dataset.gallery)) == (3, 2, 3)


def test_occluded_duke_follows_its_lists(tmp_path):
    root = tiny.write(tmp_path / "Occluded_Duke", tiny.OCCLUDED, tiny.OCCLUDED_LISTS)
    (root / "gallery.list").write_text("0033_c7_f0100000.jpg\r\n\r\n")
    dataset = load_dataset("occluded-dukemtmc", tmp_path, WRITTEN)
    assert names(dataset.gallery) == ["0033_c7_f0100000.jpg"]


def test_a_drawn_dataset_is_marked(tmp_path):
    root = tiny.write(tmp_path / "market1501", tiny.MARKET)
    (root / "SYNTHETIC.json").write_text("{}")
    assert load_dataset("market1501", tmp_path, WRITTEN).synthetic


# Table I of the paper: training identities and images, test images.
@pytest.mark.parametrize(
    ("name", "identities", "train", "test", "cameras"),
    [
        ("market1501", 751, 12936, 19732, 6),
        ("dukemtmc", 702, 16522, 19889, 8),
        ("cuhk03-detected", 767, 7365, 1400 + 5332, 2),
        ("cuhk03-labeled", 767, 7368, 1400 + 5328, 2),
        ("msmt17", 1041, 32621, 93820, 15),
        ("occluded-dukemtmc", 702, 15618, 19871, 8),
    ],
)
def test_published_counts_add_up_to_the_papers(name, identities, train, test, cameras):
    published = get_source(name).published(WRITTEN)
    assert published["train"] == {"images": train, "identities": identities, "cameras": cameras}
    split = published["query"], published["gallery"]
    # Market-1501's 19,732 are its test folder, without the queries and with the junk.
    in_table = published["gallery"]["images"] + published["junk"]
    if name != "market1501":
        in_table += published["query"]["images"]
    assert in_table == test
    assert {part["cameras"] for part in split} == {cameras}


def test_published_counts_follow_the_reading():
    market, msmt17 = get_source("market1501"), get_source("msmt17")
    drop = get_reading("written", market_distractors="drop")
    assert market.published(WRITTEN)["gallery"]["images"] == 15913
    assert market.published(drop)["gallery"]["images"] == 15913 - 2798
    assert market.published(drop)["gallery"]["identities"] == 750
    assert msmt17.published(RELEASED)["train"]["images"] == 32621 - 2373


def test_loads_no_torch():
    code = "import apnet.data.check, sys; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
