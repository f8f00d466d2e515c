"""To add a table is to add its YAML, here that of docs/extending.md: it is planned and rendered."""

import re

import pytest

from tests.workflow import records
from tests.workflow.conftest import ROOT, Snakemake, copy_checkout

PAGE = (ROOT / "docs" / "extending.md").read_text()
((FILE, TEXT),) = re.findall(r"`(paper/\S+\.yaml)`:\n\n```yaml\n(.*?)```", PAGE, flags=re.DOTALL)


@pytest.fixture
def checkout(tmp_path):
    """A copy of the checkout with the page's table, and a folder to run in."""
    copy = copy_checkout(tmp_path / "checkout")
    assert not (copy / FILE).exists()
    (copy / FILE).write_text(TEXT)
    return Snakemake(tmp_path / "run", copy)


def test_a_new_table_is_one_yaml(checkout):
    run = records.synthetic("market1501", "resnet50", mAP=0.25)
    records.write(checkout.folder / "results" / "smoke", run)
    checkout("reports/table8.md", config=["missing=show"])
    report = (checkout.folder / "reports" / "table8.md").read_text()
    assert "\n# Table VIII, reproduced beside reported" in report
    assert "87.8 / 25.0ˢ" in report and "not run" in report


def test_what_it_lacks_is_planned(checkout):
    jobs = checkout.jobs("reports/table8.md")
    assert (jobs["train"], jobs["evaluate"], jobs["judge"]) == (2, 4, 1)


def test_a_slip_in_it_is_one_sentence(checkout):
    (checkout.root / FILE).write_text(TEXT.replace("kind: accuracy", "kind: speed"))
    done = checkout("reports/table8.md", check=False)
    assert done.returncode == 2
    *_, line = (line for line in done.stderr.splitlines() if line.startswith("apnet: "))
    assert line.startswith("apnet: reports/table8.md is refused: ")
    assert "table8.yaml: kind: 'speed' is not one of" in line
    assert "Traceback" not in done.stderr
    jobs = checkout.jobs("reports/paper.tex", "reports/index.md", config=["missing=show"])
    assert jobs["document"] == jobs["site"] == jobs["index"] == 1 and jobs["judge"] > 3
