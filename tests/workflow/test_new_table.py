"""To add a table is to add its YAML: the workflow plans, judges and renders it."""

import shutil

import pytest
import yaml

from tests.workflow import records
from tests.workflow.conftest import ROOT, Snakemake

COPIED = ("apnet", "config", "paper", "profiles", "reproduction", "workflow", "Snakefile")


@pytest.fixture
def checkout(tmp_path):
    """A copy of the checkout, and a folder to run in."""
    copy = tmp_path / "checkout"
    copy.mkdir()
    for name in COPIED:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, copy / name)
    (copy / "environment.yml").touch()
    return Snakemake(tmp_path / "run", copy)


def add(checkout, **changes):
    folder = checkout.root / "paper" / "tables"
    file = records.table(folder, **changes)
    content = yaml.safe_load(file.read_text())
    for row, experiment in zip(
        content["rows"], ("resnet50", "apnet-c2", "apnet-s2", None), strict=True
    ):
        row["experiment"] = experiment
    file.write_text(yaml.safe_dump(content, sort_keys=False))


def test_a_new_table_is_one_yaml(checkout):
    add(checkout)
    run = records.synthetic("market1501", "resnet50", mAP=0.25)
    records.write(checkout.folder / "results" / "smoke", run)
    checkout("reports/table8.md", "reports/table8.csv", config=["missing=show"])
    report = (checkout.folder / "reports" / "table8.md").read_text()
    assert report.startswith("# Table VIII, reproduced beside reported")
    assert "87.8 / 25.0ˢ" in report and "not run" in report
    assert "table8" in (checkout.folder / "reports" / "table8.csv").read_text()


def test_a_slip_in_it_is_one_sentence(checkout):
    add(checkout, kind="speed")
    done = checkout("reports/table8.md", check=False)
    assert done.returncode == 2
    (said,) = (line for line in done.stderr.splitlines() if line.startswith("apnet: "))
    assert "table8.yaml: kind: 'speed' is not one of" in said
    assert "Traceback" not in done.stderr
