"""Devices of one machine, shared by jobs of many sizes; none of them is there."""

import os
import signal
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace

import pytest
from snakemake.resources import Resources

from apnet.runtime import memory
from tests.workflow.conftest import Snakemake
from tests.workflow.gpujobs import TRAINING, begun, start, wait_until, written
from workflow.lib import gpus, process

pytestmark = pytest.mark.usefixtures("separate_locks")


@contextmanager
def held(*jobs):
    """What each of (share, devices) is given, one after another, while all before it run."""
    with ExitStack() as stack:
        yield [stack.enter_context(gpus.hold(1, share, pytest.fail)).devices[0] for share in jobs]


def is_free(share):
    found = gpus._take(1, share, gpus.visible())
    for descriptor in found.descriptors if found else ():
        os.close(descriptor)
    return found is not None


def test_jobs_are_spread_over_the_devices_before_they_are_packed(monkeypatch):
    monkeypatch.setenv(gpus.VARIABLE, "5,GPU-9a")
    with held(0.5, 0.5, 0.25, 0.25, 0.125) as devices:
        assert devices == ["5", "GPU-9a", "5", "GPU-9a", "5"]
        assert [share for share in gpus.SHARES if is_free(share)] == [0.25, 0.125]
    assert is_free(1)


@pytest.mark.parametrize("share", gpus.SHARES)
def test_a_device_is_filled_and_no_more(monkeypatch, share):
    monkeypatch.setenv(gpus.VARIABLE, "3")
    with held(*[share] * int(1 / share)) as devices:
        assert {*devices} == {"3"} and not is_free(0.125)


def test_a_whole_device_is_taken_only_where_no_part_is(monkeypatch):
    monkeypatch.setenv(gpus.VARIABLE, "3,4")
    with held(0.125, 1) as devices:
        assert devices == ["3", "4"] and not is_free(1) and is_free(0.5)


def test_jobs_of_many_shares_never_have_more_than_a_device(tmp_path):
    shares = [1, 0.5, 0.25, 1, 0.5]
    jobs = [start(tmp_path, n, "3", 0.1, share=share) for n, share in enumerate(shares)]
    for job in jobs:
        job.communicate(timeout=60)
    assert [job.returncode for job in jobs] == [0] * 5
    times = [tuple(map(float, numbers)) for _, *numbers in written(tmp_path)]
    assert sorted(share for share, _, _ in times) == sorted(shares)
    for _, begin, _ in times:
        assert sum(share for share, first, last in times if first <= begin < last) <= 1
    assert (tmp_path / "1.log").read_text().startswith("on GPU 3, 0.5 of it\n")


@pytest.mark.parametrize(("share", "what"), [(1, "a GPU"), (0.5, "0.5 of a GPU")])
def test_a_job_says_what_it_waits_for(monkeypatch, share, what):
    monkeypatch.setenv(gpus.VARIABLE, "3,4")
    with held(0.5, 0.5, 0.25, 0.25), pytest.raises(InterruptedError) as said:
        gpus._wait(1, share, gpus.visible(), _interrupt)
    assert str(said.value) == f"waiting for {what}: all of 3, 4 are taken"


def _interrupt(line):
    raise InterruptedError(line)


def test_the_parts_of_a_dead_job_are_free(tmp_path, monkeypatch):
    monkeypatch.setenv(gpus.VARIABLE, "3")
    job = start(tmp_path, 0, "3", seconds=60, share=0.5)
    wait_until(lambda: begun(tmp_path))
    assert is_free(0.5) and not is_free(1)
    os.kill(begun(tmp_path)[0], signal.SIGKILL)
    job.communicate(timeout=30)
    assert is_free(1)


def test_a_job_takes_its_share_of_the_memory_though_more_is_free(monkeypatch):
    assert [memory.room(free, 80) for free in (80, 30)] == [80, 30]
    monkeypatch.setenv(memory.SHARE, str(gpus.Held(("3",), (), 0.5).environment()[memory.SHARE]))
    assert [memory.room(free, 80) for free in (80, 30)] == [40, 30]


def test_the_limit_stays_the_number_of_devices_and_the_words_of_the_user():
    given = Resources.from_mapping({"gpu": 2, "mem_mb": 9})
    workflow = SimpleNamespace(global_resources=given)
    process.let_jobs_share(workflow, 0.25)
    assert workflow.global_resources.args == ["gpu=8", "mem_mb=9"]
    assert given.args == ["gpu=2", "mem_mb=9"]
    without = SimpleNamespace(global_resources=Resources.from_mapping({}))
    process.let_jobs_share(without, 0.5)
    assert without.global_resources.args == []


@pytest.mark.slow
def test_two_runs_that_share_a_device_are_as_if_each_had_it_alone(tmp_path, monkeypatch):
    """With `gpu_share` alone set: the profile's limit stays the number of devices."""
    monkeypatch.setenv(gpus.VARIABLE, "4")
    seeds = [f"results/smoke/written/market1501/resnet50/seed{seed}" for seed in range(2)]
    weights = {}
    for share in (1, 0.5):
        snakemake = Snakemake(tmp_path / str(share))
        snakemake(*(f"{seed}/run.json" for seed in seeds), config=[*TRAINING, f"gpu_share={share}"])
        weights[share] = [
            (snakemake.folder / seed / "model.safetensors").read_bytes() for seed in seeds
        ]
        (log,) = snakemake.folder.glob(".snakemake/log/*.log")
        log = log.read_text()
        together = log.rindex("rule train:") < log.index("Finished jobid", log.index("rule train:"))
        assert together == (share < 1)
    assert weights[1] == weights[0.5] and weights[1][0] != weights[1][1]
