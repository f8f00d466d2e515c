"""An evaluation beside the naive one, its record, and what changes its numbers."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import runs

from apnet import numeric_core
from apnet.cli import main
from apnet.config.settings import Settings
from apnet.errors import InputError
from apnet.files import read_json, write_json
from apnet.records.page import keys
from apnet.records.queries import SCORES
from apnet.records.schema import Evaluation

pytestmark = pytest.mark.usefixtures("one_thread", "msmt17")


@pytest.fixture(scope="module")
def released(root, tmp_path_factory):
    """A run of the release's reading on MSMT17."""
    folder = tmp_path_factory.mktemp("released") / "run"
    chosen = runs.settings(
        dataset="msmt17", reading="released", epochs=1, steps_per_epoch=runs.STEPS
    )
    runs.run(folder, root, chosen)
    return folder


def check(found, arrays, queries, gallery, features):
    """The record and the arrays are what the naive evaluation finds."""
    precisions, ranks = runs.retrieval(queries, gallery, features(queries), features(gallery))
    np.testing.assert_allclose(arrays["average_precision"], precisions, atol=1e-6)
    np.testing.assert_array_equal(arrays["first_match_rank"], ranks)
    assert found["mAP"] == pytest.approx(precisions.mean(), abs=1e-6)
    assert found["cmc"] == {str(k): (ranks <= k).mean() for k in (1, 5, 10, 20)}
    assert 0 < found["mAP"] < 1
    counts = {"query": len(queries), "valid_query": len(queries), "gallery": len(gallery)}
    assert found["counts"] | counts == found["counts"]


def test_market_is_evaluated_as_the_naive_way_does(trained, root, tmp_path):
    found, arrays = runs.evaluated(trained, "market1501", root, tmp_path / "deep" / "test.json")
    folder = root / "market1501"
    queries, gallery = (runs.market(folder, name) for name in ("query", "bounding_box_test"))

    def features(shots):
        weights = trained / "model.safetensors"
        return runs.features(weights, "resnet50-apnet-c2", runs.TRAINED, "written", shots)

    check(found, arrays, queries, gallery, features)
    assert found["counts"]["junk"] == 2
    distractors = sum(shot.identity == 0 for shot in gallery)
    assert found["counts"]["distractors"] == distractors > 0
    others = [shot for shot in gallery if shot.identity != 0]
    precisions, ranks = runs.retrieval(queries, others, features(queries), features(others))
    assert found["other_gallery"]["mAP"] == pytest.approx(precisions.mean(), abs=1e-6)
    assert found["other_gallery"]["cmc_curve"] == [(ranks <= k).mean() for k in range(1, 51)]
    assert arrays["image"].tolist() == [shot.file.name for shot in queries]
    labels = list(zip(arrays["identity"], arrays["camera"], strict=True))
    assert labels == [(shot.identity, shot.camera) for shot in queries]


def test_the_record_names_the_run_and_the_protocol(trained, root, tmp_path):
    found, _ = runs.evaluated(trained, "market1501", root, tmp_path / "test.json", batch=5)
    run = read_json(trained / "run.json")
    assert found["schema"] == 1 and found["run"] == str(trained)
    assert (found["model"], found["reading"], found["seed"]) == ("resnet50-apnet-c2", "written", 0)
    assert (found["training_set"], found["dataset"]) == ("market1501", "market1501")
    assert found["protocol"] == {
        "distance": "cosine",
        "query": "single",
        "flip": True,
        "feature": "bn",
        "checkpoint": "last",
        "junk": "left out of the gallery",
        "distractors": "kept",
        "switches": {"market_distractors": "keep"},
    }
    assert found["checkpoint_sha256"] == runs.sha256(trained / "model.safetensors")
    assert found["settings_sha256"] == run["settings_sha256"]
    assert found["data"] == run["data"] and found["data"]["synthetic"] is True
    assert found["training"] == {
        **{key: run[key] for key in ("switches", "recipe", "settings", "code_fingerprint")},
        **{key: run[key] for key in ("data", "provenance")},
        "paper_recipe": False,
    }
    assert found["code_fingerprint"] == numeric_core.evaluation("resnet50-apnet-c2", "market1501")
    assert found["code_fingerprint"] != run["code_fingerprint"]
    assert found["arithmetic"] == {"precision": "float32", "deterministic": True}
    assert found["wall_seconds"] > 0 and found["hardware"]["device"] == "cpu"
    assert Evaluation(**found).content() == found and found.keys() == keys(Evaluation)


def test_the_record_says_what_has_to_be_beaten(trained, root, tmp_path):
    found, _ = runs.evaluated(trained, "market1501", root, tmp_path / "test.json")
    settings = Settings.from_record(read_json(trained / "run.json"))
    runs.run(tmp_path / "run", root, replace(settings, recipe=replace(settings.recipe, epochs=0)))
    start, _ = runs.evaluated(tmp_path / "run", "market1501", root, tmp_path / "start.json")
    floors = found["without_learning"]
    assert floors["untrained"] == {"mAP": start["mAP"], "cmc": start["cmc"]} != found
    assert start["training"]["provenance"] == "untrained"
    folder = root / "market1501"
    queries, gallery = (runs.market(folder, name) for name in ("query", "bounding_box_test"))
    seen = [[g for g in gallery if g[1:] != query[1:]] for query in queries]
    shares = [
        np.mean([g.identity == q.identity for g in s]) for q, s in zip(queries, seen, strict=True)
    ]
    assert floors["random_ranking"]["cmc"]["1"] == pytest.approx(np.mean(shares))


def test_batches_and_loaders_change_no_number(trained, root, tmp_path):
    one, first = runs.evaluated(trained, "market1501", root, tmp_path / "one.json")
    others = ({"batch": 3}, {"workers": 1}, {"image_cache": tmp_path / "stores"})
    for number, options in enumerate(others):
        other, second = runs.evaluated(
            trained, "market1501", root, tmp_path / f"{number}.json", **options
        )
        assert (other["mAP"], other["cmc"]) == (pytest.approx(one["mAP"], abs=1e-6), one["cmc"])
        assert np.allclose(first["average_precision"], second["average_precision"], atol=1e-6)
        assert other["batch"] == options.get("batch", 64)
        assert other["images"] == (["cache"] if "image_cache" in options else ["files"])
    assert len(list((tmp_path / "stores").glob("market1501-*"))) == 2


def test_dropped_distractors_leave_the_gallery(root, trained, tmp_path):
    run = read_json(trained / "run.json")
    shutil.copytree(trained, tmp_path / "run")
    run["switches"]["market_distractors"] = "drop"
    write_json(tmp_path / "run" / "run.json", run)
    lines = []
    there = (tmp_path / "run", "market1501", root, tmp_path / "test.json")
    found, without = runs.evaluated(*there, log=lines.append)
    gallery = runs.market(root / "market1501", "bounding_box_test")
    assert found["counts"]["gallery"] == sum(shot.identity != 0 for shot in gallery)
    assert f"gallery images; 2 left out as junk, {found['counts']['distractors']} as d" in lines[0]
    assert found["protocol"]["distractors"] == "dropped"
    assert found["protocol"]["switches"] == {"market_distractors": "drop"}
    asked = {"switches": {"market_distractors": "keep"}}
    there = (*there[:3], tmp_path / "kept.json")
    other, whole = runs.evaluated(*there, log=lines.append, **asked)
    kept = f"{len(gallery)} gallery images, {other['counts']['distractors']} of them distractors"
    assert f"{kept}; 2 left out as junk" in lines[2]
    assert other["counts"]["gallery"] == len(gallery)
    for one, another in ((found, other), (other, found)):
        scores = {key: another[key] for key in ("mAP", "cmc", "cmc_curve", "mINP")}
        of = {"distractors": another["protocol"]["distractors"]}
        assert one["other_gallery"] == scores | of | {"gallery": another["counts"]["gallery"]}
        assert one["mAP"] != another["mAP"]
    for name in SCORES:
        assert np.array_equal(without[f"other_gallery_{name}"], whole[name])
        assert np.array_equal(whole[f"other_gallery_{name}"], without[name])
    with pytest.raises(InputError, match="market_distractors is no switch of the test set duke"):
        runs.evaluated(tmp_path / "run", "dukemtmc", root, tmp_path / "test.json", **asked)


def test_msmt17_under_released_uses_logits_and_list_train_alone(released, root, tmp_path):
    folder = root / "msmt17"
    lists = {part: runs.msmt17(folder, part) for part in ("train", "val", "query", "gallery")}
    run = read_json(released / "run.json")
    assert run["data"]["counts"]["train"]["images"] == len(lists["train"])
    assert lists["val"]
    used = [
        s.file.relative_to(folder).as_posix() for p, ss in lists.items() if p != "val" for s in ss
    ]
    assert run["data"]["fingerprint"] == runs.fingerprint(folder, used)

    found, arrays = runs.evaluated(released, "msmt17", root, tmp_path / "test.json")
    assert found["protocol"]["feature"] == "logits" and "other_gallery" not in found
    names = [shot.file.relative_to(folder / "test").as_posix() for shot in lists["query"]]
    assert arrays["image"].tolist() == sorted(names)

    def features(shots):
        weights = released / "model.safetensors"
        return runs.features(
            weights, "resnet50-apnet-c2", runs.TRAINED, "released", shots, logits=True
        )

    check(found, arrays, lists["query"], lists["gallery"], features)


def test_the_switch_follows_the_test_set_not_the_training_set(released, trained, root, tmp_path):
    across, _ = runs.evaluated(released, "market1501", root, tmp_path / "market.json")
    assert across["protocol"]["feature"] == "bn" and across["training_set"] == "msmt17"
    written, _ = runs.evaluated(trained, "msmt17", root, tmp_path / "msmt17.json")
    assert written["protocol"]["feature"] == "bn"
    folder = root / "msmt17"
    images = sum(len(runs.msmt17(folder, part)) for part in ("train", "val"))
    assert written["data"]["counts"]["train"]["images"] == images


def test_the_record_is_json_that_anyone_reads(trained, root, tmp_path, capsys):
    out = tmp_path / "test.json"
    options = ["--run", str(trained), "--dataset", "market1501", "--data-root", str(root)]
    assert main(["evaluate", *options, "--out", str(out), "--device", "cpu"]) == 0
    assert json.loads(out.read_text())["mAP"] > 0
    assert f"({out})" in capsys.readouterr().out
