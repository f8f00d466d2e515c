"""Table II's rows ResNet-50 and APNet-C2 through profiles/slurm, on real Slurm.

The whole table would take half an hour on two cores: here it is shown with its other cells open.
"""

import json
import os
import re
import subprocess
import sys
import time

import numpy as np
import pytest

from tests.workflow.conftest import ROOT, Snakemake, jobs_in

pytestmark = pytest.mark.slurm

MODELS = ("resnet50", "resnet50-apnet-c2")
RUNS = {model: f"results/smoke/written/market1501/{model}/seed0" for model in MODELS}
TARGETS = [f"{run}/test/market1501.json" for run in RUNS.values()]
EPOCHS = 60
CONFIG = (
    "synthetic={identities: 2, seed: 0}",
    f"set={{epochs: {EPOCHS}, steps_per_epoch: 1, identities: 2}}",
    "checkpoint_seconds=0",
)
MEMORY = 1000
PATIENCE = 400
"""Seconds for a job to come so far; the machine may be busy."""


class Submitting(Snakemake):
    """Snakemake as on a login node: profiles/slurm beside profiles/default."""

    def __init__(self, cluster, folder):
        super().__init__(folder)
        self.cluster = cluster
        self.earlier = cluster.jobs()

    def command(self, targets, options=(), config=()):
        return [
            *(sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")),
            *("--profile", str(ROOT / "profiles" / "slurm")),
            *("--workflow-profile", str(ROOT / "profiles" / "default")),
            *("--slurm-init-seconds-before-status-checks", "2", *options),
            *("--config", *CONFIG, "gpu=1", f"mem_mb={MEMORY}", *config, "--", *targets),
        ]

    def start(self, *targets):
        """In the background, its words in a file."""
        with (self.folder / "words").open("a") as words:
            return subprocess.Popen(
                self.command(targets), cwd=self.folder, env=self.cluster.environment,
                stdout=words, stderr=words, start_new_session=True,
            )  # fmt: skip

    def __call__(self, *targets, options=(), config=(), check=True):
        done = subprocess.run(
            self.command(targets, options, config), cwd=self.folder, text=True,
            env=self.cluster.environment, capture_output=True,
        )  # fmt: skip
        assert not check or done.returncode == 0, done.stderr
        return done

    def history(self, model):
        file = self.folder / RUNS[model] / "history.jsonl"
        lines = file.read_text().splitlines() if file.exists() else []
        return [json.loads(line)["epoch"] for line in lines]

    def trainings(self, model):
        """The jobs that train it, by number, but for those of earlier tests."""
        name = f"rule_train_wildcards_written_market1501_{model}_0"
        jobs = self.cluster.jobs()
        return {
            number: job
            for number, job in jobs.items()
            if job.comment == name and number not in self.earlier
        }


def until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < deadline, f"{what} in {PATIENCE} seconds"
        time.sleep(0.2)
    return value


def numbers(folder, models=MODELS):
    """What the results are: weights, accuracies, and the rank of each query."""
    found = []
    for model in models:
        file = folder / RUNS[model] / "test" / "market1501.json"
        record = json.loads(file.read_text())
        with np.load(file.with_suffix(".npz")) as queries:
            ranks = {name: queries[name].tolist() for name in queries}
        found.append((record["checkpoint_sha256"], record["mAP"], record["cmc"], ranks))
    return found


@pytest.fixture(scope="module")
def locally(tmp_path_factory):
    snakemake = Snakemake(tmp_path_factory.mktemp("locally"))
    snakemake(*TARGETS, config=CONFIG)
    return numbers(snakemake.folder)


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
