"""Devices of one machine, given to one job at a time; none of them is there."""

import os
import select
import signal
import subprocess

import pytest
import yaml

from tests.workflow.conftest import ROOT
from tests.workflow.gpujobs import TRAINING, begun, start, wait_until, written
from workflow.lib import gpus

pytestmark = pytest.mark.usefixtures("separate_locks")


def spans(tmp_path):
    """Devices of each job that has ended, when it began and when it ended."""
    lines = written(tmp_path)
    return [(devices.split(","), float(begin), float(end)) for devices, _, begin, end in lines]


def overlaps(times):
    return [
        (one, other)
        for number, one in enumerate(times)
        for other in times[number + 1 :]
        if set(one[0]) & set(other[0]) and one[1] < other[2] and other[1] < one[2]
    ]


def test_two_jobs_never_have_the_same_device(tmp_path):
    hold = tmp_path / "hold"
    hold.touch()
    jobs = [start(tmp_path, number, "5,GPU-9a") for number in range(2)]
    wait_until(lambda: len(begun(tmp_path)) == 2)
    jobs += [start(tmp_path, number, "5,GPU-9a") for number in range(2, 8)]
    assert select.select([jobs[2].stderr], [], [], 30)[0]
    line = jobs[2].stderr.readline()
    hold.unlink()
    for job in jobs:
        job.communicate(timeout=60)
    assert [job.returncode for job in jobs] == [0] * 8
    times = spans(tmp_path)
    assert len(times) == 8 and overlaps(times) == []
    assert {device for devices, _, _ in times for device in devices} == {"5", "GPU-9a"}
    assert "waiting for a GPU: all of 5, GPU-9a are taken" in line
    logs = [(tmp_path / f"{number}.log").read_text() for number in range(8)]
    assert all(log.startswith(("on GPU 5\n", "on GPU GPU-9a\n")) for log in logs)


def test_jobs_of_one_and_of_two_devices_do_not_lock_each_other_out(tmp_path):
    jobs = [start(tmp_path, n, "0,1", count=1 + n % 2) for n in range(6)]
    for job in jobs:
        job.communicate(timeout=60)
    times = spans(tmp_path)
    assert sorted(len(devices) for devices, _, _ in times) == [1, 1, 1, 2, 2, 2]
    assert overlaps(times) == []


def test_a_device_is_free_when_what_ran_on_it_is_dead_and_not_before(tmp_path):
    first = start(tmp_path, 0, "3", seconds=60, start_new_session=True)
    wait_until(lambda: begun(tmp_path))
    (child,) = begun(tmp_path)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    # The wrapper is dead, and what it ran still computes on the device.
    second = start(tmp_path, 1, "3", seconds=0)
    with pytest.raises(subprocess.TimeoutExpired):
        second.wait(timeout=2)
    os.kill(child, signal.SIGKILL)
    second.communicate(timeout=30)
    assert second.returncode == 0 and [devices for devices, _, _ in spans(tmp_path)] == [["3"]]


def test_a_job_that_waits_is_stopped_at_once(tmp_path):
    first = start(tmp_path, 0, "3", seconds=20)
    wait_until(lambda: begun(tmp_path))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        second = start(tmp_path, 1, "3")
        assert "waiting for a GPU" in second.stderr.readline()
        second.send_signal(number)
        line = second.communicate(timeout=10)[1]
        assert second.returncode == 128 + number and line == "apnet: stopped\n"
    os.kill(begun(tmp_path)[0], signal.SIGKILL)
    first.communicate(timeout=10)


def test_more_devices_than_there_are_is_one_sentence_in_the_note(tmp_path):
    job = start(tmp_path, 0, "3", count=2)
    line = job.communicate(timeout=30)[1]
    assert job.returncode == 2 and line.startswith("apnet: a job wants 2 GPUs, and 1 can be used")
    assert "a job wants 2 GPUs" in (tmp_path / "0.failed.json").read_text()


@pytest.mark.parametrize(
    ("named", "devices"),
    [("0,1", ["0", "1"]), (" 2 , GPU-8", ["2", "GPU-8"]), ("", []), ("1,-1,0", ["1"])],
)
def test_what_the_user_names_is_what_is_used(monkeypatch, named, devices):
    monkeypatch.setenv(gpus.VARIABLE, named)
    assert gpus.visible() == devices


def test_all_devices_of_the_machine_are_used_where_the_user_names_none(tmp_path, monkeypatch):
    monkeypatch.delenv(gpus.VARIABLE, raising=False)
    tool = tmp_path / "nvidia-smi"
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    lines = "GPU 0: A (UUID: GPU-1)\\n  MIG 1g Device 0\\nGPU 1: B (UUID: GPU-2)\\n"
    for script, devices in ((f'printf "{lines}"', ["0", "1"]), ("exit 9", [])):
        tool.write_text(f"#!/bin/sh\n{script}\n")
        tool.chmod(0o755)
        assert gpus.visible() == devices


def test_without_a_gpu_nothing_is_held_and_nothing_said(tmp_path):
    jobs = [start(tmp_path, 0, ""), start(tmp_path, 1, "0", count=0)]
    assert [job.communicate(timeout=30)[1] for job in jobs] == ["", ""]
    assert sorted(devices for devices, _, _ in spans(tmp_path)) == [[""], ["0"]]


def test_the_profiles_differ_in_the_number_of_gpus_alone():
    one, other = (
        yaml.safe_load((ROOT / "profiles" / name / "config.yaml").read_text())
        for name in ("default", "gpus")
    )
    assert one.pop("resources") == ["gpu=1"] and other.pop("resources") == ["gpu=16"]
    assert one == other


@pytest.mark.slow
def test_snakemake_runs_a_job_a_device(snakemake, monkeypatch):
    monkeypatch.setenv(gpus.VARIABLE, "4,6")
    runs = [
        f"results/smoke/written/market1501/{model}/seed0/run.json"
        for model in ("resnet50", "resnet50-se", "resnet50-apnet-c1", "resnet50-apnet-c2")
    ]
    command = snakemake.command(runs, (), TRAINING)
    command[command.index("--workflow-profile") + 1] = str(ROOT / "profiles" / "gpus")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    logs = sorted(snakemake.folder.glob("logs/smoke/train/written/market1501/*/seed0.log"))
    used = [log.read_text().splitlines()[0] for log in logs]
    assert len(used) == 4 and set(used) == {"on GPU 4", "on GPU 6"}
