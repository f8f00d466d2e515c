"""Runs that were trained elsewhere, in the workflow: judged and evaluated, never trained."""

import json

import pytest

from tests.workflow.records import record

RUN = "results/smoke/written/market1501/resnet50/seed0"


@pytest.mark.parametrize(("provenance", "trainings"), [("imported", 29), ("trained", 30)])
def test_an_imported_run_is_evaluated_and_not_trained_again(snakemake, provenance, trainings):
    folder = snakemake.folder / RUN
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"")
    (folder / "run.json").write_text(json.dumps(record()["training"] | {"provenance": provenance}))
    jobs = snakemake.jobs("reports/table2.md")
    assert (jobs["train"], jobs["evaluate"]) == (trainings, 30)
