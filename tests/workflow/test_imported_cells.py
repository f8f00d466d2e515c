"""Runs that were trained elsewhere, in the workflow: judged and evaluated, never trained."""

import json

import pytest

from tests.workflow.records import record

RUN = "results/smoke/written/market1501/resnet50/seed0"


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


@pytest.mark.parametrize(
    "forced",
    [
        ["-Fp"],
        ["--forceal"],
        ["--forcerun=train"],
        ["-R", "judge", "train"],
        ["-R", f"./{RUN}/run.json"],
        ["-f", f"{RUN}/model.safetensors"],
    ],
)
def test_forced_trainings_leave_an_imported_run_alone(snakemake, forced):
    write_run(snakemake, "imported")
    done = snakemake("reports/table2.md", options=["-n", *forced], check=False)
    assert done.returncode == 2
    assert f"apnet: {RUN} was imported, and to force its training would" in done.stderr
    assert (snakemake.folder / RUN / "model.safetensors").exists()


@pytest.mark.parametrize(
    ("provenance", "forced"),
    [("trained", ["-F"]), ("imported", ["-R", "judge"]), ("imported", ["-f"])],
)
def test_what_else_is_forced_is_as_ever(snakemake, provenance, forced):
    write_run(snakemake, provenance)
    assert "Job stats" in snakemake("reports/table2.md", options=["-n", *forced]).stdout
