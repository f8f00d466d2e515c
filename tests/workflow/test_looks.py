"""Calls that only look, through the real Snakemake, and what a command line asks for."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflow.conftest import ROOT
from workflow.lib.looking.asked import LOOKS, asked, show


@pytest.mark.parametrize(
    ("words", "looks", "beside"),
    [
        (["plan"], ["plan"], []),
        (["--cores", "2", "--", "plan", "reports/table2.md"], ["plan"], ["reports/table2.md"]),
        (["explain", "--config", "cell=table2/apnet-c2/market1501"], ["explain"], []),
        (["--config", "a1=b", "c1=plan", "--", "status"], ["status"], []),
        (["--config", "scale=plan", "--cores", "1", "reports/table2.md"], [], []),
        (["--directory", "plan", "--", "all"], [], ["all"]),
        (["reports/status.html", "status", "reports/x.md"], ["status"], ["reports/x.md"]),
    ],
)
def test_what_a_command_line_asks_for(words, looks, beside):
    for program in ("/venv/bin/snakemake", "/venv/lib/snakemake/__main__.py"):
        assert asked([program, *words]) == (looks, beside)
    assert asked(["/venv/bin/pytest", *words]) == ([], [])


def test_a_look_outlives_its_reader(monkeypatch):
    read, write = os.pipe()
    os.close(read)
    monkeypatch.setattr(sys, "stderr", sys.stderr)  # which it replaces too
    monkeypatch.setitem(LOOKS, "plan", lambda look: print("a page") or 1)
    with os.fdopen(write, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        assert show(["plan"], None) == 1


def test_a_look_that_cannot_be_written_is_a_sentence(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    monkeypatch.setitem(LOOKS, "plan", lambda look: print("a page") or 1)
    with Path("/dev/full").open("w") as full, pytest.raises(SystemExit, match="2"):
        monkeypatch.setattr(sys, "stdout", full)
        show(["plan"], None)
    said = "apnet: cannot write the standard output: No space left on device\n"
    assert capsys.readouterr().err == said


def test_nor_is_a_dry_run_a_success_whose_table_cannot_be_written(tmp_path):
    call = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "-n"]
    call += ["--directory", str(tmp_path), "reports/table1.md"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(call, stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "apnet: cannot write the standard output: No space left on device\n" in done.stderr


def test_a_look_needs_no_cores_and_no_lock_and_runs_nothing(snakemake, tmp_path):
    """Also in a folder that another call holds."""
    locks = tmp_path / ".snakemake" / "locks"
    locks.mkdir(parents=True)
    for kind in ("input", "output"):
        (locks / f"0.{kind}.lock").write_text("reports/table6.md\n")
    call = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    call += ["--directory", str(tmp_path), "--config", "seeds=[0]"]
    call += ["--", "plan", "status", "reports/table6.md"]
    done = subprocess.run(call, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "2 trainings and 2 evaluations are needed for Table VI." in done.stdout
    assert "no Snakemake runs in this folder" in done.stdout
    assert "| in all, each once |" in (tmp_path / "reports" / "plan.md").read_text()
    assert {file.name for file in tmp_path.iterdir()} == {".snakemake", "reports"}
    assert len([*locks.iterdir()]) == 2
    assert not [*tmp_path.glob(".snakemake/log/*")]  # what follows a run takes the newest


def test_a_limit_of_gpu_hours_ends_a_call_before_its_first_job(snakemake, tmp_path):
    config = ["gpu=1", "max_gpu_hours=0.0001"]
    done = snakemake(
        "results/smoke/written/market1501/resnet50/seed0/run.json", config=config, check=False
    )
    assert done.returncode == 2
    assert "1 training and 0 evaluations are estimated at" in done.stderr
    assert not (tmp_path / "results").exists() and not (tmp_path / "resources").exists()
    assert not [*(tmp_path / ".snakemake").glob("locks/*")]
