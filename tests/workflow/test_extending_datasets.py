"""A dataset is one file: that of docs/extending.md, in a checkout of its own."""

import json
import re
import subprocess
import sys

import pytest

from tests.workflow.conftest import ROOT, Snakemake, copy_checkout

TARGET = "results/smoke/written/campus/resnet50/seed0/test/campus.json"
TINY = ("synthetic={identities: 2, seed: 0}", "set={epochs: 1, steps_per_epoch: 2, identities: 2}")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of what runs, with the one file more."""
    folder = copy_checkout(tmp_path_factory.mktemp("checkout"))
    section = (ROOT / "docs" / "extending.md").read_text().split("## A dataset\n")[1]
    (code,) = re.findall(r"```python\n(.*?)```", section.split("\n## ")[0], flags=re.DOTALL)
    (folder / "apnet" / "data" / "datasets" / "campus.py").write_text(code)
    return folder


def apnet(checkout, *words):
    command = [sys.executable, "-m", "apnet", *words]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True)


def test_it_is_drawn_and_read(checkout, tmp_path):
    drawn = apnet(checkout, "data", "synthesize", "campus", str(tmp_path), "--identities", "3")
    assert drawn.returncode == 0, drawn.stderr
    checked = json.loads(apnet(checkout, "data", "check", "campus", str(tmp_path), "--json").stdout)
    assert checked["counts"]["train"] == {"images": 15, "identities": 3, "cameras": 2}
    assert checked["problem_count"] == 0 and checked["synthetic"]
    assert checked["published_counts"]["query"]["images"] == 90


@pytest.mark.slow
def test_it_is_trained_on_and_evaluated_through_the_workflow(checkout):
    Snakemake(checkout, root=checkout)(TARGET, config=TINY)
    record = json.loads((checkout / TARGET).read_text())
    assert (record["training_set"], record["dataset"]) == ("campus", "campus")
    assert record["counts"]["valid_query"] > 0
