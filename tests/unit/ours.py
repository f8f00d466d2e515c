"""Our networks of those that were released, with the weights of a checkpoint of theirs."""

import torch

from apnet.models import build_model, load_released

CLASSES = 7
MODELS = ("resnet50", "resnet50-apnet-c1", "resnet50-apnet-c2")
"""By level."""


def build(name, reading="released"):
    with torch.device("meta"):
        model = build_model(name, CLASSES, reading, input_size=(64, 32))
    return model.to_empty(device="cpu").double()


def loaded(level, state):
    model = build(MODELS[level])
    load_released(model, state)
    return model
