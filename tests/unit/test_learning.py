"""The smoke recipes learn: networks know people whom training has not seen.

A broken optimiser, loss or sampler would leave them where random weights and a random ranking are.
"""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import mean

import pytest

from apnet.config.names import parse_model_name
from apnet.config.readings import get_reading
from apnet.config.recipes import get_recipe
from apnet.config.settings import Settings, paper_recipe
from apnet.data.synthetic import synthesize
from apnet.evaluation.run import evaluate
from apnet.files import read_json
from apnet.runtime.compute import ComputeOptions
from apnet.training.run import train
from workflow.lib.catalogue import paper
from workflow.lib.experiments import load_experiments

ONE_THREAD = ComputeOptions(threads=1)
DATA_SEEDS = (0, 1, 2)
EXPERIMENTS = Path(__file__).parents[2] / "workflow" / "experiments.yaml"
RECIPES = {"channel": "smoke", "spatial": "smoke-spatial"}

pytestmark = pytest.mark.slow


def models_of(table):
    """Model and training set of each experiment of a table's cells."""
    experiments = load_experiments(EXPERIMENTS)
    for row in table.rows:
        for column in table.columns:
            if name := table.experiment_of(row, column.key):
                yield experiments[name].model, column.training_set


TABLE_2 = sorted({*models_of(paper().tables["table2"])})
OTHERS = [
    ("resnet50-apnet-c2-multipart", "cuhk03-labeled"),
    ("resnet50-apnet-s2-multipart", "cuhk03-detected"),
    ("densenet169-apnet-c2", "market1501"),
    ("inception_v3-apnet-c2", "market1501"),
    ("resnet50-apnet-c2", "occluded-dukemtmc"),
    ("resnet50-apnet-c2-r32", "market1501"),
]
"""One of each other table and figure."""


def quietly(_line):
    pass


def scores(folder, model, dataset, seed):
    """The mAP of the trained network, of the untrained one, and of a random ranking."""
    root = folder / f"data{seed}"
    synthesize(dataset, root, identities=32, seed=seed, log=quietly)
    recipe = get_recipe(RECIPES[paper_recipe(model)], parse_model_name(model).backbone)
    settings = Settings(model, dataset, get_reading("written"), recipe, seed=0)
    run = folder / f"run{seed}"
    train(settings, root, run, compute=ONE_THREAD, log=quietly)
    evaluate(run, dataset, root, run / "test.json", compute=ONE_THREAD, log=quietly)
    record = read_json(run / "test.json")
    floors = record["without_learning"]
    return record["mAP"], floors["untrained"]["mAP"], floors["random_ranking"]["mAP"]


@pytest.mark.parametrize(("model", "dataset"), TABLE_2 + OTHERS)
def test_a_smoke_run_learns(tmp_path, model, dataset):
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        calls = [pool.submit(scores, tmp_path, model, dataset, seed) for seed in DATA_SEEDS]
        found = [call.result() for call in calls]
    trained, untrained, random = (mean(column) for column in zip(*found, strict=True))
    assert trained >= 2 * untrained and trained >= 3 * random, found
