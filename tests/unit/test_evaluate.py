import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import runs
import tiny
from safetensors.torch import load_file, save_file

from apnet import numeric_core
from apnet.cli import main
from apnet.config.settings import Settings
from apnet.data.synthetic import synthesize
from apnet.errors import InputError
from apnet.evaluation.run import evaluate
from apnet.files import read_json, write_json
from apnet.records.page import keys
from apnet.records.queries import SCORES
from apnet.records.schema import Evaluation

pytestmark = pytest.mark.usefixtures("one_thread")

TRAINED = 4
"""Identities in training, and as many in testing."""

STEPS = 12
"""After fewer, BatchNorm has not centred the features: all point the same way, and rounding,
which another processor does otherwise, orders a gallery."""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    for name in ("market1501", "msmt17"):
        synthesize(name, folder, identities=TRAINED, log=lambda _: None)
    return folder


@pytest.fixture(scope="module")
def trained(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained") / "run"
    runs.run(folder, root, runs.settings(epochs=1, steps_per_epoch=STEPS))
    return folder


@pytest.fixture(scope="module")
def released(root, tmp_path_factory):
    """A run of the release's reading on MSMT17."""
    folder = tmp_path_factory.mktemp("released") / "run"
    chosen = runs.settings(dataset="msmt17", reading="released", epochs=1, steps_per_epoch=STEPS)
    runs.run(folder, root, chosen)
    return folder


def evaluated(
    run, test_set, root, out, data_record=None, switches=None, log=lambda _: None, **compute
):
    options = {"data_record": data_record, "switches": switches}
    options["compute"] = replace(runs.ON_CPU, **compute)
    evaluate(run, test_set, root, out, log=log, **options)
    return read_json(out), np.load(out.with_suffix(".npz"))


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
    found, arrays = evaluated(trained, "market1501", root, tmp_path / "deep" / "test.json")
    folder = root / "market1501"
    queries, gallery = (runs.market(folder, name) for name in ("query", "bounding_box_test"))

    def features(shots):
        weights = trained / "model.safetensors"
        return runs.features(weights, "resnet50-apnet-c2", TRAINED, "written", shots)

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
    found, _ = evaluated(trained, "market1501", root, tmp_path / "test.json", batch=5)
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
    found, _ = evaluated(trained, "market1501", root, tmp_path / "test.json")
    settings = Settings.from_record(read_json(trained / "run.json"))
    runs.run(tmp_path / "run", root, replace(settings, recipe=replace(settings.recipe, epochs=0)))
    start, _ = evaluated(tmp_path / "run", "market1501", root, tmp_path / "start.json")
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
    one, first = evaluated(trained, "market1501", root, tmp_path / "one.json")
    others = ({"batch": 3}, {"workers": 1}, {"image_cache": tmp_path / "stores"})
    for number, options in enumerate(others):
        other, second = evaluated(
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
    found, without = evaluated(*there, log=lines.append)
    gallery = runs.market(root / "market1501", "bounding_box_test")
    assert found["counts"]["gallery"] == sum(shot.identity != 0 for shot in gallery)
    assert f"gallery images; 2 left out as junk, {found['counts']['distractors']} as d" in lines[0]
    assert found["protocol"]["distractors"] == "dropped"
    assert found["protocol"]["switches"] == {"market_distractors": "drop"}
    asked = {"switches": {"market_distractors": "keep"}}
    there = (*there[:3], tmp_path / "kept.json")
    other, whole = evaluated(*there, log=lines.append, **asked)
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
        evaluated(tmp_path / "run", "dukemtmc", root, tmp_path / "test.json", **asked)


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

    found, arrays = evaluated(released, "msmt17", root, tmp_path / "test.json")
    assert found["protocol"]["feature"] == "logits" and "other_gallery" not in found
    names = [shot.file.relative_to(folder / "test").as_posix() for shot in lists["query"]]
    assert arrays["image"].tolist() == sorted(names)

    def features(shots):
        weights = released / "model.safetensors"
        return runs.features(weights, "resnet50-apnet-c2", TRAINED, "released", shots, logits=True)

    check(found, arrays, lists["query"], lists["gallery"], features)


def test_the_switch_follows_the_test_set_not_the_training_set(released, trained, root, tmp_path):
    across, _ = evaluated(released, "market1501", root, tmp_path / "market.json")
    assert across["protocol"]["feature"] == "bn" and across["training_set"] == "msmt17"
    written, _ = evaluated(trained, "msmt17", root, tmp_path / "msmt17.json")
    assert written["protocol"]["feature"] == "bn"
    folder = root / "msmt17"
    images = sum(len(runs.msmt17(folder, part)) for part in ("train", "val"))
    assert written["data"]["counts"]["train"]["images"] == images


@pytest.fixture
def copied(trained, tmp_path):
    """A run to be damaged, and a folder for outputs that must stay empty."""
    shutil.copytree(trained, tmp_path / "run")
    (tmp_path / "out").mkdir()
    yield tmp_path / "run"
    assert runs.files(tmp_path / "out") == []


def refusal(run, root, out, test_set="market1501", **options):
    with pytest.raises(InputError) as error:
        evaluated(run, test_set, root, out, **options)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_damaged_weights_are_refused(copied, root, tmp_path):
    file, out = copied / "model.safetensors", tmp_path / "out" / "test.json"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    assert f"{file} is not the file that run.json names" in refusal(copied, root, out)
    file.unlink()
    assert f"no weights at {file}: train the run again" in refusal(copied, root, out)


def test_weights_of_a_model_built_otherwise_are_refused(copied, root, tmp_path):
    file = copied / "model.safetensors"
    state = load_file(file)
    state["heads.0.norm.weight"] = state.pop("heads.0.neck.weight")
    save_file(state, file)
    record = read_json(copied / "run.json") | {"checkpoint_sha256": runs.sha256(file)}
    write_json(copied / "run.json", record)
    said = refusal(copied, root, tmp_path / "out" / "test.json")
    assert f"{file} does not fit resnet50-apnet-c2: 1 missing (heads.0.neck.weight)" in said


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record | {"schema": 99},
        lambda record: {key: value for key, value in record.items() if key != "switches"},
        lambda record: {key: value for key, value in record.items() if key != "data"},
        lambda record: record | {"settings": None},
        lambda record: [record],
    ],
)
def test_a_record_of_another_version_is_refused(copied, root, tmp_path, change):
    write_json(copied / "run.json", change(read_json(copied / "run.json")))
    said = refusal(copied, root, tmp_path / "out" / "test.json")
    assert f"{copied / 'run.json'} is not " in said


def test_an_absent_or_unfinished_run_is_refused(copied, root, tmp_path):
    out = tmp_path / "out" / "test.json"
    assert f"no finished run in {tmp_path / 'absent'}" in refusal(tmp_path / "absent", root, out)
    (copied / "run.json").write_text('{"schema": 1')
    assert "run.json is not JSON: cut short" in refusal(copied, root, out)
    (copied / "run.json").unlink()
    assert f"no finished run in {copied}" in refusal(copied, root, out)


def test_the_data_record_of_another_dataset_is_refused(copied, root, tmp_path):
    file, out = tmp_path / "data.json", tmp_path / "out" / "test.json"
    assert main(["data", "check", "msmt17", str(root), "--out", str(file)]) == 0
    said = refusal(copied, root, out, data_record=file)
    assert f"{file} does not describe market1501" in said
    assert "unknown dataset 'market'" in refusal(copied, root, out, test_set="market")
    assert "no dukemtmc in the data root" in refusal(copied, root, out, test_set="dukemtmc")


def test_an_output_that_cannot_be_written_is_refused(copied, root, tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "out" / "folder.json").mkdir()
    assert "cannot write" in refusal(copied, root, tmp_path / "file" / "test.json")
    for name in ("folder.json", "test.npz", "test"):
        out = tmp_path / "out" / name
        assert f"cannot write {out}: name a .json file" in refusal(copied, root, out)


def test_a_batch_of_no_images_is_refused(copied, root, tmp_path):
    assert "a batch has 1 image or more" in refusal(
        copied, root, tmp_path / "out" / "test.json", batch=0
    )


def test_queries_without_any_match_are_refused(copied, tmp_path):
    names = {**tiny.MARKET, "bounding_box_test": ["0001_c1s1_000301_00.jpg"]}
    tiny.write(tmp_path / "alone" / "market1501", names)
    said = refusal(copied, tmp_path / "alone", tmp_path / "out" / "test.json")
    assert "cannot be evaluated on market1501: no query has a true match" in said


def test_the_record_is_json_that_anyone_reads(trained, root, tmp_path, capsys):
    out = tmp_path / "test.json"
    options = ["--run", str(trained), "--dataset", "market1501", "--data-root", str(root)]
    assert main(["evaluate", *options, "--out", str(out), "--device", "cpu"]) == 0
    assert json.loads(out.read_text())["mAP"] > 0
    assert f"({out})" in capsys.readouterr().out


def test_a_place_that_cannot_be_written_is_said_before_anything_is_embedded(
    trained, root, tmp_path, monkeypatch
):
    (tmp_path / "f.npz").mkdir()
    assert f"cannot write {tmp_path / 'f.json'}: name a .json" in refusal(
        trained, root, tmp_path / "f.json"
    )
    (tmp_path / "file").touch()
    assert f"{tmp_path / 'file'} is no folder, choose" in refusal(
        trained, root, tmp_path / "file" / "f.json"
    )
    monkeypatch.setattr("os.access", lambda place, mode: False)
    said = refusal(trained, root, tmp_path / "deep" / "f.json")
    assert said == (
        f"cannot write {tmp_path / 'deep' / 'f.json'}: {tmp_path} is read-only for you, "
        f"choose another path"
    )
