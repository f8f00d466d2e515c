"""Tests of the page that sets written against released."""

import json
import re

import pytest

from apnet.config.alone import turns
from apnet.config.discrepancies import OF_METHOD
from apnet.config.readings import METHOD
from apnet.data.registry import sound_specs
from apnet.gap.setup import READING
from tests.workflow.records import record, synthetic, write
from workflow.lib import readings, switched
from workflow.lib.hints import Call

SWITCHES = {*OF_METHOD, *(switch.name for spec in sound_specs() for switch in spec.switches)}


def measured(model="resnet50-apnet-c2", **changes):
    """What `apnet switch-effects --out` writes; `changes` are of switches."""
    usual = {"gflops": 6.2, "params": 23_000_000, "outputs": 0.25, "new_weights": 0}
    switches = {
        turn.switch: {"written": turn.written, "other": turn.other, **usual} for turn in turns()
    }
    switches[READING] = {"written": "written", "other": "released", **usual}
    for name, change in changes.items():
        switches[name] |= change
    return {
        "schema": 1,
        "model": model,
        "rules": "thop-0.0.31",
        "input": [224, 224],
        "network": "thin",
        "images": [4, 128, 64],
        "loss_images": [80, 64, 32],
        "written": {"gflops": 6.2, "params": 23_000_000},
        "switches": switches,
        "code_fingerprint": "v2-0",
        "versions": {"thop": "0.1.1", "torch": "2.13.0"},
    }


USUAL = (measured(),)


@pytest.fixture
def rows(tmp_path, monkeypatch):
    """Makes the page of these records; returns its text and the cells of a switch's row."""

    def make(*evaluations, effects=USUAL, scales=("smoke",)):
        monkeypatch.setattr(readings, "kept_effects", list)
        files = [tmp_path / f"{content['model']}.json" for content in effects]
        for file, content in zip(files, effects, strict=True):
            file.write_text(json.dumps(content))
        for scale, contents in zip(scales, evaluations, strict=False):
            write(tmp_path / "results" / scale, *contents)
        out = tmp_path / "readings.md"
        command = ["--commands", "stem_relu=snakemake A", "stages=snakemake B"]
        words = ["--effects", *files, "--results", tmp_path / "results", *command, "--pages", out]
        assert readings.main([*map(str, words)]) == 0
        text = out.read_text(encoding="utf-8")
        lines = [
            [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()
        ]
        return text, lambda name: next(line for line in lines if line[0] == name)

    return make


def test_row_a_switch_with_its_kind_and_its_sources(rows):
    text, row = rows()
    assert {*METHOD} < SWITCHES
    for name in SWITCHES:
        assert row(name)[1] in ("difference", "paper omission", "code omission")
    assert "Eqs. 1 and 3" in row("level_order")[2]
    assert "byte code" in row("market_distractors")[3]
    assert row("level_order")[-1] == "no run"
    assert "    snakemake A" in text


def test_row_shows_what_was_measured(rows):
    changes = {
        "sub_attention": {"outputs": None, "gflops": 6.3},
        "smoothing_classes": {"outputs": 0.0, "losses": [7.5, 7.75]},
        "stages": {"refused": "no such network"},
    }
    _, row = rows(effects=[measured(**changes)])
    assert row("level_order")[6:8] == ["25.0%", "6.2000"]
    assert row("sub_attention")[6:8] == ["weights of other shapes", "6.2000 → 6.3000"]
    assert row("smoothing_classes")[6] == "the same; first loss 7.5000 → 7.7500"
    assert "no such network" in row("stages")[6]
    assert "32,621 → 30,248" in row("msmt17_training")[6]
    assert "15,913 → 13,115" in row("market_distractors")[6]


def test_switch_that_does_not_act_on_a_model_is_shown_on_one_where_it_does(rows):
    nothing = {"local_branch": {"outputs": 0.0, "losses": [7.0, 7.0]}}
    other = measured("resnet50-apnet-c2-multipart", local_branch={"outputs": None})
    _, row = rows(effects=[measured(**nothing), other])
    assert row("local_branch")[6] == "weights of other shapes (resnet50-apnet-c2-multipart)"


def test_accuracy_is_of_runs_that_differ_in_the_switch_alone(rows):
    off = {"training.switches.stem_relu": False, "checkpoint_sha256": "others"}
    sides = [
        [
            record(model="resnet50-apnet-c2", seed=seed, mAP=mAP + seed / 100, **changes)
            for seed in (0, 1)
        ]
        for mAP, changes in ((0.9, {}), (0.85, off))
    ]
    text, row = rows(*sides, scales=("mine", "mine-stem"))
    assert row("stem_relu")[-1] == "mAP −5.0 ± 0.7, 2 and 2 runs (resnet50-apnet-c2)"
    assert "snakemake A" not in text
    assert "synthetic" not in text.split("## The switches")[0]


def test_synthetic_runs_are_marked_and_broken_records_named(rows, tmp_path):
    off = {"training.switches.stem_relu": False}
    broken = tmp_path / "results/smoke/written/market1501/resnet50/seed7/test/market1501.json"
    broken.parent.mkdir(parents=True)
    broken.write_text("{")
    text, row = rows([synthetic()], [synthetic(mAP=0.3, **off)], scales=("smoke", "other"))
    assert row("stem_relu")[-1] == "mAP +5.0ˢ, 1 and 1 runs (resnet50)"
    assert "Left out: " in text
    assert "seed7" in text


def test_command_gives_each_switch_a_scale_of_its_own(monkeypatch):
    monkeypatch.setattr(switched, "fill", lambda files, _call, **changes: f"{changes} {files}")
    call = Call(None, {"scale": "smoke", "switches": {}, "seeds": [0]})
    lines = switched.commands(call)
    assert {*lines} == {*SWITCHES, READING} - {"se_hidden"}
    scales = {
        re.search(r"'scale': '(.*?)'", line)[1] for name, line in lines.items() if name != READING
    }
    assert len(scales) == len(lines) - 1
    assert all(re.fullmatch("smoke-[a-z0-9-]+", scale) for scale in scales)
    assert "msmt17/resnet50-apnet-c2/seed0/test/msmt17.json" in lines["msmt17_feature"]
