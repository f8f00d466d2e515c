"""A lock that Snakemake finds: one sentence on whose it is and what to do."""

import logging

import pytest

from workflow.lib.locks import explain_locks, sentence

JOB = ["/venv/bin/python", "-m", "apnet", "train", "--model", "resnet50"]
OTHERS = [(1, ["bash"]), (2, ["/envs/snakemake/bin/python", "-m", "workflow.lib.jobs"])]


@pytest.mark.parametrize(
    "words",
    [
        ["snakemake", "--cores", "2"],
        ["/venv/bin/python", "/venv/bin/snakemake", "--cores", "2"],
        ["python3", "-m", "snakemake"],
    ],
)
def test_a_call_that_runs_is_named(words):
    said = sentence("UNLOCK", [*OTHERS, (7, words), (8, JOB)])
    assert "process 7" in said and "kill -INT 7" in said and "UNLOCK" not in said


def test_snakemake_inside_a_job_is_no_call():
    inside = ["python", "-m", "snakemake", "--target-jobs", "train:model=resnet50", "--nolock"]
    assert "  UNLOCK  " in sentence("UNLOCK", [(7, inside)])


def test_a_call_that_was_killed_is_followed_by_the_command():
    assert "  UNLOCK  " in sentence("UNLOCK", OTHERS)
    said = sentence("UNLOCK", [*OTHERS, (8, JOB)])
    assert "still run (processes 8)" in said and "  UNLOCK  " in said


def test_snakemake_s_own_words_are_replaced(tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    logger = logging.getLogger("a lock")
    explain_locks(logger, lambda: "UNLOCK")
    logger.error("locked", extra={"exception": "LockException"})
    logger.error("another error", extra={"exception": "WorkflowError"})
    first, second = (record.getMessage() for record in caplog.records)
    assert first.startswith("apnet: this folder was locked") and second == "another error"
