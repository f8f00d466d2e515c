"""What a training says of itself before its first step."""

from collections.abc import Iterator
from pathlib import Path

import torch

from apnet.data import ReIDDataset
from apnet.runtime.environment import hardware
from apnet.training.trainer import Trainer


def summary(trainer: Trainer, dataset: ReIDDataset, out: Path) -> Iterator[str]:
    """Device, data, batch, steps and output folder, a few lines."""
    machine, recipe = hardware(str(trainer.device), torch.get_num_threads()), trainer.recipe
    threads = f"{machine['threads']} thread{'s' if machine['threads'] > 1 else ''}"
    device = machine.get("gpu") or f"{threads} of {machine['cpu']}"
    people = len({sample.identity for sample in dataset.train})
    drawn = "drawn " if dataset.synthetic else ""
    yield f"on {trainer.device}, {device}"
    yield f"{len(dataset.train):,} {drawn}images of {people:,} identities, in {dataset.root}"
    yield (
        f"{trainer.steps:,} steps in {recipe.epochs} epochs, each of {recipe.identities} x "
        f"{recipe.instances} images of {recipe.height}x{recipe.width}, {recipe.backbone_size} "
        f"network"
    )
    yield f"into {out}"
