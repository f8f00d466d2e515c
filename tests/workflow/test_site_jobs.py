"""The site as a target of Snakemake, and the commands that its cards print."""

import shlex
import subprocess
from pathlib import Path

import pytest

from reproduction.site.stored import read_facts
from tests.workflow import records, sites
from tests.workflow.conftest import ROOT, jobs_in
from workflow.lib import site

RUN = "results/smoke/written/market1501/resnet50/seed0/run.json"
TARGET = "results/smoke/written/market1501/resnet50/seed0/test/market1501.json"


def test_one_job_makes_all_pages_and_the_document_waits_for_them(snakemake):
    jobs = snakemake.jobs("reports/paper.tex", config=["missing=show"])
    assert (jobs["facts"], jobs["site"], jobs["document"]) == (1, 1, 1)
    assert not {"train", "evaluate"} & {*jobs}


@pytest.mark.slow
def test_a_printed_command_runs_as_it_is_printed(snakemake, tmp_path, monkeypatch):
    """Of a result that is there and of one that is not, here as a dry run."""
    sites.run_folder(tmp_path / "results" / "smoke", records.synthetic())
    monkeypatch.chdir(tmp_path)
    call = snakemake.command([], ["--dry-run"])[:-1]
    where = ["--results", "results", "--scale", "smoke", "--readings", "written", "--seeds", "0"]
    judged = sites.judged(Path(), "table2", where)
    made = ["--judged", str(judged), "--command", shlex.join(call), "--out", "facts.json"]
    assert site.main(made) == 0
    facts = read_facts(Path("facts.json"))
    for file in (TARGET, TARGET.replace("resnet50", "resnet50-se")):
        ((_, command),) = facts.of(file).commands
        assert ("--forcerun" in command) == (file == TARGET)
        words = shlex.split(command)
        done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT)
        jobs = jobs_in(done.stdout + done.stderr)
        assert (jobs["train"], jobs["evaluate"]) == (1, 1), done.stderr
