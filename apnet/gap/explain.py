"""The differences that could explain why a number is lower than the paper's, as far as is known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from apnet.gap.causes import Cause, causes, recorded
from apnet.gap.effects import SEED, Effect
from apnet.gap.setup import Content

DIFFERS, OPEN, EQUAL = "differs", "open", "equal"
"""A difference is known, not excluded, or excluded."""


@dataclass(frozen=True)
class Case:
    """What is to be explained.

    Attributes:
        datasets: the training set and the test set.
        evaluation: the content of its record; None if there is none.
    """

    model: str
    datasets: tuple[str, str]
    evaluation: Content | None = None


@dataclass(frozen=True)
class Finding:
    """A cause, and what is known of it.

    Attributes:
        known: whether a record says our value.
        ours: that value.
        effects: what it did here, the nearest to the case first; empty: unknown.
    """

    cause: Cause
    status: str
    known: bool
    ours: object
    effects: tuple[Effect, ...]


def findings(case: Case, about: Mapping[str, str], measured: Iterable[Effect]) -> list[Finding]:
    """Every cause for a case: what differs first, then what is open, the largest effect first.

    Args:
        about: as :func:`apnet.gap.causes.causes` takes it.
        measured: effects of any model and data.

    Raises:
        InputError: unknown model.
    """
    ours, measured = recorded(case.evaluation) if case.evaluation else {}, list(measured)
    found = [
        _finding(cause, ours, _nearest(cause.name, case, measured))
        for cause in causes(case.model, case.datasets, about)
    ]
    return sorted(found, key=_order)


def _finding(cause: Cause, ours: Mapping[str, object], effects: tuple[Effect, ...]) -> Finding:
    known, value, status = cause.name in ours, ours.get(cause.name), OPEN
    if known and cause.papers:
        status = DIFFERS if value not in cause.papers else EQUAL
    if status == EQUAL and len(cause.papers) > 1:
        status = OPEN
    return Finding(cause, status, known, value, effects)


def _nearest(name: str, case: Case, measured: Sequence[Effect]) -> tuple[Effect, ...]:
    def far(effect: Effect) -> tuple[bool, ...]:
        return effect.synthetic, effect.test_set != case.datasets[1], effect.model != case.model

    return tuple(sorted((effect for effect in measured if effect.what == name), key=far))


def _order(finding: Finding) -> tuple[int, float]:
    effects = finding.effects
    size = max((abs(size_of(effect)) for effect in effects[:1]), default=-1.0)
    return (DIFFERS, OPEN, EQUAL).index(finding.status), -size


def size_of(effect: Effect) -> float:
    """How far it moves mAP, in percent points; of seeds, their standard deviation."""
    return effect.spreads("mAP")[0] if effect.what == SEED else effect.change("mAP")
