"""A training that was stopped, killed or begun over goes on as if nothing had been."""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import replace

import pytest
import runs

from apnet.errors import InputError
from apnet.files import read_json
from apnet.models.weights import write_weights
from apnet.training import checkpoint
from apnet.training.loop import Interrupted

pytestmark = pytest.mark.usefixtures("one_thread")

SETTINGS = runs.settings()


def test_interrupted_and_continued_is_bit_identical(whole, root, tmp_path):
    out = tmp_path / "run"
    process = subprocess.Popen(runs.command(root, out), stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(out.glob("checkpoints/*/step-*.pt")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate()
    assert process.returncode == 128 + signal.SIGTERM
    assert said.startswith("apnet: stopped after step ") and said.count("\n") == 1
    assert not (out / "run.json").exists() and not (out / "model.safetensors").exists()
    (folder,) = out.glob("checkpoints/*")
    state = checkpoint.load_newest(folder, print)
    for file in folder.iterdir():
        file.unlink()
    assert 0 < state["seconds"] < 600
    checkpoint.save(folder, state["step"], state | {"seconds": 1000.0})
    said = runs.run(out, root, image_cache=tmp_path / "stores")
    assert said[0] in [f"continuing after step {step} of 4" for step in (1, 2, 3)]
    assert runs.same_weights(whole, out)
    assert runs.files(out) == runs.files(whole)
    # Begun with images from files, continued with them from a store.
    records = [read_json(folder / "run.json") for folder in (whole, out)]
    assert [found["images"] for found in records] == ["files", "cache"]
    # The time that the stopped process took is in the record, and in its rate.
    assert records[0]["wall_seconds"] < 600 and 1000 < records[1]["wall_seconds"] < 1600
    images = records[1]["images_per_second"] * records[1]["wall_seconds"]
    assert images == pytest.approx(4 * SETTINGS.recipe.batch, rel=0.05)
    for one, other in zip(runs.history(whole), runs.history(out), strict=True):
        assert {**one, "seconds": 0, "images_per_second": 0} == {
            **other,
            "seconds": 0,
            "images_per_second": 0,
        }


def stopped(out, root, chosen, number):
    """Trained for an epoch."""

    def say(line):
        if line.startswith("epoch 1"):
            os.kill(os.getpid(), number)

    with pytest.raises(Interrupted) as stop:
        runs.run(out, root, chosen, log=say)
    assert stop.value.signal == number


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_after_the_last_step_loses_nothing(root, tmp_path, monkeypatch, number):
    def write(file, weights):
        os.kill(os.getpid(), number)
        write_weights(file, weights)

    monkeypatch.setattr("apnet.training.run.write_weights", write)
    runs.run(tmp_path, root, runs.settings(epochs=1, steps_per_epoch=1))
    assert (tmp_path / "run.json").exists()


def test_two_trainings_begun_in_one_folder_do_not_mix(whole, root, tmp_path):
    out = tmp_path / "run"
    stopped(out, root, runs.settings(), signal.SIGTERM)
    stopped(out, root, runs.settings(seed=1), signal.SIGHUP)
    said = runs.run(out, root)
    assert said[0].startswith("another training was started here, with other settings, data, ")
    assert said[1] == "continuing after step 2 of 4"
    assert runs.same_weights(whole, out)
    found, wanted = ([line["loss"] for line in runs.history(place)] for place in (out, whole))
    assert found == wanted


def test_what_a_killed_process_left_half_written_goes(root, tmp_path):
    left = [tmp_path / ".model.safetensors.9egybdpq", tmp_path / ".run.json.abc"]
    for file in left:
        file.touch()
    runs.run(tmp_path, root, runs.settings(epochs=0))
    assert not any(file.exists() for file in left)


def test_a_dataset_that_goes_away_in_the_middle_loses_no_epoch(whole, root, tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "ON_CPU", replace(runs.ON_CPU, checkpoint_seconds=0))
    data, away, out = tmp_path / "data", tmp_path / "away", tmp_path / "run"
    shutil.copytree(root, data)

    def say(line):
        if line.startswith("epoch 1"):
            data.rename(away)

    with pytest.raises(InputError, match=r"cannot read the image .*No such file"):
        runs.run(out, data, log=say)
    with pytest.raises(InputError, match="data"):
        runs.run(out, data)
    away.rename(data)
    assert runs.run(out, data)[0] == "continuing after step 2 of 4"
    assert runs.same_weights(whole, out)
