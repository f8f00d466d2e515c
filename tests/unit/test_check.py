import hashlib
import json
from dataclasses import replace

import pytest
import tiny

from apnet import data
from apnet.config.readings import get_reading
from apnet.data.check import check_dataset, describe_check
from apnet.data.datasets import market1501
from apnet.errors import InputError
from apnet.records.load import validate
from apnet.records.other_jobs import DatasetCheck
from apnet.records.page import keys

WRITTEN = get_reading("written")
DROP = get_reading("written", market_distractors="drop")


@pytest.fixture
def root(tmp_path):
    return tiny.write(tmp_path / "market1501", tiny.MARKET)


def check(root, reading=WRITTEN):
    return check_dataset("market1501", root.parent, reading)


def naive_fingerprint(root, files):
    lines = (f"{hashlib.sha256((root / f).read_bytes()).hexdigest()}  {f}\n" for f in sorted(files))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def used(splits, without=("-1",)):
    files = [f"{folder}/{name}" for folder, names in splits.items() for name in names]
    return [file for file in files if file.split("/")[1].split("_")[0] not in without]


def test_a_whole_dataset(root):
    found = check(root)
    assert json.loads(json.dumps(found)) == found
    assert validate(found, DatasetCheck)[1] == [] and set(found) == keys(DatasetCheck)
    assert (found["name"], found["root"], found["reading"]) == ("market1501", str(root), "written")
    dataset = data.load_dataset("market1501", root.parent, WRITTEN)
    assert found["counts"] == dataset.counts()
    assert found["published_counts"]["train"]["images"] == 12936
    assert (found["published"], found["synthetic"]) == (False, False)
    assert (found["problem_count"], found["problems"]) == (0, [])
    assert found["fingerprint"] == naive_fingerprint(root, used(tiny.MARKET))


def test_fingerprint_is_of_what_the_reading_uses(root, tmp_path):
    before = check(root)["fingerprint"]
    (root / "query" / "Thumbs.db").write_bytes(b"no image")
    tiny.draw(root / "bounding_box_test" / "-1_c6s1_000001_00.jpg")
    moved = root.rename(tmp_path / "Market-1501-v15.09.15")
    assert check(moved)["fingerprint"] == before
    assert check(moved, DROP)["fingerprint"] == naive_fingerprint(
        moved, used(tiny.MARKET, without=("-1", "0000"))
    )


def test_fingerprint_follows_names_and_contents(root):
    before = check(root)["fingerprint"]
    file = root / "query" / "0001_c1s1_001051_00.jpg"
    other = tiny.draw(file.with_name("0001_c1s1_001052_00.jpg"))
    content = file.read_bytes()
    file.write_bytes(other.read_bytes())
    other.unlink()
    changed = check(root)["fingerprint"]
    file.write_bytes(content)
    assert check(root)["fingerprint"] == before
    renamed = file.rename(file.with_name("0001_c1s2_001051_00.jpg"))
    assert len({before, changed, check(root)["fingerprint"]}) == 3
    renamed.rename(file)
    assert check(root)["fingerprint"] == before


def test_published_is_when_every_count_is(root, monkeypatch):
    counts = data.load_dataset("market1501", root.parent, WRITTEN).counts()
    source = replace(market1501.SOURCE, published=lambda reading: counts)
    monkeypatch.setattr(market1501, "SOURCE", source)
    assert check(root)["published"]
    assert "the counts are the published ones; no problems" in describe_check(check(root))
    (root / "SYNTHETIC.json").write_text("{}")
    assert (check(root)["published"], check(root)["synthetic"]) == (False, True)
    (root / "SYNTHETIC.json").unlink()
    (root / "bounding_box_test" / "-1_c1s1_000401_03.jpg").unlink()
    assert not check(root)["published"]


def test_every_problem_is_listed(root):
    (root / "query" / "0001_c1s1_001051_00.jpg").write_bytes(b"")
    whole = root / "query" / "0003_c5s1_001351_00.jpg"
    whole.write_bytes(whole.read_bytes()[:-100])
    (root / "bounding_box_train" / "0002_c1s1_000451_03.jpg").write_text("<html>not found</html>")
    (root / "bounding_box_test" / "0001_c2s1_000301_00.jpg").unlink()
    (root / "bounding_box_test" / "0001_c2s1_000301_00.jpg").mkdir()
    for wrong in ("0001.jpg", "2000_c1s1_000001_00.jpg", "0001_c9s1_000001_00.jpg"):
        tiny.draw(root / "query" / wrong)
    tiny.draw(root / "bounding_box_train" / "0003_c1s1_000001_00.jpg")
    found = check(root)
    problems = {item["file"]: item["problem"] for item in found["problems"]}
    expected = {
        "query/0001_c1s1_001051_00.jpg": "is empty",
        "query/0003_c5s1_001351_00.jpg": "is damaged (",
        "bounding_box_train/0002_c1s1_000451_03.jpg": "is no image",
        "bounding_box_test/0001_c2s1_000301_00.jpg": "cannot be read (",
        "query/0001.jpg": "is not named like",
        "query/2000_c1s1_000001_00.jpg": "has identity 2000",
        "query/0001_c9s1_000001_00.jpg": "has camera 9",
        "bounding_box_train/0003_c1s1_000001_00.jpg": "has identity 3, which query or gallery",
    }
    assert problems.keys() == expected.keys()
    for file, start in expected.items():
        assert problems[file].startswith(start), (file, problems[file])
    assert found["problem_count"] == len(expected)
    lines = describe_check(found).splitlines()
    assert all(any(line.startswith(file) for line in lines) for file in expected)


def test_only_the_first_problems_are_listed(root):
    for number in range(33):
        tiny.draw(root / "query" / f"wrong{number:02d}.jpg")
    found = check(root)
    assert found["problem_count"] == 33
    assert [item["file"] for item in found["problems"][:2]] == [
        "query/wrong00.jpg",
        "query/wrong01.jpg",
    ]
    assert describe_check(found).splitlines()[-1] == f"and {33 - len(found['problems'])} more"


def test_people_see_where_counts_differ(root):
    text = describe_check(check(root))
    assert "5 images (published: 12936)" in text
    assert "6 cameras (published" not in text
    assert "NOT the published ones" in text
    (root / "SYNTHETIC.json").write_text("{}")
    assert "synthetic" in describe_check(check(root))


def test_identities_that_restart_are_no_overlap(tmp_path):
    tiny.write_msmt17(tmp_path / "msmt17")
    assert check_dataset("msmt17", tmp_path, WRITTEN)["problems"] == []


def test_an_empty_split_is_a_problem_and_an_absent_dataset_an_error(tmp_path):
    tiny.write(tmp_path / "market1501", tiny.MARKET | {"query": []})
    (tmp_path / "market1501" / "query").mkdir()
    found = check_dataset("market1501", tmp_path, WRITTEN)
    assert found["problems"] == [{"file": "query", "problem": "has no query images"}]
    with pytest.raises(InputError, match="no dukemtmc in the data root"):
        check_dataset("dukemtmc", tmp_path, WRITTEN)
