"""The synthetic people can be learnt: the smoke recipe beats the untrained network."""

from statistics import mean

import pytest
import torch

from apnet.data.synthetic import synthesize
from apnet.evaluation.run import evaluate
from apnet.files import read_json
from apnet.readings import get_reading
from apnet.recipes import get_recipe
from apnet.settings import Settings
from apnet.training.run import train

pytestmark = pytest.mark.slow

MODELS = (
    "resnet50",
    "resnet50-se",
    "resnet50-apnet-c1",
    "resnet50-apnet-c2",
    "resnet50-apnet-c3",
)
DATA_SEEDS = (0, 1, 2)
THREADS = torch.get_num_threads()


def quietly(_line):
    pass


def score(folder, root, model, **settings):
    """The mAP on people whom training has not seen."""
    run = Settings(
        model, "market1501", get_reading("written"), get_recipe("smoke", **settings), seed=0
    )
    train(run, root, folder, threads=THREADS, say=quietly)
    evaluate(folder, "market1501", root, folder / "test.json", threads=THREADS, say=quietly)
    return read_json(folder / "test.json")["mAP"]


def test_the_smoke_recipe_learns_to_know_people_it_has_not_seen(tmp_path):
    trained, untrained = [], []
    for seed in DATA_SEEDS:
        root = tmp_path / f"data{seed}"
        synthesize("market1501", root, identities=32, seed=seed, say=quietly)
        for model in MODELS:
            folder = tmp_path / f"{model}-{seed}"
            trained.append(score(folder / "trained", root, model))
            untrained.append(score(folder / "untrained", root, model, epochs=0))
    assert mean(trained) >= 1.4 * mean(untrained), (trained, untrained)
