"""Effects that were measured: those kept with the package, and what a folder of results shows."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from apnet.errors import InputError
from apnet.files import read_json
from apnet.gap.effects import Effect, Side
from apnet.gap.setup import Content
from apnet.records.load import load_evaluation
from apnet.records.paths import EVALUATIONS

KEPT = Path(__file__).with_name("measured.json")
"""Made by benchmarks/setup_effects.py, which trained and evaluated what they are of."""


def kept_effects(file: Path = KEPT) -> list[Effect]:
    """The effects in a file that :func:`as_json` made."""
    return [_effect(item) for item in read_json(file)["effects"]]


def as_json(measured: Iterable[Effect], **about: object) -> dict[str, object]:
    """Effects as a JSON value.

    Args:
        about: how they were measured.
    """
    return about | {"effects": [asdict(effect) for effect in measured]}


def read_evaluations(results: Path) -> tuple[list[Content], list[str]]:
    """Every evaluation of every scale in a folder of results, and what is wrong with others."""
    contents, problems = [], []
    for file in sorted(results.glob(f"*/{EVALUATIONS}")):
        try:
            contents.append(load_evaluation(file).content())
        except InputError as error:
            problems.append(str(error))
    return contents, problems


def _effect(item: Mapping[str, object]) -> Effect:
    return Effect(**item | {side: _side(item[side]) for side in ("before", "after")})


def _side(item: Mapping[str, object]) -> Side:
    percent = {metric: tuple(values) for metric, values in item["percent"].items()}
    return Side(item["value"], tuple(item["seeds"]), percent)
