"""Killed, stopped and damaged in the middle, through the real Snakemake."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.workflow.conftest import ROOT
from tests.workflow.test_stale import RUN, TARGET

pytestmark = pytest.mark.slow

STEPS = 12
CONFIG = (
    "synthetic={identities: 2, seed: 0}",
    # Full networks: thin ones have ended before they can be killed.
    f"set={{backbone_size: full, epochs: {STEPS}, steps_per_epoch: 1, identities: 2}}",
    "checkpoint_seconds=0",
)


TINY = "set={epochs: 1, steps_per_epoch: 1, identities: 2}"


def weights(snakemake):
    return json.loads((snakemake.folder / RUN / "run.json").read_text())["checkpoint_sha256"]


def started(snakemake, config=CONFIG):
    """Snakemake in a process group of its own, as a terminal has it."""
    command = snakemake.command([f"{RUN}/run.json"], config=config)
    return subprocess.Popen(
        command, cwd=snakemake.root, stderr=subprocess.PIPE, start_new_session=True
    )


def wait_for_epoch(snakemake, epoch):
    history = snakemake.folder / RUN / "history.jsonl"
    deadline = time.monotonic() + 120
    while not history.exists() or history.read_text().count("\n") < epoch:
        assert time.monotonic() < deadline, "the training has not begun"
        time.sleep(0.02)


def trainings(snakemake):
    """Processes that train into this folder."""
    listed = subprocess.run(["pgrep", "-f", "apnet train"], capture_output=True, text=True)
    folders = {int(word): Path("/proc", word, "cwd") for word in listed.stdout.split()}
    return [n for n, cwd in folders.items() if cwd.exists() and cwd.resolve() == snakemake.folder]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    from tests.workflow.conftest import Snakemake

    snakemake = Snakemake(tmp_path_factory.mktemp("whole"))
    snakemake(f"{RUN}/run.json", config=CONFIG)
    return weights(snakemake)


@pytest.mark.parametrize("epoch", [2, 10])
def test_a_training_killed_outright_continues_to_the_same_weights(snakemake, uninterrupted, epoch):
    process = started(snakemake)
    wait_for_epoch(snakemake, epoch)
    os.killpg(process.pid, signal.SIGKILL)
    for number in trainings(snakemake):
        os.kill(number, signal.SIGKILL)
    process.wait()
    assert not (snakemake.folder / RUN / "run.json").exists()
    snakemake(options=["--unlock"])
    done = snakemake(f"{RUN}/run.json", config=CONFIG)
    assert "continuing after step" in done.stderr
    assert weights(snakemake) == uninterrupted
    lines = (snakemake.folder / RUN / "history.jsonl").read_text().splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == list(range(1, STEPS + 1))
    assert not (snakemake.folder / RUN / "checkpoints").exists()


def test_what_a_training_finished_after_snakemake_was_killed_is_kept(snakemake):
    target = f"{RUN}/run.json"
    process = started(snakemake)
    wait_for_epoch(snakemake, 2)
    assert f"(process {process.pid})" in snakemake(target, config=CONFIG, check=False).stderr
    process.kill()
    process.wait()
    locked = snakemake(target, config=CONFIG, check=False)
    assert locked.returncode == 1 and "Its jobs still run" in locked.stderr
    deadline = time.monotonic() + 120
    while trainings(snakemake):
        assert time.monotonic() < deadline, "the training has not ended"
        time.sleep(0.1)
    record, file = weights(snakemake), (snakemake.folder / RUN / "model.safetensors").stat()
    command = re.search("remove the lock with  (.*)  and", locked.stderr)[1]
    subprocess.run(command, shell=True, cwd=snakemake.root, check=True)
    done = snakemake(target, config=CONFIG)
    assert "is already trained" in done.stderr
    assert weights(snakemake) == record
    assert (snakemake.folder / RUN / "model.safetensors").stat().st_ino == file.st_ino
    assert not (snakemake.folder / RUN / ".kept").exists()
    assert snakemake.jobs(target, config=CONFIG) == {}


def test_what_a_job_finished_before_it_was_killed_is_kept(snakemake, tmp_path, monkeypatch):
    # The last that Python does: results are whole by then, and the job fails all the same.
    killing = "import atexit, os, sys\nif sys.orig_argv[1:3] == ['-m', 'apnet']:\n"
    killing += "    atexit.register(os.kill, os.getpid(), 9)\n"
    (tmp_path / "start").mkdir()
    (tmp_path / "start" / "sitecustomize.py").write_text(killing)
    config = [CONFIG[0], TINY]
    snakemake("results/smoke/written/market1501/dataset.json", config=config)
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONPATH", str(tmp_path / "start"), prepend=os.pathsep)
        assert snakemake(f"{RUN}/run.json", config=config, check=False).returncode == 1
        record = (tmp_path / RUN / ".kept" / "run.json").read_bytes()
        assert not (tmp_path / RUN / "run.json").exists()
        assert snakemake(f"{RUN}/run.json", config=config, check=False).returncode == 1
    assert "is already trained" in snakemake(f"{RUN}/run.json", config=config).stderr
    assert (tmp_path / RUN / "run.json").read_bytes() == record
    assert not (tmp_path / RUN / ".kept").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_ends_cleanly_and_the_same_command_goes_on(snakemake, uninterrupted, number):
    config = [*CONFIG[:2], "checkpoint_seconds=1000"]
    process = started(snakemake, config)
    wait_for_epoch(snakemake, 3)
    # A `tee` that reads ends with the same signal, and a closed terminal reads no more.
    process.stderr.close()
    os.killpg(process.pid, number)
    process.wait(timeout=60)
    assert process.returncode == 1
    assert trainings(snakemake) == []
    done = snakemake(f"{RUN}/run.json", config=config)
    assert "continuing after step" in done.stderr
    assert weights(snakemake) == uninterrupted


def test_a_damaged_dataset_fails_its_own_cells_and_no_others(snakemake, tmp_path):
    config = [CONFIG[0], TINY]
    data = "resources/synthetic/smoke"
    snakemake(f"{data}/market1501", f"{data}/dukemtmc", config=config)
    for image in (tmp_path / data / "dukemtmc" / "query").iterdir():
        image.write_bytes(image.read_bytes()[:100])
    runs = [TARGET, TARGET.replace("market1501", "dukemtmc")]
    failed = snakemake(*runs, options=["--keep-going"], config=config, check=False)
    assert failed.returncode == 1
    assert "dukemtmc/query/" in failed.stderr and "is damaged" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert (tmp_path / TARGET).exists() and not (tmp_path / runs[1]).exists()
    snakemake("reports/table2.md", config=[*config, "missing=show"])
    report = (tmp_path / "reports" / "table2.md").read_text()
    assert "77.2 / failed" in report and "**Failed:**" in report and "is damaged" in report
    assert "51.2 / not run" in report


def test_a_damaged_record_and_a_damaged_lock_cost_only_themselves(snakemake, tmp_path):
    config = [CONFIG[0], TINY]
    snakemake(TARGET, config=config)
    record, tested = tmp_path / RUN / "run.json", tmp_path / TARGET
    trained, wanted = record.read_bytes(), json.loads(tested.read_text())
    tested.write_bytes(tested.read_bytes()[:100])
    snakemake("reports/table2.md", config=[*config, "missing=show"])
    report = (tmp_path / "reports" / "table2.md").read_text()
    assert f"{TARGET} is not JSON: cut short, or damaged" in report
    lock = tmp_path / ".snakemake" / "locks" / "0.output.lock"
    lock.parent.mkdir(exist_ok=True)
    lock.write_bytes(b"\0\xff")
    snakemake(options=["--unlock"])
    tested.unlink()
    assert snakemake.jobs(TARGET, config=config) == {"evaluate": 1}
    snakemake(TARGET, config=config)
    found = json.loads(tested.read_text())
    assert found | {"wall_seconds": 0} == wanted | {"wall_seconds": 0}
    assert record.read_bytes() == trained


def test_kills_at_random_points_lose_nothing():
    script = ROOT / "benchmarks" / "killing.py"
    command = [sys.executable, str(script), "--kills", "5"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 kills of" in done.stdout and "0 faults" in done.stdout
