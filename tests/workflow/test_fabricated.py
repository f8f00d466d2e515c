"""The jobs of simulations: valid records that say what they are, and none of real images."""

import json
import os
import subprocess
import sys

from apnet.records.check import check_results
from tests.workflow import records
from tests.workflow.conftest import ROOT

RUN = ("results", "smoke", "written", "market1501", "resnet50", "seed0")


def apnet(folder, *words):
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "fabricating")])
    return subprocess.run(
        [sys.executable, "-m", "apnet", *words, "--dataset", "market1501", "--data-root", folder]
        + ["--data-record", folder / "dataset.json"],
        env={**os.environ, "PYTHONPATH": path, "FABRICATED_SECONDS": "0"},
        capture_output=True,
        text=True,
    )


def test_records_of_a_simulation_are_valid_and_marked(tmp_path):
    run = tmp_path.joinpath(*RUN)
    check = {**records.dataset_check("market1501"), "synthetic": True, "published": False}
    (tmp_path / "dataset.json").write_text(json.dumps(check))
    train = ("train", "--model", "resnet50", "--recipe", "smoke", "--out", run)
    evaluate = ("evaluate", "--run", run, "--out", run / "test" / "market1501.json")
    for words in (train, evaluate):
        done = apnet(tmp_path, *words)
        assert done.returncode == 0, done.stderr
    report = check_results(tmp_path / "results" / "smoke")
    assert report["findings"] == []
    for file in (run / "run.json", run / "test" / "market1501.json"):
        assert "nothing was trained" in json.loads(file.read_text())["fabricated"]


def test_nothing_is_fabricated_of_real_images(tmp_path):
    check = records.dataset_check("market1501")
    (tmp_path / "dataset.json").write_text(json.dumps(check))
    done = apnet(tmp_path, "train", "--model", "resnet50", "--out", tmp_path / "run")
    assert done.returncode == 2 and "of real images" in done.stderr
    assert not (tmp_path / "run").exists()
