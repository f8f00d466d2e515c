"""Runs that were trained elsewhere, in the workflow: judged and evaluated, never trained."""

import json

import pytest

from tests.workflow.conftest import jobs_in
from tests.workflow.records import record

RUN = "results/smoke/written/market1501/resnet50/seed0"
TEST = f"{RUN}/test/market1501.json"


def write_run(snakemake, provenance):
    folder = snakemake.folder / RUN
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"")
    (folder / "run.json").write_text(json.dumps(record()["training"] | {"provenance": provenance}))


@pytest.mark.parametrize(("provenance", "trainings"), [("imported", 29), ("trained", 30)])
def test_an_imported_run_is_evaluated_and_not_trained_again(snakemake, provenance, trainings):
    write_run(snakemake, provenance)
    jobs = snakemake.jobs("reports/table2.md")
    assert (jobs["train"], jobs["evaluate"]) == (trainings, 30)


@pytest.mark.parametrize("forced", [["-Fp"], ["--forceal"], ["--forcerun=train"], ["-f"]])
def test_forced_rules_leave_an_imported_run_alone(snakemake, forced):
    write_run(snakemake, "imported")
    done = snakemake("reports/table2.md", options=["-n", *forced])
    assert jobs_in(done.stdout).get("train") == 29
    assert f"output: {RUN}/model.safetensors" not in done.stdout


@pytest.mark.parametrize(
    ("options", "target"),
    [
        (["-f"], f"{RUN}/model.safetensors"),
        (["-R", f"./{RUN}/run.json"], "reports/table1.md"),
        (["--until", "train", "-F"], f"{RUN}/run.json"),
        (["--delete-all-output"], TEST),
        (["--delete-all-output", "-F"], TEST),
    ],
)
def test_no_command_deletes_an_imported_run(snakemake, options, target):
    write_run(snakemake, "imported")
    snakemake(target, options=options, check=False)
    left = {file.name for file in (snakemake.folder / RUN).iterdir()}
    assert left >= {"model.safetensors", "run.json"}


def test_not_even_the_job_by_its_wildcards_is_started(snakemake):
    write_run(snakemake, "imported")
    (snakemake.folder / RUN).parents[1].joinpath("dataset.json").write_text("{}")
    job = "train:reading=written,dataset=market1501,model=resnet50,seed=0"
    options = ["-n", "--target-jobs", job, "--allowed-rules", "train"]
    done = snakemake(options=options, check=False)
    assert done.returncode == 2 and f"apnet: {RUN} was imported" in done.stderr


def test_what_else_is_forced_is_as_ever(snakemake):
    write_run(snakemake, "trained")
    assert snakemake.jobs("reports/table2.md")["train"] == 30
    done = snakemake("reports/table2.md", options=["-n", "-R", "train"])
    assert f"output: {RUN}/model.safetensors" in done.stdout


def test_what_cannot_be_read_is_not_trained_over(snakemake):
    write_run(snakemake, "trained")
    (snakemake.folder / RUN / "run.json").write_text("{")
    assert snakemake.jobs("reports/table2.md", options=["-F"])["train"] == 29
