"""Snakemake that submits to the cluster, and what came of it."""

import json
import subprocess
import sys
import time

import numpy as np

from tests.workflow.conftest import ROOT, Snakemake

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

    def __init__(self, cluster, folder, memory=MEMORY, settings=CONFIG):
        super().__init__(folder)
        self.cluster, self.memory, self.settings = cluster, memory, settings
        self.earlier = cluster.jobs()

    def command(self, targets, options=(), config=()):
        return [
            *(sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")),
            *("--profile", str(ROOT / "profiles" / "slurm")),
            *("--workflow-profile", str(ROOT / "profiles" / "default")),
            *("--slurm-init-seconds-before-status-checks", "2", *options),
            *("--config", *self.settings, "gpu=1", f"mem_mb={self.memory}", *config),
            *("--", *targets),
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
