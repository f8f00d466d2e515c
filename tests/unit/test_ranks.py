import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import runs
from PIL import Image

from apnet.cli import main
from apnet.data import Sample
from apnet.errors import InputError
from apnet.evaluation.choice import Choice
from apnet.evaluation.chosen_queries import chosen, picture_names
from apnet.records.load import load_ranked
from apnet.records.paths import Evaluation, Run

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def evaluated(root, tmp_path_factory):
    """A run of no step, and its evaluation."""
    folder = tmp_path_factory.mktemp("evaluated") / "run"
    runs.run(folder, root, runs.settings("resnet50", epochs=0))
    out = folder / "test" / "market1501.json"
    assert main(["evaluate", *places(folder, root), "--out", str(out)]) == 0
    return folder


def places(run, root):
    options = ["--dataset", "market1501", "--device", "cpu", "--threads", "1"]
    return ["--run", str(run), "--data-root", str(root), *options]


def ranks(run, root, *more):
    return main(["ranks", *places(run, root), *more])


def test_the_lists_of_all_queries_are_what_the_evaluation_scored(evaluated, root, capsys):
    assert ranks(evaluated, root, "--choose", "all") == 0
    folder = evaluated / "ranks" / "market1501"
    lists = load_ranked(folder / "index.json")
    record = json.loads((evaluated / "test" / "market1501.json").read_text())
    arrays = np.load(evaluated / "test" / "market1501.npz")
    assert len(lists.queries) == record["counts"]["valid_query"]
    found = [np.mean([k / r for k, r in enumerate(q.match_ranks, 1)]) for q in lists.queries]
    rows = [query.row for query in lists.queries]
    np.testing.assert_allclose(found, arrays["average_precision"][rows], atol=1e-12)
    assert [q.match_ranks[0] for q in lists.queries] == arrays["first_match_rank"][rows].tolist()
    assert np.mean(found) == pytest.approx(record["mAP"], abs=1e-12)
    assert lists.recorded.differ == 0
    assert "average precision is that of" in capsys.readouterr().out
    pictures = {file.name for file in folder.iterdir()} - {"index.json"}
    assert pictures == {query.picture for query in lists.queries}
    assert f"{lists.queries[0].image}".replace(".jpg", "") in lists.queries[0].picture
    with Image.open(folder / lists.queries[0].picture) as picture:
        assert picture.format == "JPEG" and (picture.width, picture.height) == (817, 205)


def test_names_labels_and_signs_are_those_of_the_files(evaluated, root, tmp_path):
    out = tmp_path / "lists.svg"
    assert ranks(evaluated, root, "--choose", "best", "--count", "2", "--out", str(out)) == 0
    lists = load_ranked(out.with_suffix(".json"))
    folder = root / "market1501"
    gallery = {s.file.name: s for s in runs.market(folder, "bounding_box_test")}
    signs = []
    for query in lists.queries:
        assert query.picture is None and len(query.nearest) == 10
        same = [(s.identity, s.camera) for s in gallery.values()]
        assert query.left_out == same.count((query.identity, query.camera))
        for near in query.nearest:
            shot = gallery[near.image]
            assert (near.identity, near.camera) == (shot.identity, shot.camera)
            assert near.right == (near.identity == query.identity)
            signs.append(f"{near.rank} {'✓' if near.right else '✗'}")
    words = list(ElementTree.parse(out).getroot().itertext())
    assert [word for word in words if word[-1:] in "✓✗" and word.strip()] == signs
    assert "synthetic data: says nothing about the paper" in words
    assert any(word == f"id {lists.queries[0].identity}" for word in words)


def test_pictures_of_an_earlier_choice_go_and_other_files_stay(evaluated, root, tmp_path):
    names = sorted(file.name for file in (root / "market1501" / "query").iterdir())[:2]
    for name in names:
        assert ranks(evaluated, root, "--queries", name, "--top", "3", "--out", str(tmp_path)) == 0
        (tmp_path / "notes.txt").touch()
    assert runs.files(tmp_path) == sorted([names[1], "index.json", "notes.txt"])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--queries", "0002_c1.jpg"], "'0002_c1.jpg' is no query of market1501: name a file"),
        (["--cameras", "9"], "unknown camera of a query 9: choose one of 1, 2"),
        (["--out", "lists.bmp"], "cannot write lists.bmp: name a folder, or a figure"),
        (["--switch", "stages=[]"], "stages is no switch of the test set market1501"),
        (["--choose", "wurst"], "unknown choice of queries 'wurst': choose one of worst, best"),
        (["--top", "0"], "--top wants a whole number from 1"),
        (["--top", "101"], "--top 101 is more than can be drawn: give 100 at most"),
        (["--out", "/dev/null/a.png"], "cannot write /dev/null/a.png: /dev/null is no folder"),
        (["--run", "nowhere"], "no finished run in nowhere"),
    ],
)
def test_bad_input_is_one_sentence(evaluated, root, tmp_path, capsys, more, said):
    assert ranks(evaluated, root, "--out", str(tmp_path / "a.png"), *more) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_what_is_too_much_for_a_figure_is_refused(evaluated, root, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("apnet.evaluation.rank_files._MOST", 40)
    assert ranks(evaluated, root, "--choose", "all", "--out", str(tmp_path / "a.png")) == 2
    assert "images, too many for one figure (at most 40)" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_damaged_evaluation_is_named(evaluated, root, tmp_path, capsys):
    run = shutil.copytree(evaluated, tmp_path / "run")
    (run / "test" / "market1501.npz").write_bytes(b"PK")
    assert ranks(run, root) == 2
    assert "test/market1501.npz: cannot be read" in capsys.readouterr().err


def test_lists_without_distractors_are_what_the_evaluation_without_them_scored(
    evaluated, root, tmp_path
):
    run, out = shutil.copytree(evaluated, tmp_path / "run"), tmp_path / "a.svg"
    (run / "test" / "market1501.json").unlink()
    drop = ["--switch", "market_distractors=drop"]
    test = str(run / "test" / "market1501.json")
    assert main(["evaluate", *places(run, root), *drop, "--out", test]) == 0
    assert ranks(run, root, *drop, "--choose", "all", "--top", "1", "--out", str(out)) == 0
    lists = load_ranked(out.with_suffix(".json"))
    assert lists.recorded.differ == 0
    arrays = np.load(run / "test" / "market1501.npz")
    rows = [query.row for query in lists.queries]
    assert [q.match_ranks[0] for q in lists.queries] == arrays["first_match_rank"][rows].tolist()


def test_a_difference_from_the_evaluation_is_said(evaluated, root, tmp_path, capsys):
    run = shutil.copytree(evaluated, tmp_path / "run")
    file = run / "test" / "market1501.npz"
    arrays = dict(np.load(file))
    # Two queries change places, which leaves the means as they are.
    arrays["average_precision"][:2] = arrays["average_precision"][1::-1]
    np.savez(file, **arrays)
    assert ranks(run, root, "--choose", "all", "--top", "1", "--out", str(tmp_path / "a.svg")) == 0
    assert "a.svg" in runs.files(tmp_path) and load_ranked(tmp_path / "a.json").recorded.differ == 2
    assert "differs from" in capsys.readouterr().out


def test_a_record_of_other_weights_is_not_compared(evaluated, root, tmp_path):
    run = shutil.copytree(evaluated, tmp_path / "run")
    file = run / "test" / "market1501.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"checkpoint_sha256": "other"}))
    assert ranks(run, root, "--count", "1", "--top", "1") == 0
    assert load_ranked(run / "ranks" / "market1501" / "index.json").recorded is None


class Dataset:
    name = "d"

    def __init__(self, paths):
        self.query = [Sample(Path(path), 1, n % 2) for n, path in enumerate(paths)]


PRECISIONS = np.array([0.5, 0.9, np.nan, 0.1, 0.5])


@pytest.mark.parametrize(
    ("choice", "rows"),
    [
        (Choice(count=3), [3, 0, 4]),
        (Choice(way="best", count=3), [1, 0, 4]),
        (Choice(way="all"), [0, 1, 3, 4]),
        (Choice(way="all", cameras=[0]), [0, 4]),
        (Choice(names=["y.png", "b/x.png", "y.png"]), [3, 1]),
    ],
)
def test_which_queries_are_chosen(choice, rows):
    dataset = Dataset(["a/x.png", "b/x.png", "a/n.png", "a/y.png", "a/z.png"])
    assert chosen(choice, dataset, PRECISIONS).tolist() == rows


def test_random_queries_are_the_same_for_a_seed():
    dataset, precisions = Dataset(f"{n}.png" for n in range(50)), np.linspace(0, 1, 50)
    choices = [Choice(way="random", seed=seed) for seed in (0, 0, 1)]
    drawn = [chosen(choice, dataset, precisions).tolist() for choice in choices]
    assert drawn[0] == drawn[1] != drawn[2] and len({*drawn[0]}) == 8


@pytest.mark.parametrize(
    ("name", "said"), [("x.png", "2 queries of d are called 'x.png'"), ("n.png", "no true match")]
)
def test_a_name_that_is_no_one_query_is_refused(name, said):
    dataset = Dataset(["a/x.png", "b/x.png", "a/n.png", "a/y.png", "a/z.png"])
    with pytest.raises(InputError, match=said):
        chosen(Choice(names=[name]), dataset, PRECISIONS)


def test_pictures_have_names_of_their_own():
    assert picture_names(Dataset(["a/x.png", "a/y.png"]).query) == ["x.jpg", "y.jpg"]
    assert len({*picture_names(Dataset(["a/x.png", "b/x.png", "x.jpg"]).query)}) == 3


def test_the_folder_where_reports_look_for_pictures():
    run = Run("written", "market1501", "resnet50", 0)
    assert Evaluation(run, "msmt17").ranks == "written/market1501/resnet50/seed0/ranks/msmt17"
