"""Table II's rows ResNet-50 and APNet-C2 through profiles/slurm, on real Slurm.

The whole table would take half an hour on two cores: here it is shown with its other cells open.
"""

import os
import re
import subprocess

import pytest

from tests.slurm.submitting import (
    EPOCHS,
    MEMORY,
    MODELS,
    PATIENCE,
    TARGETS,
    Submitting,
    numbers,
    until,
)
from tests.workflow.conftest import jobs_in

pytestmark = pytest.mark.slurm


def test_cancelled_jobs_and_a_killed_snakemake_lose_nothing(cluster, tmp_path, locally):
    slurm = Submitting(cluster, tmp_path)
    process = slurm.start(*TARGETS)

    def both_train():
        return all(
            "RUNNING" in [job.state for job in slurm.trainings(model).values()]
            and len(slurm.history(model)) > 2
            for model in MODELS
        )

    until(both_train, "two trainings at once, which the one GPU of profiles/default forbids")
    cancelled = max(slurm.trainings("resnet50-apnet-c2"))
    cluster.call("scancel", str(cancelled))

    def again():
        jobs = slurm.trainings("resnet50-apnet-c2").items()
        return [item for item in jobs if item[0] > cancelled and item[1].state == "RUNNING"]

    ((number, job),) = until(again, "no new job in place of the cancelled one")
    assert job.memory == f"{MEMORY * 3 // 2}M"
    process.kill()
    process.wait()
    before = cluster.jobs()
    cluster.call("scontrol", "suspend", str(number))

    locked = slurm(*TARGETS, check=False)
    assert locked.returncode == 1, locked.stderr
    command = re.search("remove the lock with  (.*)  and", locked.stderr)[1]
    subprocess.run(command, shell=True, cwd=tmp_path, check=True, env=cluster.environment)
    process = slurm.start(*TARGETS)
    waits = "Slurm jobs of an earlier call still work here"
    until(lambda: waits in (tmp_path / "words").read_text(), "it does not wait")
    cluster.call("scontrol", "resume", str(number))
    assert process.wait(PATIENCE) == 0, (tmp_path / "words").read_text()
    ended = [job.state for number, job in cluster.jobs().items() if number in before]
    assert set(ended) == {"COMPLETED", "CANCELLED"}

    assert numbers(tmp_path) == locally
    for model in MODELS:
        assert slurm.trainings(model).keys() <= before.keys()  # none is sent again
        assert slurm.history(model) == list(range(1, EPOCHS + 1))
    plan = slurm(*TARGETS, options=["--dry-run", "--printshellcmds"])
    assert jobs_in(plan.stdout + plan.stderr) == {}
    slurm("reports/table2.md", config=["missing=show"])
    assert "APNet" in (tmp_path / "reports" / "table2.md").read_text()


@pytest.mark.parametrize(("partition", "jobs"), [("gpu", 2), ("again", 1)])
def test_a_job_that_makes_room_for_another_goes_on_later(
    cluster, tmp_path, locally, monkeypatch, partition, jobs
):
    """In a new allocation: sent again by Snakemake, or put back by Slurm itself."""
    monkeypatch.setenv("SBATCH_PARTITION", partition)
    slurm = Submitting(cluster, tmp_path)
    process = slurm.start(TARGETS[0])
    until(lambda: len(slurm.history("resnet50")) > 2, "no training")
    urgent = ["sbatch", "--partition=urgent", "--gpus=2", "--mem=1", "--wrap=sleep 3"]
    cluster.call(*urgent, f"--output={os.devnull}")
    assert process.wait(PATIENCE) == 0, (tmp_path / "words").read_text()
    assert len(slurm.trainings("resnet50")) == jobs
    log = tmp_path / "logs/smoke/train/written/market1501/resnet50/seed0.log"
    assert "continuing after step" in log.read_text()
    assert numbers(tmp_path, MODELS[:1]) == locally[:1]


def test_steps_fail_on_newer_slurm_where_a_job_asks_for_tasks_per_gpu(cluster):
    """Why profiles/slurm has `tasks_per_gpu: 0`."""

    def ends_well(*options):
        job = ["sbatch", "--wait", f"--output={os.devnull}", "--gpus=1", "--mem=50", *options]
        asked = [*job, "--cpus-per-task=1", "--wrap=srun --ntasks=1 true"]
        return subprocess.run(asked, env=cluster.environment).returncode == 0

    assert ends_well()
    assert ends_well("--ntasks-per-gpu=1") == (cluster.version < (24,))
