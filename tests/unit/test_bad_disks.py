"""Disks that are full or read-only, for real: a small one in memory, where that is allowed."""

import shutil
import signal
import subprocess
import sys
import time

import pytest
import runs
import torch
from safetensors.torch import load_file

pytestmark = pytest.mark.slow


class Disk:
    def __init__(self, place):
        self.place = place

    def remount(self, options):
        subprocess.run(["mount", "-o", f"remount,{options}", self.place], check=True)


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    place = tmp_path_factory.mktemp("disk")
    command = ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no disk may be mounted here")
    yield Disk(place)
    subprocess.run(["umount", str(place)], check=True)


def command(root, out):
    options = ["train", "--model", "resnet50", "--recipe", "smoke", "--dataset", "market1501"]
    options += ["--device", "cpu", "--threads", "1", "--data-root", str(root), "--out", str(out)]
    options += ["--checkpoint-seconds", "0"]
    settings = runs.TINY | {"backbone_size": "full"}
    options += [f"--set={key}={value}" for key, value in settings.items()]
    return [sys.executable, "-m", "apnet", *options]


def train(root, out):
    return subprocess.run(command(root, out), capture_output=True, text=True)


def refused(done, message):
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("apnet: ") and done.stderr.count("\n") == 1, done.stderr
    assert message in done.stderr


@pytest.fixture(scope="module")
def whole(root, tmp_path_factory):
    """Weights of a run that nothing disturbed."""
    out = tmp_path_factory.mktemp("whole") / "run"
    assert train(root, out).returncode == 0
    return load_file(out / "model.safetensors")


def test_a_disk_that_fills_up_at_any_point_ends_in_one_sentence_and_goes_on_when_there_is_room(
    root, disk, whole
):
    out = disk.place / "run"
    # Room for no checkpoint, which is some 280 MB; for one; for two and not for the weights.
    for size in ("20m", "300m", "600m"):
        disk.remount(f"size={size}")
        refused(train(root, out), "cannot write")
        assert not (out / "run.json").exists() and not (out / "model.safetensors").exists()
        left = [name for name in runs.files(out) if "/." in name or "unnamed" in name]
        assert left == []
    disk.remount("size=1500m")
    done = train(root, out)
    assert done.returncode == 0 and "continuing after step" in done.stdout, done.stderr
    found = load_file(out / "model.safetensors")
    assert all(torch.equal(tensor, whole[name]) for name, tensor in found.items())
    assert [line.count("epoch") for line in (out / "history.jsonl").read_text().splitlines()] == [
        1,
        1,
    ]


def test_a_read_only_disk_is_one_sentence_and_nothing_changes(root, disk):
    disk.remount("size=1500m")
    out = disk.place / "read-only"
    process = subprocess.Popen(command(root, out), stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list(out.glob("checkpoints/*/step-*.pt")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = {name: runs.sha256(out / name) for name in runs.files(out)}
    disk.remount("ro")
    try:
        refused(train(root, out), f"cannot write to {out}: Read-only file system")
        assert {name: runs.sha256(out / name) for name in runs.files(out)} == before
    finally:
        disk.remount("rw")
    assert train(root, out).returncode == 0
