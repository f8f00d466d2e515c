"""Drawn datasets: layouts, counts, conventions, determinism, and what is drawn."""

import hashlib
import json
from collections import Counter, defaultdict

import numpy as np
import pytest
from PIL import Image

from apnet import numeric_core
from apnet.config.readings import get_reading
from apnet.data import get_source, load_dataset
from apnet.data.check import check_dataset
from apnet.data.registry import drawable
from apnet.data.synthetic import synthesize
from apnet.data.synthetic.drawing import World
from apnet.data.synthetic.layouts import family_size, plan, real_size, size_of
from apnet.data.synthetic.pedestrian import FAMILY
from apnet.data.synthetic.sheet import contact_sheet
from apnet.errors import InputError

WRITTEN = get_reading("written")

# Table I of the paper and the distributors' pages, typed here once more: images of
# training, query and gallery without junk, then identities of each.
PUBLISHED = {
    "market1501": ((12936, 3368, 15913), (751, 750, 751)),
    "dukemtmc": ((16522, 2228, 17661), (702, 702, 1110)),
    "msmt17": ((32621, 11659, 82161), (1041, 3060, 3060)),
    "cuhk03-detected": ((7365, 1400, 5332), (767, 700, 700)),
    "cuhk03-labeled": ((7368, 1400, 5328), (767, 700, 700)),
    "occluded-dukemtmc": ((15618, 2210, 17661), (702, 519, 1110)),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    for name in PUBLISHED:
        synthesize(name, folder, identities=4, log=lambda _line: None)
    return folder


def test_every_dataset_of_the_paper_can_be_drawn():
    assert PUBLISHED.keys() == {*drawable()}


def planned(name, identities=None):
    """The images of a dataset, at the real size if no other is given."""
    real = real_size(get_source(name))
    return plan(get_source(name), size_of(real, identities or real.trained), seed=0)


def digests(folder):
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@pytest.mark.parametrize("name", PUBLISHED)
def test_loaders_take_it_and_find_nothing_wrong(root, name):
    found = check_dataset(name, root, WRITTEN)
    assert (found["problem_count"], found["synthetic"], found["published"]) == (0, True, False)
    assert found["counts"]["train"]["identities"] == found["counts"]["query"]["identities"] == 4


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_query_has_a_match_from_another_camera(root, name):
    dataset = load_dataset(name, root, WRITTEN)
    cameras = defaultdict(set)
    for sample in dataset.gallery:
        cameras[sample.identity].add(sample.camera)
    assert all(cameras[query.identity] - {query.camera} for query in dataset.query)


@pytest.mark.parametrize("name", PUBLISHED)
def test_at_the_real_size_every_count_is_the_published_one(name):
    shots = planned(name)
    train = [shot for shot in shots if shot.part in ("train", "val")]
    query = [shot for shot in shots if shot.part == "query"]
    gallery = [shot for shot in shots if shot.part in ("gallery", "distractors")]
    gallery += [shot for shot in query if len(shot.files) == 2]
    images, identities = PUBLISHED[name]
    assert (len(train), len(query), len(gallery)) == images
    people = ({shot.identity for shot in part} for part in (train, query, gallery))
    assert tuple(len(part) for part in people) == identities
    files = [file for shot in shots for file in shot.files]
    assert len(files) == len(set(files))


def test_market_has_its_junk_and_distractors(root):
    shots = Counter(shot.part for shot in planned("market1501"))
    assert (shots["junk"], shots["distractors"], shots["gallery"]) == (3819, 2798, 13115)
    names = [file.name for file in (root / "market1501" / "bounding_box_test").iterdir()]
    assert any(name.startswith("-1_") for name in names)
    assert any(name.startswith("0000_") for name in names)
    dataset = load_dataset("market1501", root, WRITTEN)
    assert dataset.junk > 0 and dataset.distractors > 0
    dropped = load_dataset("market1501", root, get_reading("written", market_distractors="drop"))
    assert len(dataset.gallery) - len(dropped.gallery) == dataset.distractors


def test_occluded_duke_repeats_queries_in_the_gallery(root):
    dataset = load_dataset("occluded-dukemtmc", root, WRITTEN)
    queries = {sample.path.name for sample in dataset.query}
    shared = queries & {sample.path.name for sample in dataset.gallery}
    assert len(shared) / len(queries) == pytest.approx(1870 / 2210, abs=0.05)


def test_msmt17_identities_start_anew_in_the_test(root):
    dataset = load_dataset("msmt17", root, WRITTEN)
    assert (
        {s.identity for s in dataset.train} == {s.identity for s in dataset.query} == {0, 1, 2, 3}
    )
    released = load_dataset("msmt17", root, get_reading("released"))
    assert len(released.train) < len(dataset.train)


@pytest.mark.parametrize("name", ["market1501", "msmt17"])
def test_no_family_is_on_both_sides(name):
    shots = planned(name, 100)  # no multiple of 3
    families = defaultdict(set)
    for shot in shots:
        if shot.part in ("train", "query", "gallery"):
            families["train" if shot.part == "train" else "test"].add(shot.person // FAMILY)
    assert not families["train"] & families["test"]


def test_the_same_seed_gives_the_same_bytes_for_any_number_of_processes(root, tmp_path):
    for seed, processes in ((0, 2), (1, 1)):
        folder = tmp_path / str(seed)
        synthesize(
            "dukemtmc", folder, identities=4, seed=seed, processes=processes, log=lambda _: None
        )
    first, other = digests(root / "dukemtmc"), digests(tmp_path / "0" / "dukemtmc")
    assert first == other
    assert not set(first.values()) & set(digests(tmp_path / "1" / "dukemtmc").values())


def test_a_family_looks_alike_but_for_its_marks():
    world = World("market1501", 0)
    one, two, stranger = (world.person(number) for number in (0, 1, FAMILY))
    shared = ("girth", "stature", "upper", "accent", "lower", "texture", "lower_kind")
    assert all(getattr(one, what) == getattr(two, what) for what in shared)
    assert one != two
    assert any(getattr(one, what) != getattr(stranger, what) for what in shared)


def test_people_of_small_datasets_have_clothes_of_their_own():
    for identities, alike in ((32, False), (99, False), (100, True), (751, True)):
        world = World("market1501", 0, family_size(identities))
        one, two = (
            {what: getattr(world.person(number), what) for what in ("girth", "stature", "upper")}
            for number in (0, 1)
        )
        assert (one == two) is alike


def test_everyone_can_be_told_from_their_family():
    for name in ("market1501", "dukemtmc", "msmt17"):
        world = World(name, 0)
        people = [world.person(number) for number in range(600)]
        families = [people[start : start + FAMILY] for start in range(0, 600, FAMILY)]
        distinct = sum(len(set(family)) == FAMILY for family in families)
        assert distinct == len(families)


def test_cameras_and_datasets_have_a_look_of_their_own(root):
    def colours(name, camera=None):
        dataset = load_dataset(name, root, WRITTEN)
        chosen = [s for s in dataset.train if camera in (None, s.camera)]
        return np.array(
            [np.asarray(Image.open(dataset.root / s.path)).mean(axis=(0, 1)) for s in chosen]
        )

    market, duke = colours("market1501"), colours("dukemtmc")
    assert np.abs(market.mean(axis=0) - duke.mean(axis=0)).max() > 10
    dataset = load_dataset("market1501", root, WRITTEN)
    cameras = sorted({sample.camera for sample in dataset.train})
    means = np.array([colours("market1501", camera).mean(axis=0) for camera in cameras])
    within = np.mean([colours("market1501", camera).std(axis=0).mean() for camera in cameras])
    assert means.std(axis=0).mean() > within


def test_every_image_and_folder_says_that_it_is_drawn(root):
    marker = json.loads((root / "market1501" / "SYNTHETIC.json").read_text())
    assert marker["synthetic"] and marker["seed"] == 0 and marker["identities"] == 4
    assert marker["code"] == numeric_core.synthesis("market1501")
    drawn = check_dataset("market1501", root, WRITTEN)["drawn"]
    assert drawn == {key: marker[key] for key in ("identities", "seed", "code")}
    with Image.open(next((root / "market1501" / "query").iterdir())) as image:
        assert b"not a photograph" in image.info["comment"]
    with Image.open(next((root / "cuhk03-detected" / "query").iterdir())) as image:
        assert "not a photograph" in image.text["Comment"]


def test_real_images_are_never_overwritten(tmp_path):
    photo = tmp_path / "market1501" / "query" / "0001_c1s1_001051_00.jpg"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"a photograph")
    with pytest.raises(InputError, match="not drawn here"):
        synthesize("market1501", tmp_path, identities=2)
    assert photo.read_bytes() == b"a photograph"
    assert list(tmp_path.rglob("*.jpg")) == [photo]


@pytest.mark.parametrize(
    ("name", "identities", "said"),
    [("market", 4, "unknown dataset"), ("dukemtmc", 1, "2 to 702"), ("dukemtmc", 703, "2 to 702")],
)
def test_bad_requests_leave_nothing_behind(tmp_path, name, identities, said):
    with pytest.raises(InputError, match=said):
        synthesize(name, tmp_path, identities=identities)
    assert list(tmp_path.iterdir()) == []


def test_a_contact_sheet_has_a_row_for_each_person(tmp_path):
    contact_sheet("market1501", tmp_path / "sheet.png", people=2)
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (6 * 68 - 4, 2 * 132 - 4)
    with pytest.raises(InputError, match="no picture"):
        contact_sheet("market1501", tmp_path / "sheet.txt")
