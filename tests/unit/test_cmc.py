import re
from xml.etree import ElementTree

import numpy as np
import pytest
from fabricated import ARRAYS, FIRST, PLACE, PRECISIONS, TEST, fabricate, of_test

from apnet.cli import main

NEAR = np.array([1, 1, 0, 60])


@pytest.fixture
def seeds(scale):
    """Two seeds; the second ranks better, but for a query whose match is beyond rank 50."""
    second = scale / PLACE / "seed1"
    np.savez(second / ARRAYS, average_precision=PRECISIONS, first_match_rank=NEAR)
    of_test(cmc=dict.fromkeys(("1", "5", "10", "20"), 2 / 3))(second)
    return [scale / PLACE / "seed0", second]


def draw(out, *evaluations):
    return main(["cmc", *map(str, evaluations), "--out", str(out)])


def words(svg):
    return list(ElementTree.parse(svg).getroot().itertext())


def heights(svg):
    """The heights of each line of 50 points, from 0 at rank 1 of the first."""
    paths = re.findall(r'<path d="([^"]*)" clip-path', svg.read_text())
    lines = [[float(p.split()[1]) for p in re.split("[ML]", d)[1:]] for d in paths]
    lines = np.array([line for line in lines if len(line) == 50])
    return lines[0, 0] - lines


def naive(first):
    return np.array([sum(0 < rank <= k for rank in first) / 3 for k in range(1, 51)])


def test_the_curves_are_those_of_the_queries(seeds, tmp_path):
    assert draw(tmp_path / "cmc.svg", seeds[0], seeds[1] / TEST) == 0
    found = heights(tmp_path / "cmc.svg")
    wanted = np.stack([naive(FIRST), naive(NEAR)]) - 1 / 3
    np.testing.assert_allclose(found, wanted * found[0, -1] / wanted[0, -1], atol=1e-3)
    text = words(tmp_path / "cmc.svg")
    assert {"seed 0, rank-1 33.3", "seed 1, rank-1 66.7"} <= {*text}
    shared = "resnet50, trained on market1501, tested on market1501, written, smoke"
    assert shared in text and not any("synthetic" in word for word in text)


def test_one_evaluation_named_twice_is_one_curve(seeds, tmp_path):
    of_test(data__synthetic=True)(seeds[0])
    assert draw(tmp_path / "cmc.svg", seeds[0], seeds[0] / TEST) == 0
    assert len(heights(tmp_path / "cmc.svg")) == 1
    text = words(tmp_path / "cmc.svg")
    assert "rank-1 33.3" in text and "synthetic data: says nothing about the paper" in text


def test_copies_are_told_apart_by_their_place(tmp_path):
    copies = [fabricate(tmp_path / name, 0) for name in ("$a$", "b")]
    assert draw(tmp_path / "cmc.svg", *copies) == 0
    places = [word.partition("/")[0] for word in words(tmp_path / "cmc.svg") if ".json" in word]
    assert places == ["$a$", "b"]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda run: (run / ARRAYS).unlink(), "market1501.npz: is absent"),
        (of_test(cmc={"1": 0.5, "5": 1.0, "10": 1.0, "20": 1.0}), "its rank-1 is not that of its"),
        (lambda run: (run / TEST).unlink(), "no test/*.json in"),
        (lambda run: (run / TEST).write_text("{"), "market1501.json is not JSON"),
    ],
)
def test_what_is_refused(seeds, tmp_path, capsys, spoil, said):
    spoil(seeds[0])
    assert draw(tmp_path / "cmc.svg", *seeds) == 2 and not (tmp_path / "cmc.svg").exists()
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1
