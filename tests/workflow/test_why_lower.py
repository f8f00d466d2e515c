"""Tests of `apnet why-lower`: effects that records show, and the causes of a gap."""

import json
from pathlib import Path
from statistics import stdev

import pytest

from apnet.cli import main
from apnet.config.readings import WRITTEN
from apnet.files import read_json
from apnet.gap.effects import SEED, effects
from apnet.gap.measured import KEPT, as_json, kept_effects
from tests.workflow.records import record, write


def evaluations(seeds=(0, 1), mAP=0.9, **changes):
    """A record a seed, each a little better than the one before."""
    return [record(seed=seed, mAP=mAP + seed / 100, **changes) for seed in seeds]


def by_name(found):
    return {effect.what: effect for effect in found}


def test_effect_is_the_difference_of_means():
    changed = evaluations(mAP=0.8, **{"training.switches.stem_relu": False})
    found = by_name(effects([*evaluations((0, 1, 2)), *changed]))
    effect = found["stem_relu"]
    assert (effect.before.value, effect.after.value) == (True, False)
    assert effect.change("mAP") == pytest.approx((80 + 81) / 2 - (90 + 91 + 92) / 3)
    pooled = (1 * stdev([80, 81]) ** 2 + 2 * stdev([90, 91, 92]) ** 2) / 3
    assert effect.error("mAP") == pytest.approx((pooled * (1 / 2 + 1 / 3)) ** 0.5)
    assert effect.spreads("mAP") == (
        pytest.approx(stdev([90, 91, 92])),
        pytest.approx(stdev([80, 81])),
    )
    assert not effect.same_weights


@pytest.mark.parametrize(
    "other",
    [
        {"training.switches.level_order": "fine-to-coarse"},
        {"training.settings.epochs": 80},
        {"training.data.fingerprint": "other images"},
        {"code_fingerprint": "other code"},
    ],
)
def test_two_differences_are_no_effect(other):
    changed = evaluations(**{"training.switches.stem_relu": False}, **other)
    assert {effect.what for effect in effects([*evaluations(), *changed])} == {SEED}


def test_switch_of_a_dataset_may_change_which_images_are_used():
    switch = {"protocol.switches": {"market_distractors": "drop"}}
    dropped = evaluations(
        **switch, **{"data.fingerprint": "fewer", "protocol.distractors": "dropped"}
    )
    effect = by_name(effects([*dropped, *evaluations()]))["market_distractors"]
    assert (effect.before.value, effect.after.value) == ("keep", "drop")
    assert effect.same_weights


@pytest.mark.parametrize(
    ("name", "sides"),
    [
        ("height", (64, 128)),
        ("epochs", (9, 12)),
        ("lr", (4e-5, 1e-3)),
        ("milestones", ([9, 12], [10, 12])),
        ("epochs", (160, 12)),
        ("flip_test", (True, False)),
    ],
    ids=lambda value: str(value).replace(" ", ""),
)
def test_the_papers_setting_comes_first_then_the_lesser(name, sides):
    runs = [evaluations((0,), **{f"training.settings.{name}": value}) for value in sides]
    for order in (runs, runs[::-1]):
        (effect,) = effects([one for some in order for one in some])
        assert (effect.before.value, effect.after.value) == sides
        assert ("epochs" in effect.on) == (name != "epochs")
        assert ("×" in effect.on) == (name != "height")


def test_two_single_runs_have_no_error():
    changed = evaluations((5,), **{"training.switches.stem_relu": False})
    (effect,) = effects([record(), *changed])
    assert effect.error("mAP") is None


def test_readings_as_they_are_differ_in_the_reading():
    found = by_name(effects([*evaluations(), *evaluations(reading="released")]))
    assert {*found} == {SEED, "reading"}
    assert found["reading"].before.value == "written"


def test_other_gallery_of_the_record_is_an_effect():
    one = record(mAP=0.8)
    one["protocol"]["switches"] = {"market_distractors": "keep"}
    one["other_gallery"] = {"distractors": "dropped", "mAP": 0.85, "cmc": {"1": 0.9}}
    (effect,) = effects([one])
    assert effect.change("mAP") == pytest.approx(5)
    assert (effect.what, effect.after.value) == ("market_distractors", "drop")


def test_kept_effects_are_read_back(tmp_path):
    found = effects(evaluations())
    file = tmp_path / "measured.json"
    file.write_text(json.dumps(as_json(found, made_by="a test")), encoding="utf-8")
    assert kept_effects(file) == found
    assert all(effect.synthetic for effect in kept_effects())


def test_those_of_the_package_have_the_form_of_the_script_that_measured_them():
    kept, effects = read_json(KEPT), kept_effects()
    about = {key: value for key, value in kept.items() if key != "effects"}
    assert json.loads(json.dumps(as_json(effects, **about))) == kept
    usual = WRITTEN.switches("market1501")
    for effect in effects:
        before, after = effect.before.value, effect.after.value
        if effect.what in usual:
            assert before == usual[effect.what] != after
        elif effect.what in ("epochs", "height"):  # neither is the paper's
            assert before < after and f"{before}×" not in effect.on
            assert f"{before} epochs" not in effect.on


def causes_of(capsys, *words):
    assert main(["why-lower", *map(str, words), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    return said, {cause["name"]: cause for cause in said["causes"]}


def test_record_says_what_differs(capsys, tmp_path):
    changes = {"training.settings.epochs": 12, "training.settings.pretrained": False}
    file = write(tmp_path, record(**changes))
    said, causes = causes_of(capsys, file, "--reported-mAP", 95)
    differing = {name for name, cause in causes.items() if cause["status"] == "differs"}
    assert differing == {"epochs", "pretrained"}
    assert causes["market_distractors"]["status"] == "open"
    assert causes["height"]["status"] == "equal"
    assert (said["percent"]["mAP"], said["reported"]["mAP"]) == (pytest.approx(90), 95)


def test_four_numbers_leave_everything_open(capsys):
    numbers = [
        "--model",
        "resnet50-apnet-c2",
        "--dataset",
        "msmt17",
        "--mAP",
        58.7,
        "--rank-1",
        80.4,
    ]
    _, causes = causes_of(capsys, *numbers)
    named = {"variant", "msmt17_training", "msmt17_feature", "flip_test", "feature", "seed"}
    assert named | {"batchnorm_batch", "last_stride", "height"} <= {*causes}
    assert {cause["status"] for cause in causes.values()} == {"open"}
    assert causes["last_stride"]["effects"] == []
    assert main(["why-lower", *map(str, numbers)]) == 0
    assert "effect unknown" in capsys.readouterr().out


FOUR = ("--model", "resnet50", "--mAP", "60", "--rank-1", "80", "--dataset")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--model", "resnet50"], "give an evaluation's file"),
        (
            ["--model", "resnet50", "--dataset", "msmt17", "--mAP", "0.6", "--rank-1", "80"],
            "percent",
        ),
        (["absent.json"], "cannot read"),
        (["absent.json", "--mAP", "60"], "give it alone"),
        ([*FOUR, "markt1501"], "unknown dataset 'markt1501'"),
        ([*FOUR, "msmt17", "--results", "absent"], "in absent: name the folder of all scales"),
        ([*FOUR, "msmt17", "--results", "."], "in .: name the folder"),
        (["run.json"], "schema is None, not 1: name a test/*.json of a run"),
    ],
)
def test_bad_input_is_one_sentence(words, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("run.json").write_text("{}")
    assert main(["why-lower", *words]) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
