"""What profiles/slurm sends to Slurm, looked at without Slurm; tests/slurm runs it there."""

import importlib.util
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest
import yaml

from apnet.errors import InputError
from tests.workflow.conftest import ROOT
from workflow.lib import slurm

RUN = "results/smoke/written/market1501/resnet50/seed0"


def profile(name):
    return yaml.safe_load((ROOT / "profiles" / name / "config.yaml").read_text())


def test_retries_are_the_profile_s_and_no_rule_s():
    """A rule's own would be made inside its job, whose memory cannot grow."""
    rules = "".join(file.read_text() for file in ROOT.glob("workflow/**/*.smk"))
    assert profile("slurm")["retries"] == 2 and not re.search(r"^\s+retries:", rules, re.M)


def test_the_one_gpu_of_the_default_profile_is_no_limit_on_a_cluster():
    """Both are read, and what both say is taken from profiles/default."""
    own, default = profile("slurm"), profile("default")
    assert own["set-resource-scopes"] == {"gpu": "local"} and "gpu=1" in default["resources"]
    assert {key for key in own if key in default and own[key] != default[key]} == set()


def test_what_takes_long_is_sent_and_the_rest_stays_here():
    rules = "".join(file.read_text() for file in ROOT.glob("workflow/rules/*.smk"))
    bodies = dict(re.findall(r"^ *rule (\w+):\n((?: +.*\n|\n)+)", rules, re.M))
    sent = {name for name, body in bodies.items() if "shell:" in body and "localrule" not in body}
    assert sent == {"synthesize", "train", "evaluate", "attention_maps"}
    assert "SLURM" not in rules  # Where it is not set, a shell in strict mode ends.


def fake(folder, name, script):
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


@pytest.fixture
def sent(tmp_path, monkeypatch):
    """Training sent to a Slurm that says of every job that it failed: each line, in words."""
    if not importlib.util.find_spec("snakemake_executor_plugin_slurm"):
        pytest.skip("needs the extra [cluster]")
    tools, lines = tmp_path / "bin", tmp_path / "lines"
    tools.mkdir()
    for name in ("sacct", "sacctmgr", "sshare", "scancel"):
        fake(tools, name, "exit 1")
    fake(tools, "scontrol", "echo MinJobAge = 300 sec")
    fake(tools, "sinfo", "echo 'usual*'")
    fake(tools, "squeue", 'case "$*" in *%T*) echo "7|FAILED";; esac')
    fake(tools, "sbatch", f'for word; do printf "%s\\0" "$word"; done >> {lines}; echo 7')
    data = tmp_path / Path(RUN).parents[1] / "dataset.json"
    data.parent.mkdir(parents=True)
    data.touch()
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.delenv("SBATCH_ACCOUNT", raising=False)
    monkeypatch.setenv("SBATCH_PARTITION", "gpu long")

    def send(count):
        command = [
            *(sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")),
            *("--profile", str(ROOT / "profiles" / "slurm")),
            *("--workflow-profile", str(ROOT / "profiles" / "default")),
            *("--slurm-init-seconds-before-status-checks", "1", "--allowed-rules", "train"),
            *("--config", "gpu=1", "mem_mb=9000", "runtime=90", "threads=3"),
            *("--", f"{RUN}/run.json"),
        ]
        process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
        try:
            deadline = time.monotonic() + 120
            while not lines.exists() or lines.read_text().count("--parsable") < count:
                assert process.poll() is None, process.stderr.read()
                assert time.monotonic() < deadline
                time.sleep(0.1)
        finally:
            process.kill()
        return [
            f"--parsable{words}".split("\0") for words in lines.read_text().split("--parsable")[1:]
        ]

    return send


def test_a_training_is_a_job_with_a_gpu_of_its_own_and_its_retry_has_more_memory(sent):
    first, second = sent(2)
    text = " ".join(first)
    for words in ("--gpus=1", "--mem 9000 ", "-t 90 ", "--cpus-per-task=3", "--requeue"):
        assert words in text
    assert first[first.index("-p") + 1] == "gpu long"
    # SLURM_TRES_PER_TASK of Slurm 24 would contradict it.
    assert "--ntasks-per-gpu" not in text and "--ntasks=" not in text
    assert second[second.index("--mem") + 1] == "13500"
    (inner,) = (word for word in first if word.startswith("--wrap="))
    words = shlex.split(inner)
    assert words[words.index("--retries") + 1] == "0"
    assert words[words.index("--attempt") + 1] == "1"


@pytest.fixture
def squeue(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(slurm, "_PAUSE", 0)
    logs = tmp_path / ".snakemake" / "log"
    logs.mkdir(parents=True)
    (logs / "1.log").write_text("Building DAG of jobs...\nSLURM run ID: a-b\nmore\n")
    (logs / "2.log").write_text("Nothing to be done\n")
    return lambda script: fake(tmp_path, "squeue", script)


def test_jobs_of_an_earlier_call_are_waited_for(squeue, tmp_path):
    jobs = r"12 PENDING\n13 SUSPENDED\n14 FAILED"
    squeue(f'echo "$@" >> asked; test $(wc -l < asked) -gt 2 || printf "{jobs}\\n"')
    said = []
    slurm.let_earlier_jobs_end(said.append)
    assert len(said) == 1 and " 12 13 " in said[0]
    asked = (tmp_path / "asked").read_text().splitlines()
    assert len(asked) == 3 and set(asked) == {"--noheader --states=all --format=%i %T --name=a-b"}


def test_a_locked_folder_is_left_to_snakemake_which_refuses_it(squeue):
    squeue("echo 12 RUNNING")
    locks = Path(".snakemake", "locks")
    locks.mkdir()
    (locks / "0.output.lock").touch()
    slurm.let_earlier_jobs_end(pytest.fail)


def test_a_slurm_that_does_not_answer_is_an_error(squeue):
    squeue("echo 'Unable to contact slurm controller' >&2; exit 1")
    with pytest.raises(InputError, match="Unable to contact"):
        slurm.let_earlier_jobs_end(pytest.fail)


def test_a_folder_brought_from_a_cluster_waits_for_nothing(squeue, monkeypatch):
    monkeypatch.setenv("PATH", "")
    slurm.let_earlier_jobs_end(pytest.fail)


class Plugin(NamedTuple):
    name: str
    common_settings: SimpleNamespace


@pytest.mark.parametrize(("name", "waits"), [("dryrun", False), ("local", True)])
def test_a_call_waits_once_it_is_known_to_run_something(monkeypatch, name, waits):
    done = []
    monkeypatch.setattr(slurm, "let_earlier_jobs_end", lambda _: done.append("waits"))
    workflow = SimpleNamespace(execute=lambda executor_plugin, more: done.append(more))
    slurm.lose_no_jobs(workflow, pytest.fail)
    plugin = Plugin(name, SimpleNamespace(dryrun_exec=name == "dryrun"))
    workflow.execute(executor_plugin=plugin, more="runs")
    assert done == ["waits"] * waits + ["runs"]


def test_ctrl_c_ends_the_waiting_in_a_sentence(monkeypatch, capsys):
    def wait(log):
        raise KeyboardInterrupt

    monkeypatch.setattr(slurm, "let_earlier_jobs_end", wait)
    workflow = SimpleNamespace(execute=pytest.fail)
    slurm.lose_no_jobs(workflow, pytest.fail)
    with pytest.raises(SystemExit) as ended:
        workflow.execute(Plugin("local", SimpleNamespace(dryrun_exec=False)))
    assert ended.value.code == 130 and capsys.readouterr().err.count("\n") == 1
