"""How near is near enough: e, by test set."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from reproduction.paper.tables import Metric

DEFAULT = 0.5
"""In the unit of the metric, where nobody says otherwise."""


@dataclass(frozen=True)
class Tolerances:
    """e by test set, and of all the others; without either the metric's own is taken."""

    by_test_set: Mapping[str, float] = field(default_factory=dict)
    default: float | None = None

    def of(self, test_set: str, metric: Metric) -> float:
        """The tolerance of a metric on a test set."""
        given = self.by_test_set.get(test_set, self.default)
        return next(e for e in (given, metric.tolerance, DEFAULT) if e is not None)
