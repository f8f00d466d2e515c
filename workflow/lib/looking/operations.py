"""What networks cost, as it was counted before; one that was not counts as its plain backbone."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from apnet.config.names import parse_model_name

FILE = Path(__file__).with_name("rates.yaml")
"""Rates that were measured elsewhere, and what models cost."""


def parameters(model: str) -> int:
    """Of a network without its classifiers; those of the nearest one where it was not counted."""
    return _cost(model)["params"]


def operations(model: str, pixels: int) -> float:
    """10^9 operations of an image of so many pixels: what rows attend to grows by its square."""
    cost, plain = _cost(model), _cost(parse_model_name(model).backbone)
    share = pixels / (cost["height"] * cost["width"])
    if parse_model_name(model).attention != "spatial":
        return cost["gflops"] * share
    base = plain["gflops"] * pixels / (plain["height"] * plain["width"])
    return base + (cost["gflops"] - base / share) * share**2


def _cost(model: str) -> Mapping[str, float]:
    costs = known()["costs"]
    return costs.get(model) or costs.get(parse_model_name(model).backbone) or costs["resnet50"]


@cache
def known() -> Mapping[str, object]:
    """What :data:`FILE` holds: `rates` and `costs`."""
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))
