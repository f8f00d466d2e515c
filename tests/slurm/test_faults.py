"""What befalls a node, and the limits of a job: each is provoked in the middle of a training."""

import os
import signal
from pathlib import Path

import pytest

from tests.slurm.submitting import (
    CONFIG,
    MODELS,
    PATIENCE,
    TARGETS,
    Submitting,
    numbers,
    until,
)
from tests.workflow.conftest import Snakemake

pytestmark = pytest.mark.slurm


@pytest.fixture
def training(cluster, tmp_path):
    """Starts Snakemake; gives it, its process, and the number of a training that has begun."""
    started = []

    def start(*choices):
        slurm = Submitting(cluster, tmp_path, *choices)
        process = slurm.start(TARGETS[0])
        started.append(process)
        until(lambda: len(slurm.history("resnet50")) > 2, "no training")
        return slurm, process, max(slurm.trainings("resnet50"))

    yield start
    for process in started:
        process.kill()


def hold(cluster, job):
    """Stop its training, which would end well before Slurm looks at them."""
    for number in cluster.processes(job):
        if b"apnet\0train" in Path("/proc", str(number), "cmdline").read_bytes():
            os.kill(number, signal.SIGSTOP)


def ends_as(slurm, process, expected, words="continuing after step"):
    """It ends well, with the results of a run without Slurm."""
    assert process.wait(PATIENCE) == 0, (slurm.folder / "words").read_text()
    log = slurm.folder / "logs/smoke/train/written/market1501/resnet50/seed0.log"
    assert words in log.read_text()
    assert numbers(slurm.folder, MODELS[:1]) == expected[:1]


def test_a_killed_slurmd_disturbs_no_training(cluster, training, locally):
    slurm, process, job = training()
    cluster.kill_node()
    done = len(slurm.history("resnet50"))
    until(lambda: len(slurm.history("resnet50")) > done + 2, "it does not go on")
    cluster.start_node()
    ends_as(slurm, process, locally, words="")
    assert slurm.trainings("resnet50").keys() == {job}


@pytest.mark.parametrize("all_", [True, False], ids=["node", "slurmd"])
def test_a_training_goes_on_after_its_node_was_given_up(cluster, training, locally, all_):
    """Slurm puts the job back, which still stands there where slurmd alone is dead."""
    slurm, process, job = training()
    hold(cluster, job)
    cluster.kill_node(*[job] * all_)
    cluster.until_node_is("down*")
    cluster.start_node()
    ends_as(slurm, process, locally)
    assert slurm.trainings("resnet50").keys() == {job}


def test_a_training_out_of_time_goes_on_in_a_new_job(cluster, training, locally):
    slurm, process, job = training()
    hold(cluster, job)
    cluster.call("scontrol", "update", f"JobId={job}", "TimeLimit=1")
    ends_as(slurm, process, locally)
    assert [state for state, *_ in slurm.trainings("resnet50").values()] == ["TIMEOUT", "COMPLETED"]


LARGE = (CONFIG[0], "set={epochs: 6, steps_per_epoch: 1, identities: 2, backbone_size: full}")
"""A training of 800 MB, of which Snakemake's own processes add 100."""


def test_a_training_out_of_memory_goes_on_with_more(cluster, training, tmp_path, monkeypatch):
    """Slurm looks at its memory after half a minute, when a slow machine has not begun to train."""
    monkeypatch.setenv("SBATCH_ACCTG_FREQ", "task=60")
    slurm, process, job = training(800, (*LARGE, CONFIG[2]))
    if [held.state for held in slurm.trainings("resnet50").values()] == ["RUNNING"]:
        hold(cluster, job)
    ends_as(slurm, process, large_alone(tmp_path))
    first, second = slurm.trainings("resnet50").values()
    assert (first.state, first.memory, second.memory) == ("FAILED", "800M", "1200M")


def test_a_training_that_the_kernel_ends_goes_on_with_more(limited, tmp_path):
    slurm = Submitting(limited, tmp_path, 600, (*LARGE, CONFIG[2]))
    process = slurm.start(TARGETS[0])
    ends_as(slurm, process, large_alone(tmp_path), words="")
    *ended, last = slurm.trainings("resnet50").values()
    assert ended and last.state == "COMPLETED"
    assert {job.state for job in ended} <= {"FAILED", "OUT_OF_MEMORY"}
    assert [job.memory for job in (*ended, last)] == ["600M", "900M", "1200M"][: len(ended) + 1]


def large_alone(tmp_path):
    """The results of such a training without Slurm."""
    alone = Snakemake(tmp_path / "alone")
    alone.folder.mkdir()
    alone(TARGETS[0], config=LARGE)
    return numbers(alone.folder, MODELS[:1])
