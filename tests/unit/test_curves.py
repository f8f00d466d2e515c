import json
import os
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
import torch
from fabricated import fabricate, of_run, of_test

from apnet.cli import main
from apnet.records.load import load_run, settings_of
from apnet.training.curves import identity_chance
from apnet.training.losses import LabelSmoothedCrossEntropy

LINES = [
    {"epoch": n, "step": 2 * n, "lr": 1e-3 / n, "loss": 3.0 / n, "identity_loss": 2.0 / n}
    | {"triplet_loss": 1.0 / n, "seconds": 0.5, "images_per_second": 16.0}
    for n in range(1, 6)
]


@pytest.fixture
def run(tmp_path):
    folder = fabricate(tmp_path, 0).rename(tmp_path / "run")
    (folder / "history.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in LINES))
    of_run(data__synthetic=True)(folder)
    return folder


def draw(run, name="curves.svg"):
    out = run.parent / name
    return main(["curves", str(run), "--out", str(out)]), out


def words(svg):
    return " ".join(ElementTree.parse(svg).getroot().itertext())


def points(svg):
    """The corners of each line that has as many as there are epochs."""
    text = svg.read_text()
    paths = re.findall(r'<g id="line2d_\d+">\s*<path d="([^"]*)" clip-path', text)
    found = [[tuple(map(float, p.split())) for p in re.split("[ML]", d)[1:]] for d in paths]
    return [corners for corners in found if len(corners) == len(LINES)]


def test_the_curves_are_those_of_the_history(run):
    assert draw(run)[0] == 0
    curves = points(run.parent / "curves.svg")
    assert len(curves) == 3
    steps = {round(b[0] - a[0], 3) for curve in curves for a, b in pairwise(curve)}
    assert max(steps) - min(steps) < 0.01
    # 1, 1/2, 1/3 … of three heights: on one scale, downwards as SVG has it.
    heights = [[y for _, y in curve] for curve in curves]
    scale = (heights[0][4] - heights[0][0]) / (3.0 * (1 - 1 / 5))
    for curve, first in zip(heights, (3.0, 2.0, 1.0), strict=True):
        for epoch, y in enumerate(curve, start=1):
            assert y - heights[0][0] == pytest.approx(scale * (3.0 - first / epoch), abs=0.05)


def test_what_is_written_beside_them(run):
    text = words(draw(run)[1])
    assert "resnet50, market1501, written, smoke, seed 0" in text
    assert "synthetic data: says nothing about the paper" in text
    for label in ("loss", "identity", "triplet", "learning rate", "epoch"):
        assert label in text


def test_without_out_it_is_drawn_into_the_run_s_folder(run, capsys):
    assert main(["curves", str(run)]) == 0
    assert capsys.readouterr().out == f"{run / 'curves.svg'}\n"
    assert "seed 0" in words(run / "curves.svg")


@pytest.mark.parametrize(
    ("identities", "divisor", "said"),
    [(3, None, "ln 3 = 1.10"), (751, 751, "ln 751 = 6.62"), (8, 751, "0.901 · ln 8 = 1.87")],
)
def test_chance_is_the_identity_loss_of_equal_logits(run, identities, divisor, said):
    switches = {"data__counts__train__identities": identities}
    of_run(**switches, switches__smoothing_classes=divisor)(run)
    chance, how = identity_chance(load_run(run / "run.json"), settings_of_run(run))
    loss = LabelSmoothedCrossEntropy(divisor or identities, 0.1)
    assert chance == pytest.approx(loss(torch.zeros(2, identities), torch.tensor([0, 1])).item())
    assert how == said
    assert f"identity at chance: {said}" in words(draw(run)[1])


def settings_of_run(run):
    return settings_of(load_run(run / "run.json"), run / "run.json")


def test_accuracies_of_these_weights_stand_beside_what_they_have_to_beat(run):
    cmc = {str(rank): 1.0 for rank in (1, 5, 10, 20)}
    floors = {"random_ranking": {"mAP": 0.043, "cmc": cmc}, "untrained": {"mAP": 0.081, "cmc": cmc}}
    of_test(without_learning=floors)(run)
    beside = "tested on market1501: mAP 58.3 (untrained 8.1, a random ranking 4.3)"
    assert beside in words(draw(run)[1])
    of_test(without_learning=floors | {"untrained": None})(run)
    assert "mAP 58.3 (a random ranking 4.3)" in words(draw(run)[1])
    of_test(checkpoint_sha256="of an earlier training")(run)
    assert "mAP" not in words(draw(run)[1])


@pytest.mark.parametrize("provenance", ["untrained", "imported"])
def test_a_run_without_epochs_has_no_curves(run, capsys, provenance):
    imported = {"imported": {"file": "w.pth", "sha256": "s"}} if provenance == "imported" else {}
    of_run(provenance=provenance, **imported)(run)
    (run / "history.jsonl").unlink()
    assert draw(run)[0] == 2
    assert (
        f"run is {provenance}, so it has no curves: name a trained run" in capsys.readouterr().err
    )


def test_a_run_under_way_is_drawn_with_what_there_is(run):
    (run / "run.json").unlink()
    with (run / "history.jsonl").open("a") as stream:
        stream.write('{"epoch": 6, "st')
    status, out = draw(run)
    assert status == 0 and "5 epochs of a run that has not ended" in words(out)


def test_the_same_history_gives_the_same_bytes(run):
    first, second = (draw(run, name)[1].read_bytes() for name in ("a.svg", "b.svg"))
    assert first == second


@pytest.mark.parametrize("suffix", ["png", "pdf"])
def test_other_formats(run, suffix):
    status, out = draw(run, f"curves.{suffix}")
    begins = {"png": b"\x89PNG", "pdf": b"%PDF"}[suffix]
    assert status == 0 and out.read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("name", "title"), [("c$_$^x", "c$_$^x"), (os.fsdecode(b"c\xff"), r"c\udcff")]
)
def test_a_folder_s_name_is_drawn_as_it_is_and_no_formula(run, name, title):
    (run / "run.json").unlink()
    status, out = draw(run.rename(run.parent / name))
    assert status == 0 and f"/{title}: 5 epochs of a run that has not ended" in words(out)


DEEP = "[" * 200_000


@pytest.mark.parametrize(
    "content", ["[1]", '{"model": 1}', "{}", '{"model": "a", "data": {"synthetic": 0}}', DEEP, "{"]
)
def test_a_record_that_is_of_no_run_is_refused(run, capsys, content):
    (run / "run.json").write_text(content)
    status, out = draw(run)
    assert status == 2 and not out.exists()
    said = capsys.readouterr().err
    assert said.startswith(f"apnet: {run / 'run.json'} is not ") and said.count("\n") == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"loss": 3.0', '"loss": NaN'),
        ('"loss": 3.0', '"loss": "3"'),
        ('"loss": 3.0', '"loss": true'),
        ('"loss": 3.0', f'"loss": 1{"0" * 400}'),
        ('"loss": 3.0', f'"loss": {DEEP}'),
        ('"lr": 0.001', '"lr": Infinity'),
    ],
)
def test_what_is_no_number_is_not_drawn(run, capsys, old, new):
    text = (run / "history.jsonl").read_text()
    assert old in text
    (run / "history.jsonl").write_text(text.replace(old, new, 1))
    status, out = draw(run)
    assert status == 2 and not out.exists()
    said = capsys.readouterr().err
    assert "history.jsonl: line 1 is not an epoch" in said and said.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (None, "c.svg", "history.jsonl: No such file"),
        ("", "c.svg", "history.jsonl has no epoch yet"),
        ("epoch\n", "c.svg", "history.jsonl: line 1 is not an epoch"),
        ('{"epoch": 1}\n', "c.svg", "history.jsonl: line 1 is not an epoch"),
        ("", "c.bmp", "unknown format of a figure 'bmp': choose one of svg, png, pdf"),
    ],
)
def test_what_is_refused(run, capsys, content, name, message):
    (run / "history.jsonl").unlink()
    if content is not None:
        (run / "history.jsonl").write_text(content)
    status, out = draw(run, name)
    assert status == 2 and not out.exists()
    said = capsys.readouterr().err
    assert message in said and said.count("\n") == 1
