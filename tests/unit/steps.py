"""Real networks, small, under training, and what a step asks of the device."""

from dataclasses import replace

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from apnet.config.readings import get_reading
from apnet.config.recipes import get_recipe
from apnet.models import build_model
from apnet.training.trainer import Trainer

MODELS = (
    ("resnet50", "written"),
    ("resnet50-apnet-c2", "written"),
    ("resnet50-apnet-c2", "released"),
    ("resnet50-apnet-s2", "written"),
)
OFF = dict.fromkeys(("channels_last", "fused", "compile"), False)
PLAIN = {"precision": "float32", "backbone_size": "full", **OFF}
THIN = {"backbone_size": "thin", "fused": True}
"""For tests of which operators a step calls: a thin network calls the same, less often."""
CLASSES, SIZE, BATCH, STEPS = 8, (64, 32), 16, 20


def trainer(model="resnet50-apnet-c2", reading="written", device="cpu", **recipe):
    """A training of `model` on BATCH images, in shares of half of them as released."""
    chosen = get_reading(reading)
    if chosen.batchnorm_batch:
        chosen = replace(chosen, batchnorm_batch=BATCH // 2)
    recipe = get_recipe(
        "smoke", identities=BATCH // 2, instances=2, steps_per_epoch=STEPS, **PLAIN | recipe
    )
    torch.manual_seed(0)
    network = build_model(model, CLASSES, chosen, SIZE, backbone_size=recipe.backbone_size)
    return Trainer(network, recipe, chosen, STEPS, CLASSES, torch.device(device))


def batch(step=0):
    generator = torch.Generator().manual_seed(step)
    images = torch.randn(BATCH, 3, *SIZE, generator=generator)
    return images, torch.arange(BATCH) // 2


class Calls(TorchDispatchMode):
    """Every call to an operator, forward and backward.

    Attributes:
        made: the operator, and shape and strides of each tensor that it gave. Not the
            tensors: autograd copies a gradient that somebody else holds.
    """

    def __init__(self):
        super().__init__()
        self.made = []

    def __torch_dispatch__(self, operator, types, args=(), kwargs=None):
        found = operator(*args, **kwargs or {})
        several = found if isinstance(found, tuple | list) else (found,)
        tensors = [(t.shape, t.stride()) for t in several if isinstance(t, torch.Tensor)]
        self.made.append((str(operator), tensors))
        return found

    def count(self, *names):
        return sum(any(name in operator for name in names) for operator, _ in self.made)


def calls(subject):
    """The calls of a step."""
    images, labels = batch()
    with Calls() as found:
        subject.train_step(images, labels)
    return found
