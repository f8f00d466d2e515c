"""The start of a training from its settings: network, optimiser and batches."""

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from apnet.config.settings import Settings
from apnet.data.dataset import ReIDDataset
from apnet.data.images import Images
from apnet.data.pipeline.loading import training_batches
from apnet.data.pipeline.resident import Resident
from apnet.data.pipeline.sampling import steps_per_epoch
from apnet.models.build import build_for, load_imagenet
from apnet.models.weights import read_weights
from apnet.training.trainer import Trainer


def make_trainer(
    settings: Settings, dataset: ReIDDataset, weights: Path | None, device: torch.device
) -> Trainer:
    """A trainer before its first step, all random numbers drawn from the seed.

    Args:
        weights: ImageNet weights, for recipes that start from them.

    Raises:
        InputError: too few identities, or weights of another architecture.
    """
    torch.manual_seed(settings.seed)
    recipe = settings.recipe
    identities = [sample.identity for sample in dataset.train]
    classes = len({*identities})
    model = build_for(settings, classes)
    if recipe.pretrained:
        load_imagenet(model, read_weights(weights))
    steps = steps_per_epoch(identities, recipe)
    return Trainer(model, recipe, settings.reading, steps, classes, device)


def make_batches(
    images: Images | Resident,
    settings: Settings,
    dataset: ReIDDataset,
    trainer: Trainer,
    workers: int,
) -> Iterator[tuple[Tensor, Tensor]]:
    """The batches from the trainer's next step on, without end.

    Args:
        images: of the training set.
        workers: processes that load; 0 loads in this one.
    """
    return training_batches(
        images,
        [sample.identity for sample in dataset.train],
        settings.recipe,
        settings.seed,
        trainer.step,
        workers,
        trainer.device,
    )
