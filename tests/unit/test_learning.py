"""The synthetic people can be learnt: the smoke recipe beats the untrained network."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from statistics import mean

import pytest

from apnet.config.readings import get_reading
from apnet.config.recipes import get_recipe
from apnet.config.settings import Settings
from apnet.data.synthetic import synthesize
from apnet.evaluation.run import evaluate
from apnet.files import read_json
from apnet.runtime.compute import ComputeOptions
from apnet.training.run import train

ONE_THREAD = ComputeOptions(threads=1)

pytestmark = pytest.mark.slow

MODELS = (
    "resnet50",
    "resnet50-se",
    "resnet50-apnet-c1",
    "resnet50-apnet-c2",
    "resnet50-apnet-c3",
)
DATA_SEEDS = (0, 1, 2)


def quietly(_line):
    pass


def score(folder, root, model, **settings):
    """The mAP on people whom training has not seen."""
    run = Settings(
        model, "market1501", get_reading("written"), get_recipe("smoke", **settings), seed=0
    )
    train(run, root, folder, compute=ONE_THREAD, log=quietly)
    evaluate(folder, "market1501", root, folder / "test.json", compute=ONE_THREAD, log=quietly)
    return read_json(folder / "test.json")["mAP"]


def scores(folder, root, model):
    """Trained and untrained."""
    return score(folder / "trained", root, model), score(folder / "not", root, model, epochs=0)


def test_the_smoke_recipe_learns_to_know_people_it_has_not_seen(tmp_path):
    roots = [tmp_path / f"data{seed}" for seed in DATA_SEEDS]
    for seed, root in zip(DATA_SEEDS, roots, strict=True):
        synthesize("market1501", root, identities=32, seed=seed, log=quietly)
    places = [(root / model, root, model) for root in roots for model in MODELS]
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        found = list(pool.map(scores, *zip(*places, strict=True)))
    trained, untrained = (mean(column) for column in zip(*found, strict=True))
    assert trained >= 1.4 * untrained, found
