"""What each switch of the readings changes in a network: outputs, cost, and the first loss.

One switch of `written` at a time takes its released value, or where both readings have the same,
its other one. Accuracy is not measured here: it takes trainings.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version

import torch
from torch import Tensor, nn

from apnet import numeric_core
from apnet.config.alone import turns
from apnet.config.readings import READINGS, RELEASED, WRITTEN, Reading
from apnet.config.recipes import Recipe, get_recipe
from apnet.config.settings import paper_recipe
from apnet.data.registry import sound_specs
from apnet.errors import InputError
from apnet.models.build import build_model
from apnet.models.cost import RULES, complexity, usual_input
from apnet.runtime.devices import choose_device
from apnet.runtime.environment import SCHEMA
from apnet.training.trainer import Trainer

PAPER_RULES = next(iter(RULES))

IMAGES = 4
"""Random images whose embeddings are compared."""

SIZE, LOSS_SIZE = (128, 64), (64, 32)
"""Of these images, and of those of the first loss: at the paper's size they would take minutes."""


@dataclass(frozen=True)
class Measured:
    """A network of one reading, as drawn from seed 0.

    Attributes:
        weights: as they were drawn.
        embeddings: of the random images, with BatchNorm's statistics of these images.
    """

    model: nn.Module
    weights: dict[str, Tensor]
    embeddings: Tensor


def record(name: str, recipe: Recipe | None = None) -> dict[str, object]:
    """What each switch changes in a model, as a JSON value.

    Args:
        recipe: says the size of the network whose outputs are compared, and the batch of the
            first loss; None is the paper's for the model, on a thin network, which has the
            stages and channels of the full one. Costs are always those of the full one.

    Raises:
        InputError: unknown model, or one that cannot be built.
    """
    # Several threads would round differently from one machine to the next.
    choose_device("cpu", 1)
    recipe = recipe or get_recipe(paper_recipe(name), backbone_size="thin")
    size, base = usual_input(name), _measure(name, WRITTEN, recipe)
    return {
        "schema": SCHEMA,
        "model": name,
        "rules": PAPER_RULES,
        "input": list(size),
        "network": recipe.backbone_size,
        "images": [IMAGES, *SIZE],
        "loss_images": [recipe.batch, *LOSS_SIZE],
        "written": _cost(name, WRITTEN, size),
        "switches": {
            what: {"written": before, "other": after, **_changes(name, reading, recipe, base)}
            for what, before, after, reading in _turned()
        },
        "code_fingerprint": numeric_core.switch_effects(name),
        "versions": {package: version(package) for package in ("thop", "torch")},
    }


def _turned() -> Iterator[tuple[str, object, object, Reading]]:
    """Name, value as written, the other value, and the reading that has it."""
    for name, before, after in turns():
        yield name, before, after, WRITTEN.with_switches(**{name: after})
    yield "reading", *READINGS, RELEASED


def _changes(name: str, reading: Reading, recipe: Recipe, base: Measured) -> dict[str, object]:
    """Of one other reading; `outputs` are relative, None where the weights have other shapes."""
    try:
        other = _measure(name, reading, recipe, base)
    except InputError as error:
        return {"refused": str(error)}
    changes = _cost(name, reading, usual_input(name, reading)) | {"outputs": None}
    if not _fits(base.weights, other.weights):
        return changes
    difference = (other.embeddings - base.embeddings).norm() / base.embeddings.norm()
    changes["outputs"] = difference.item()
    changes["new_weights"] = len(other.weights.keys() - base.weights.keys())
    if not changes["outputs"]:
        changes["losses"] = [_first_loss(name, each, recipe) for each in (WRITTEN, reading)]
    return changes


def _cost(name: str, reading: Reading, size: tuple[int, int]) -> dict[str, object]:
    cost = complexity(name, reading, size, PAPER_RULES)
    return {"gflops": cost.gflops, "params": cost.params}


def _measure(name: str, reading: Reading, recipe: Recipe, base: Measured | None = None) -> Measured:
    """A network with the weights of `base` where it has them, the others as drawn."""
    torch.manual_seed(0)
    # A momentum of 1 keeps the statistics of the last batch alone.
    model = build_model(name, 1, reading, SIZE, 1.0, recipe.backbone_size)
    weights = {key: value.clone() for key, value in model.state_dict().items()}
    if base is not None and _fits(base.weights, weights):
        model.load_state_dict(base.weights, strict=False)
    images = torch.randn(IMAGES, 3, *SIZE, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        model.train()(images)
        return Measured(model, weights, model.eval()(images))


@cache
def _first_loss(name: str, reading: Reading, recipe: Recipe) -> float:
    """Eq. 9's loss of a fixed batch before the first step, of as many classes as any set has."""
    classes = max(s.published(WRITTEN)["train"]["identities"] for s in sound_specs())
    recipe = replace(recipe, height=LOSS_SIZE[0], width=LOSS_SIZE[1], precision="float32")
    torch.manual_seed(0)
    model = build_model(name, classes, reading, LOSS_SIZE, 1.0, recipe.backbone_size)
    trainer = Trainer(model, recipe, reading, 1, classes, torch.device("cpu"))
    images = torch.randn(recipe.batch, 3, *LOSS_SIZE, generator=torch.Generator().manual_seed(0))
    people = torch.arange(recipe.identities).repeat_interleave(recipe.instances)
    trainer.train_step(images, people)
    return trainer.epoch_losses()["loss"]


def _fits(weights: Mapping[str, Tensor], other: Mapping[str, Tensor]) -> bool:
    """Whether another network has all of these, of the same shapes."""
    return all(key in other and other[key].shape == weights[key].shape for key in weights)
