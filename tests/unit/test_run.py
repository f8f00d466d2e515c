import json
import multiprocessing
import os
import subprocess
import sys

import pytest
import runs
import torch
from safetensors.torch import load_file, save_file

from apnet import numeric_core
from apnet.cli import main
from apnet.data.synthetic import synthesize
from apnet.errors import InputError
from apnet.files import read_json
from apnet.models.weights import write_weights
from apnet.records.page import keys
from apnet.records.schema import TrainedRun
from apnet.runtime.environment import peak_memory
from apnet.runtime.torchvision_compat import torchvision
from apnet.training.schedule import learning_rate
from apnet.training.trainer import Trainer

pytestmark = pytest.mark.usefixtures("one_thread")

IMAGENET = {"pretrained": True, "backbone_size": "full"}
SETTINGS = runs.settings()


@pytest.fixture(scope="module")
def record(whole):
    return read_json(whole / "run.json")


def test_what_a_run_leaves(whole):
    assert runs.files(whole) == [".lock", "history.jsonl", "model.safetensors", "run.json"]


def test_the_record_says_what_was_run(record, whole):
    assert record["schema"] == 1 and record["provenance"] == "trained"
    names = ("model", "dataset", "reading", "recipe", "seed")
    assert [record[name] for name in names] == [SETTINGS.model, "market1501", "written", "smoke", 0]
    assert record["switches"] == SETTINGS.reading.switches(SETTINGS.dataset)
    assert record["settings"] == SETTINGS.recipe.settings()
    names = (*names, "switches", "settings")
    text = json.dumps({name: record[name] for name in names}, sort_keys=True, separators=(",", ":"))
    (file := whole.parent / "settings.json").write_text(text)
    assert record["settings_sha256"] == runs.sha256(file)
    assert record["checkpoint_sha256"] == runs.sha256(whole / "model.safetensors")
    assert (record["steps"], record["steps_per_epoch"]) == (4, 2)
    assert record["weights"] is None and record["clamped"] == []
    assert record["code_fingerprint"] == numeric_core.training("resnet50-apnet-c2", "market1501")


def test_the_record_says_on_what(record, root):
    folder, data = root / "market1501", record["data"]
    splits = {name: runs.market(folder, name) for name in ("bounding_box_train", "query")}
    splits["bounding_box_test"] = runs.market(folder, "bounding_box_test")
    for part, shots in zip(("train", "query", "gallery"), splits.values(), strict=True):
        assert data["counts"][part] == {
            "images": len(shots),
            "identities": len({shot.identity for shot in shots}),
            "cameras": len({shot.camera for shot in shots}),
        }
    everything = len(list((folder / "bounding_box_test").iterdir()))
    assert data["counts"]["junk"] == everything - len(splits["bounding_box_test"]) > 0
    names = [s.file.relative_to(folder).as_posix() for shots in splits.values() for s in shots]
    assert data["fingerprint"] == runs.fingerprint(folder, names)
    assert (data["synthetic"], data["published"]) == (True, False)


def test_the_record_says_with_what(record):
    assert record["arithmetic"] == {
        "precision": "float32",
        "deterministic": True,
        "channels_last": True,
        "fused": True,
        "compile": False,
    }
    recorded, own = record["environment"]["torch"], torch.__version__
    assert recorded.split("+")[0] == own.split("+")[0]
    assert record["environment"]["python"] == sys.version.split()[0]
    assert record["hardware"]["device"] == "cpu" and record["hardware"]["threads"] == 1
    images = record["images_per_second"] * record["wall_seconds"]
    assert images == pytest.approx(4 * SETTINGS.recipe.batch, rel=0.01)
    assert record["peak_memory_mb"] > 100 and "gpu_peak_memory_mb" not in record


def test_a_gpu_s_memory_is_recorded_beside_the_machine_s(monkeypatch):
    monkeypatch.setattr(torch.cuda, "max_memory_reserved", lambda device: 7 * 2**30)
    found = peak_memory("cuda:0")
    assert found["gpu_peak_memory_mb"] == 7 * 1024
    assert found.keys() - peak_memory("cpu").keys() == {"gpu_peak_memory_mb"}


def test_the_record_has_every_key_of_the_schema(record):
    assert TrainedRun(**record).content() == record
    assert keys(TrainedRun) == record.keys() | {"gpu_peak_memory_mb"}


def test_the_history_has_a_line_an_epoch(whole):
    lines = runs.history(whole)
    assert [(line["epoch"], line["step"]) for line in lines] == [(1, 2), (2, 4)]
    for line in lines:
        assert line["lr"] == learning_rate(SETTINGS.recipe, line["epoch"] - 1)
        assert line["loss"] == pytest.approx(line["identity_loss"] + line["triplet_loss"], rel=1e-5)
        assert line["seconds"] > 0 and line["images_per_second"] > 0


def test_a_finished_run_is_not_trained_again(whole, root):
    before = {name: runs.sha256(whole / name) for name in runs.files(whole)}
    assert runs.run(whole, root) == [f"{whole} is already trained; delete it to train again"]
    assert {name: runs.sha256(whole / name) for name in runs.files(whole)} == before


@pytest.mark.parametrize(
    "other", [{"seed": 1}, {"lr": 1e-3}, {"reading": "released"}, {"model": "resnet50"}]
)
def test_another_run_into_its_folder_is_refused(whole, root, other):
    with pytest.raises(InputError, match="holds a run with other settings: choose another --out"):
        runs.run(whole, root, runs.settings(**other))


def test_other_data_into_its_folder_is_refused(whole, tmp_path):
    synthesize("market1501", tmp_path, identities=4, seed=1, log=lambda _: None)
    with pytest.raises(InputError, match="holds a run with other data"):
        runs.run(whole, tmp_path)


def test_a_seed_gives_its_weights_bit_for_bit_and_a_second_process_waits(whole, root, tmp_path):
    refusals = []

    def say(line):
        if line.startswith("epoch 1/"):
            done = subprocess.run(runs.command(root, tmp_path), capture_output=True, text=True)
            refusals.append((done.returncode, done.stderr))

    runs.run(tmp_path, root, log=say)
    wanted = f"apnet: another process is training into {tmp_path}: wait for it\n"
    assert refusals == [(2, wanted)]
    assert runs.same_weights(whole, tmp_path)


def test_another_seed_gives_other_weights(whole, root, tmp_path):
    runs.run(tmp_path, root, runs.settings(seed=1))
    assert not runs.same_weights(whole, tmp_path)
    assert runs.history(whole)[0]["loss"] != runs.history(tmp_path)[0]["loss"]


def test_weights_that_the_last_step_made_infinite_are_not_kept(root, tmp_path):
    chosen = runs.settings(lr=1e38, warmup_epochs=0, epochs=1, steps_per_epoch=1)
    with pytest.raises(InputError, match="the last step left weights that are not finite, first"):
        runs.run(tmp_path, root, chosen)
    assert not (tmp_path / "model.safetensors").exists() and not (tmp_path / "run.json").exists()


def test_a_data_record_saves_reading_the_images_and_must_be_of_them(
    record, root, tmp_path, monkeypatch
):
    file = tmp_path / "data.json"
    assert main(["data", "check", "market1501", str(root), "--out", str(file)]) == 0

    def unread(*_):
        raise AssertionError("the images were checked again")

    monkeypatch.setattr("apnet.data.check.check_dataset", unread)
    runs.run(tmp_path / "run", root, runs.settings(epochs=0), data_record=file)
    assert read_json(tmp_path / "run" / "run.json")["data"] == record["data"]
    content = read_json(file)
    other = "does not describe market1501 as it lies in"
    for wrong, said in (
        (content | {"name": "dukemtmc"}, other),
        (content | {"listing": "0" * 64}, other),
        (content | {"problem_count": 1, "problems": [{}]}, "lacks problems.0.file"),
        ({}, "is not a valid record: lacks name"),
        ([], "is not a JSON object"),
    ):
        file.write_text(json.dumps(wrong))
        with pytest.raises(InputError, match=f"{file} .*{said}"):
            runs.run(tmp_path / "other", root, data_record=file)
    assert not (tmp_path / "other").exists()


@pytest.fixture(scope="module")
def imagenet(tmp_path_factory):
    torch.manual_seed(5)
    file = tmp_path_factory.mktemp("weights") / "resnet50.safetensors"
    write_weights(file, torchvision.models.resnet50(weights=None).state_dict())
    return file


def test_training_starts_from_imagenet_weights_where_the_recipe_says_so(root, tmp_path, imagenet):
    # At a rate of 0 the weights stay what they were at the start.
    chosen = runs.settings("resnet50-apnet-s1", **IMAGENET, lr=0, epochs=1, steps_per_epoch=1)
    runs.run(tmp_path / "run", root, chosen, weights=imagenet)
    trained, start = load_file(tmp_path / "run" / "model.safetensors"), load_file(imagenet)
    convolutions = [name for name, tensor in start.items() if tensor.ndim == 4]
    assert len(convolutions) == 53
    assert all(torch.equal(trained[f"backbone.net.{name}"], start[name]) for name in convolutions)
    record = read_json(tmp_path / "run" / "run.json")
    assert record["weights"] == {"file": imagenet.name, "sha256": runs.sha256(imagenet)}
    # Of maps of 8x4 and 4x2 at the last stages, an eighth of an eighth is nothing.
    assert record["clamped"] == [f"pyramids.stage{n}.levels.0.attention" for n in (2, 3, 4)]


def test_weights_that_cannot_be_read_are_one_sentence(root, tmp_path, imagenet):
    chosen = runs.settings(**IMAGENET)
    broken = tmp_path / "w.safetensors"
    broken.write_bytes(imagenet.read_bytes()[:1000])
    with pytest.raises(InputError, match=f"cannot read weights from {broken}"):
        runs.run(tmp_path / "run", root, chosen, weights=broken)
    save_file({"w": torch.tensor([0, torch.nan])}, broken)
    with pytest.raises(InputError, match=f"{broken} holds numbers that are not finite, first in w"):
        runs.run(tmp_path / "run", root, chosen, weights=broken)
    save_file({"w": torch.zeros(2)}, broken)
    with pytest.raises(InputError, match="another architecture than resnet50"):
        runs.run(tmp_path / "run", root, chosen, weights=broken)
    assert not (tmp_path / "run" / "run.json").exists()


def test_an_error_in_a_step_ends_the_workers_too(root, tmp_path, monkeypatch):
    def fail(*_):
        raise RuntimeError("CUDA out of memory")

    monkeypatch.setattr(Trainer, "train_step", fail)
    with pytest.raises(InputError, match="the GPU's memory ran out") as error:
        runs.run(tmp_path / "run", root, workers=1)
    # What holds the frames of the training must not hold the workers.
    assert error.tb is not None and multiprocessing.active_children() == []


def test_weights_that_would_not_be_used_are_refused(root, tmp_path, imagenet):
    with pytest.raises(InputError, match="recipe smoke starts from nothing: leave out --weights"):
        runs.run(tmp_path / "run", root, weights=imagenet)


def test_a_folder_that_cannot_be_written_is_one_sentence(root, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=f"cannot write to {tmp_path / 'file' / 'run'}"):
        runs.run(tmp_path / "file" / "run", root)
    assert os.listdir(tmp_path) == ["file"]
