"""What one difference did: means of evaluations that differ in it and in nothing else."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import mean, stdev

from apnet.config.readings import WRITTEN
from apnet.config.recipes import get_recipe
from apnet.config.settings import paper_recipe
from apnet.files import digest
from apnet.gap.setup import READING, Content, differing, of_reading, setup

SEED = "seed"
"""Name of the effect of nothing: how far runs lie apart that differ in their seed."""

METRICS = ("mAP", "rank-1")

Sized = tuple[int, float | str | list["Sized"]]

_KEPT = {"keep": "kept", "drop": "dropped"}
"""Value of a switch of distractors -> what `protocol` and `other_gallery` say; the usual first."""


@dataclass(frozen=True)
class Side:
    """Evaluations of one set-up, a seed each.

    Attributes:
        value: of what differs.
        percent: metric -> that of each run, in the order of the seeds.
    """

    value: object
    seeds: tuple[int, ...]
    percent: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class Effect:
    """What changing one thing did to accuracy.

    Attributes:
        what: what differs, a name of :func:`apnet.gap.setup.setup`; or :data:`SEED`.
        before, after: the two sides, the paper's first; of seeds, the same one.
        model: that of all runs.
        test_set: likewise.
        on: what it was measured on, as a phrase.
        synthetic: whether any image was drawn.
        same_weights: whether run by run the sides have the same weights.
    """

    what: str
    before: Side
    after: Side
    model: str
    test_set: str
    on: str
    synthetic: bool
    same_weights: bool

    def change(self, metric: str) -> float:
        """Mean after minus mean before, in percent points; 0 of seeds."""
        return mean(self.after.percent[metric]) - mean(self.before.percent[metric])

    def spreads(self, metric: str) -> tuple[float | None, float | None]:
        """Standard deviation of the runs of each side; None of a single run."""
        sides = self.before.percent[metric], self.after.percent[metric]
        return tuple(stdev(values) if len(values) > 1 else None for values in sides)

    def error(self, metric: str) -> float | None:
        """Standard error of the change, the spread pooled over both sides; None of two runs.

        Runs of the same weights are compared one by one.
        """
        before, after = self.before.percent[metric], self.after.percent[metric]
        if self.same_weights:
            changes = [b - a for a, b in zip(before, after, strict=True)]
            return stdev(changes) / math.sqrt(len(changes)) if len(changes) > 1 else None
        freedom = len(before) + len(after) - 2
        if not freedom:
            return None
        squares = sum((value - mean(side)) ** 2 for side in (before, after) for value in side)
        return math.sqrt(squares / freedom * (1 / len(before) + 1 / len(after)))


def effects(evaluations: Iterable[Content]) -> list[Effect]:
    """Every effect that evaluations show, and the spread of their seeds.

    Args:
        evaluations: contents of valid records, of any models, data and readings.
    """
    together: dict[tuple[str, ...], dict[str, list[Content]]] = defaultdict(dict)
    for each in evaluations:
        key = each["model"], each["training_set"], each["dataset"]
        together[key].setdefault(digest(setup(each)), []).append(each)
    return [effect for groups in together.values() for effect in _of_groups(groups.values())]


def _of_groups(groups: Iterable[list[Content]]) -> Iterator[Effect]:
    # A copied record is no second run.
    groups = [sorted({e["seed"]: e for e in group}.values(), key=_seed) for group in groups]
    for group in groups:
        if len(group) > 1:
            yield _effect(SEED, group, group)
        yield from _of_galleries(group)
    for one, other in combinations(groups, 2):
        names = differing(one[0], other[0])
        if len(names) == 1:
            (name,) = names
            yield _effect(name, *sorted((one, other), key=lambda group: _order(group[0], name)))


def _of_galleries(group: list[Content]) -> Iterator[Effect]:
    """What distractors do, where records hold the numbers of their other gallery too."""
    names = [
        key for key, value in group[0]["protocol"].get("switches", {}).items() if value in _KEPT
    ]
    if names and all(each.get("other_gallery") for each in group):
        others = [each | each["other_gallery"] for each in group]
        kept = group[0]["protocol"]["distractors"] == _KEPT["keep"]
        sides = (group, others) if kept else (others, group)
        effect = _effect(names[0], *sides)
        values = (
            replace(side, value=v)
            for side, v in zip((effect.before, effect.after), _KEPT, strict=True)
        )
        yield replace(effect, **dict(zip(("before", "after"), values, strict=True)))


def _seed(evaluation: Content) -> int:
    return evaluation["seed"]


def _order(evaluation: Content, name: str) -> tuple[bool, Sized]:
    """The paper's value of a switch or setting comes first, then the lesser."""
    value = _value(evaluation, name)
    usual = get_recipe(paper_recipe(evaluation["model"])).settings()
    usual |= of_reading(WRITTEN, evaluation) | {READING: WRITTEN.name}
    return name in usual and value != usual[name], _sized(value)


def _sized(value: object) -> Sized:
    """For sorting: numbers and lists by size, anything else as text."""
    if isinstance(value, int | float):
        return 0, value
    return (1, [*map(_sized, value)]) if isinstance(value, list) else (2, str(value))


def _value(evaluation: Content, name: str) -> object:
    return evaluation["reading"] if name == READING else setup(evaluation).get(name)


def _effect(what: str, before: list[Content], after: list[Content]) -> Effect:
    one = before[0]
    weights = [[each["checkpoint_sha256"] for each in side] for side in (before, after)]
    return Effect(
        what,
        *(_side(group, what) for group in (before, after)),
        model=one["model"],
        test_set=one["dataset"],
        on=described(one, what),
        synthetic=is_synthetic(one) or is_synthetic(after[0]),
        same_weights=weights[0] == weights[1],
    )


def _side(group: list[Content], what: str) -> Side:
    return Side(
        value=None if what == SEED else _value(group[0], what),
        seeds=tuple(map(_seed, group)),
        percent={
            "mAP": tuple(100 * each["mAP"] for each in group),
            "rank-1": tuple(100 * each["cmc"]["1"] for each in group),
        },
    )


def is_synthetic(evaluation: Content) -> bool:
    """Whether any of its images, of training or testing, were drawn."""
    return evaluation["data"]["synthetic"] or evaluation["training"]["data"]["synthetic"]


def described(evaluation: Content, what: str = "") -> str:
    """What an evaluation was measured on, as a phrase, without `what` differs from others."""
    training = evaluation["training"]
    settings = training["settings"]
    names = dict.fromkeys((evaluation["training_set"], evaluation["dataset"]))
    identities = training["data"]["counts"]["train"]["identities"]
    drawn = "synthetic " if is_synthetic(evaluation) else ""
    thin = settings.get("backbone_size") == "thin" and what != "backbone_size"
    height, width = settings["height"], settings["width"]
    sizes = {"height": f"{width} pixels wide", "width": f"{height} pixels high"}
    parts = (
        drawn + " to ".join(names),
        "" if what == "training_data" else f" with {identities} training identities",
        f", {'thin ' if thin else ''}{evaluation['model']}",
        f", {sizes.get(what, f'{height}×{width}')}",
        "" if what == "epochs" else f", {settings['epochs']} epochs",
    )
    return "".join(parts)
