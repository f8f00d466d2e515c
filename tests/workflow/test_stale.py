"""What an edit makes stale: the exact jobs, after a real run of a copy of the checkout."""

import os
import shutil

import numpy as np
import pytest

from apnet.data.synthetic import synthesize
from tests.workflow.conftest import Snakemake, copy_checkout, jobs_in

pytestmark = pytest.mark.slow

RUN = "results/smoke/written/market1501/resnet50/seed0"
TARGET = f"{RUN}/test/market1501.json"
# One step on few people: what is planned does not depend on what is learnt.
TINY = ("synthetic={identities: 2, seed: 0}", "set={epochs: 1, steps_per_epoch: 1, identities: 2}")
NOTHING = {}
EVALUATE = {"evaluate": 1}
TRAIN = {"train": 1, "evaluate": 1}
CHECK = {"check": 1, "train": 1, "evaluate": 1}
ALL = {"synthesize": 1, **CHECK}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A checkout of its own in which one run has been trained and evaluated."""
    folder = copy_checkout(tmp_path_factory.mktemp("checkout"))
    snakemake = Snakemake(folder, root=folder)
    snakemake(TARGET, config=TINY)
    assert snakemake.jobs(TARGET, config=TINY) == NOTHING
    return snakemake


@pytest.fixture
def checkout(finished):
    """The checkout, as it was again after the test."""
    kept = {}

    def edit(file, old, new):
        path = finished.folder / file
        kept.setdefault(path, path.read_text())
        assert old in path.read_text(), f"{file} has no {old!r}: choose another line"
        path.write_text(path.read_text().replace(old, new, 1))

    yield edit
    for path, text in kept.items():
        path.write_text(text)


EDITS = {
    "a comment in what trains": (
        ("apnet/training/losses.py", "import torch\n", "import torch  # a comment\n"),
        NOTHING,
    ),
    "a docstring in what trains": (
        ("apnet/training/losses.py", '"""The two', '"""Two of the'),
        NOTHING,
    ),
    "a formula of the loss": (
        ("apnet/training/losses.py", "torch.relu(positive", "2 * torch.relu(positive"),
        TRAIN,
    ),
    "a formula of the model": (
        ("apnet/models/pyramid.py", "torch.sigmoid(attention)", "torch.sigmoid(2 * attention)"),
        TRAIN,
    ),
    "how matches are ranked": (
        ("apnet/evaluation/ranking.py", "ranks = first + 1", "ranks = first + 2"),
        EVALUATE,
    ),
    "how images are prepared": (
        ("apnet/data/pipeline/normalise.py", "div_(most)", "mul_(most)"),
        TRAIN,
    ),
    "how a dataset is read": (
        ("apnet/data/datasets/market1501.py", "s[1-6]", "s[1-7]"),
        ALL,  # its file says how it is drawn as well
    ),
    "what a check prints": (
        ("apnet/data/check.py", "_SHOWN = 20", "_SHOWN = 21"),
        NOTHING,
    ),
    "how people are drawn": (
        ("apnet/data/synthetic/pedestrian.py", '"rings", "bars"', '"bars", "rings"'),
        ALL,
    ),
    "a message": (
        ("apnet/errors.py", "choose one of", "choose among"),
        NOTHING,
    ),
    "the command line": (
        ("apnet/cli/commands/train.py", "Train one run", "Train a run"),
        NOTHING,
    ),
    "a recipe that is not used": (
        ("apnet/config/recipes.py", "margin=0.3", "margin=0.4"),
        # The smoke recipe inherits the margin from the paper's.
        TRAIN,
    ),
    "a setting of the spatial recipe alone": (
        ("apnet/config/recipes.py", "lr=8e-4", "lr=9e-4"),
        NOTHING,
    ),
    "a switch of the other reading": (
        ("apnet/config/readings.py", "smoothing_classes=751", "smoothing_classes=750"),
        NOTHING,
    ),
    "a space in a rule": (
        ("workflow/rules/train.smk", '" --out {params', '"  --out {params'),
        NOTHING,
    ),
    "data that were found to be others": (
        ("results/smoke/written/market1501/dataset.json", 'fingerprint": "', 'fingerprint": "0'),
        TRAIN,
    ),
    "a verdict's rule": (
        ("reproduction/judging/statistics.py", "ALPHA = 0.05", "ALPHA = 0.1"),
        NOTHING,
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_makes_stale(finished, checkout, name):
    edit, stale = EDITS[name]
    checkout(*edit)
    assert finished.jobs(TARGET, config=TINY) == stale


CONFIGS = {
    "threads": (("threads=2",), NOTHING),
    "workers, and numbers written otherwise": (
        ("workers=1.0", "set={epochs: 1.0, steps_per_epoch: 1, identities: 2e0}"),
        NOTHING,
    ),
    "image cache": (("image_cache=null",), NOTHING),
    "a GPU": (("gpu=1",), NOTHING),
    "half a GPU": (("gpu=1", "gpu_share=0.5"), NOTHING),
    "memory and time": (("mem_mb=4000", "runtime=90"), NOTHING),
    "another reading beside it": (("readings=[written,released]",), NOTHING),
    "another seed beside it": (("seeds=[0,1]",), NOTHING),
    "a tolerance": (("tolerances={mAP: 0.3}",), NOTHING),
    "a switch": (("switches={se_hidden: 4}",), CHECK),
    "a switch of this dataset": (("switches={market_distractors: drop}",), CHECK),
    "a switch of another dataset": (("switches={msmt17_feature: logits}",), NOTHING),
    "the learning rate": (
        ("set={epochs: 1, steps_per_epoch: 1, identities: 2, lr: 1}",),
        TRAIN,
    ),
    "the data's seed": (("synthetic={identities: 2, seed: 1}",), ALL),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_config_makes_stale(finished, name):
    changes, stale = CONFIGS[name]
    keys = {change.partition("=")[0] for change in changes}
    config = [*changes, *(item for item in TINY if item.partition("=")[0] not in keys)]
    assert finished.jobs(TARGET, config=config) == stale


def test_only_the_new_seed_is_trained(finished):
    jobs = finished.jobs(TARGET, TARGET.replace("seed0", "seed1"), config=[*TINY, "seeds=[0,1]"])
    assert jobs == TRAIN


def test_code_changes_keep_leaves_what_was_trained(finished, checkout):
    checkout(*EDITS["a formula of the loss"][0])
    assert finished.jobs(TARGET, config=[*TINY, "code_changes=keep"]) == NOTHING


def test_code_changes_keep_trains_nothing_for_data_counted_again(finished, checkout):
    checkout(*EDITS["how a dataset is read"][0])
    jobs = finished.jobs(TARGET, config=[*TINY, "code_changes=keep"])
    assert jobs == {rule: count for rule, count in ALL.items() if rule != "train"}


def newest_first(folder):
    return sorted(folder.rglob("*.*"), key=lambda file: -file.stat().st_mtime_ns)


@pytest.mark.parametrize("bookkeeping", [True, False])
def test_times_make_nothing_stale(finished, tmp_path, bookkeeping):
    """A copy in another order, with and without what Snakemake has noted, and touched inputs."""
    copy = Snakemake(tmp_path / "copy", root=finished.root)
    for name in ["results", "resources"] + [".snakemake"] * bookkeeping:
        shutil.copytree(finished.folder / name, copy.folder / name)
    results = copy.folder / "results"
    for minute, file in enumerate(newest_first(results)):
        os.utime(file, (60 * minute, 60 * minute))
    (copy.folder / "resources" / "synthetic" / "smoke" / "market1501").touch()
    assert copy.jobs(TARGET, config=TINY) == NOTHING


def test_a_lost_evaluation_costs_no_training(finished):
    record = finished.folder / TARGET
    moved = record.rename(record.with_name("moved.json"))
    try:
        assert finished.jobs(TARGET, config=TINY) == EVALUATE
    finally:
        moved.rename(record)


def test_queries_that_changed_are_judged_again(tmp_path):
    snakemake = Snakemake(tmp_path)
    table, pairs = "reports/table6.csv", "reports/table6.pairs.csv"
    snakemake(table, pairs, config=TINY)
    # Of one run.
    assert "not settled" in (tmp_path / pairs).read_text()
    assert snakemake.jobs(table, pairs, config=TINY) == NOTHING
    (queries, _) = (tmp_path / "results").rglob("test/*.npz")
    np.savez(queries, **np.load(queries), more=np.zeros(1))
    assert snakemake.jobs(table, pairs, config=TINY) == {"judge": 1, "render": 1, "pairs": 1}
    # An older evaluation has none, and is not made again.
    queries.unlink()
    assert snakemake.jobs(table, pairs, config=TINY) == {"judge": 1, "render": 1, "pairs": 1}
    snakemake(table, pairs, config=TINY)
    assert "No such file" in (tmp_path / pairs).read_text()
    assert snakemake.jobs(table, pairs, config=TINY) == NOTHING


def test_data_that_has_moved_costs_nothing_and_other_data_is_refused(finished, tmp_path):
    config = [item for item in TINY if not item.startswith("synthetic")]
    roots = [tmp_path / "one", tmp_path / "two"]
    synthesize("market1501", roots[0], identities=2)
    shutil.copytree(*roots)
    given = finished.folder / "real.yaml"
    given.write_text(
        "scale: moved\nreadings: [written]\nseeds: [0]\nrecipes: {channel: smoke, spatial: smoke}\n"
    )
    target = TARGET.replace("smoke", "moved")
    options = ["--configfile", str(given)]
    finished(target, options=options, config=[*config, f"data_root={roots[0]}"])
    moved = [*config, f"data_root={roots[1]}"]
    planned = finished(target, options=[*options, "--dry-run"], config=moved)
    assert jobs_in(planned.stdout + planned.stderr) == NOTHING
    next((roots[1] / "market1501" / "query").iterdir()).write_bytes(b"another image")
    other = target.replace("seed0", "seed1")
    failed = finished(other, options=options, config=moved, check=False)
    assert "does not describe market1501" in failed.stderr
