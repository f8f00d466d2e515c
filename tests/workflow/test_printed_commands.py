"""Commands that a call prints run as they are, from where the user stands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflow.conftest import copy_checkout, jobs_in

pytestmark = pytest.mark.slow

TARGET = "reports/table2.md"


def shell(command, folder):
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": ""}
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True
    )


def printed(text, before):
    return re.search(rf"{before}: +(snakemake .*)", text)[1]


@pytest.mark.parametrize(
    ("folder", "options", "made"),
    [
        ("my repo", "", "my repo"),
        ("my repo", "--directory '../run here' --configfile config/smoke.yaml", "run here"),
        ("run here", "-s '../my repo/Snakefile' --config seeds=[0]", "run here"),
        ("run here", "-s '../my repo/workflow/Snakefile' --directory x", "run here/x"),
        ("my repo", "--workflow-profile profiles/gpus --keep-going --retries 1", "my repo"),
    ],
)
def test_what_fills_and_what_shows(tmp_path, folder, options, made):
    copy_checkout(tmp_path / "my repo")
    (tmp_path / "run here").mkdir()
    empty = tmp_path / "my data" / "market1501"
    for name in ("bounding_box_train", "query", "bounding_box_test"):
        (empty / name).mkdir(parents=True)
    start = f"snakemake --cores 2 {options}"
    config = "missing=show" if "--config " in options else "--config missing=show"
    done = shell(f"{start} {config} -- {TARGET}", tmp_path / folder)
    fills = printed(done.stderr, "then")
    assert (tmp_path / made / TARGET).read_text().count(fills) == 1
    plan = shell(fills.replace("snakemake", "snakemake --dry-run -p", 1), tmp_path / folder)
    assert jobs_in(plan.stdout)["train"] == 30, plan.stderr
    if "--workflow-profile" in options:
        assert "--keep-going --retries 1 --resources gpu=16" in fills
    # A real dataset without images fails at once.
    paper = f"--configfile '{tmp_path}/my repo/config/paper.yaml' --config scale=mine"
    paper += " set='{pretrained: false}'"
    options = re.sub("--config.*", "", options)
    failed = shell(
        f"snakemake --cores 2 {options} {paper} 'data_root={empty.parent}' -- {TARGET}",
        tmp_path / folder,
    )
    assert failed.returncode == 1
    shows = shell(printed(failed.stderr, "open cells marked"), tmp_path / folder)
    assert shows.returncode == 0, shows.stderr
    assert "**Failed:**" in (tmp_path / made / TARGET).read_text()
