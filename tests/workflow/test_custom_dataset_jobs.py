"""A dataset that only the config names."""

import json
import os

import pytest

from tests.unit import tiny
from tests.workflow.conftest import ROOT, jobs_in

ALL = "results/custom/metrics.csv"
RUN = "results/custom/written/{}/resnet50/seed0/test/mine.json"
CONFIG = """
scale: custom
readings: [written]
seeds: [0]
recipes: {channel: smoke, spatial: smoke}
set: {epochs: 1, steps_per_epoch: 1, identities: 2}
"""


@pytest.fixture
def file(tmp_path):
    """A CSV of two people for training and two for testing."""
    people = [("train", "train")] * 2 + [("query", "gallery")] * 2
    lines = ["path,identity,camera,split"]
    for person, splits in enumerate(people):
        for camera, split in zip("ab", splits, strict=True):
            path = f"images/{person}{camera}.png"
            tiny.draw(tmp_path / "data" / path)
            lines.append(f"{path},person {person},{camera},{split}")
    file = tmp_path / "data" / "mine.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


def ask(snakemake, tmp_path, target, *config, options=("--dry-run",), check=True):
    targets = [target] if isinstance(target, str) else target
    (tmp_path / "custom.yaml").write_text(CONFIG)
    options = [*options, "--configfile", str(tmp_path / "custom.yaml")]
    return snakemake(*targets, options=options, config=config, check=check)


def test_it_needs_no_other_data(snakemake, tmp_path, file):
    done = ask(snakemake, tmp_path, RUN.format("mine"), f"datasets={{mine: {{csv: {file}}}}}")
    assert all(f"rule {rule}:" in done.stdout for rule in ("check", "train", "evaluate"))
    assert "synthesize" not in done.stdout


def test_all_results_wait_for_those_that_are_asked_for_with_them(snakemake, tmp_path, file):
    config = f"datasets={{mine: {{csv: {file}}}}}"
    done = ask(snakemake, tmp_path, [RUN.format("mine"), ALL], config)
    assert f"rule collect:\n    input: {RUN.format('mine')}\n" in done.stdout


def test_it_stands_beside_drawn_data(snakemake, file):
    config = [f"datasets={{mine: {{csv: {file}}}}}"]
    jobs = snakemake.jobs(RUN.format("market1501").replace("custom", "smoke"), config=config)
    assert jobs == {"synthesize": 1, "check": 2, "train": 1, "evaluate": 1}


def test_what_is_wrong_is_one_sentence(snakemake, tmp_path):
    datasets = "datasets={mine: {csv: /absent.csv}}"
    done = ask(snakemake, tmp_path, RUN.format("mine"), datasets, check=False)
    assert done.returncode == 2
    lines = [line for line in done.stderr.splitlines() if line.startswith("apnet: ")]
    assert len(lines) == 1 and "datasets: mine: no csv at /absent.csv" in lines[0]


@pytest.mark.slow
def test_the_laptops_config_on_a_folder_in_markets_layout(snakemake, tmp_path):
    tiny.write(tmp_path / "photographs", tiny.MARKET)
    (tmp_path / "my.yaml").write_text(f"datasets: {{mine: {{folder: {tmp_path}/photographs}}}}")
    configs = [str(ROOT / "config" / "laptop.yaml"), str(tmp_path / "my.yaml")]
    tests = [
        f"results/short/written/mine/{model}/seed0/test/mine.json"
        for model in ("inception_v3", "resnet50-apnet-s2")
    ]
    snakemake(
        *tests,
        options=["--configfile", *configs],
        config=["scale=short", "set={epochs: 1, steps_per_epoch: 2, identities: 2}"],
    )
    for test, size in zip(tests, ((160, 80), (128, 64)), strict=True):
        record = json.loads((tmp_path / test).read_text())
        settings, data = record["training"]["settings"], record["data"]
        assert (record["training"]["recipe"], settings["backbone_size"]) == ("laptop", "thin")
        assert (settings["height"], settings["width"]) == size
        assert data["published"] is data["synthetic"] is False
        assert 0 <= record["mAP"] <= 1 and record["without_learning"]["untrained"] is not None


@pytest.mark.slow
def test_trained_and_tested_on_and_no_reproduction(snakemake, tmp_path, file):
    config = f"datasets={{mine: {{csv: {file}}}}}"
    ask(snakemake, tmp_path, [ALL, RUN.format("mine")], config, options=())
    assert ",mine,resnet50,0,mine,mAP," in (tmp_path / ALL).read_text()
    # Asked for without the evaluation, they are collected once, and again when it is another.
    for jobs in ({"collect": 1}, {}, {"collect": 1}):
        planned = ask(snakemake, tmp_path, ALL, config)
        assert jobs_in(planned.stdout + planned.stderr) == jobs
        ask(snakemake, tmp_path, ALL, config, options=())
        if not jobs:
            os.utime(tmp_path / RUN.format("mine"))
    record = json.loads((tmp_path / RUN.format("mine")).read_text())
    assert record["data"]["published"] is record["data"]["synthetic"] is False
    assert record["counts"]["query"] == 2
    moved = file.parent.rename(tmp_path / "moved") / file.name
    config = f"datasets={{mine: {{csv: {moved}}}}}"
    again = ask(snakemake, tmp_path, RUN.format("mine"), config)
    assert "Nothing to be done" in again.stdout + again.stderr
    moved.write_text(moved.read_text().replace("person 0", "person 5"))
    other = RUN.format("mine").replace("seed0", "seed1")
    failed = ask(snakemake, tmp_path, other, config, options=(), check=False)
    assert "does not describe mine" in failed.stderr
