"""The numbers of a cell that was run: its statistics, and what they say of the reported number."""

from collections.abc import Sequence

from reproduction.judging.rule import compatible
from reproduction.judging.selection import best_of
from reproduction.judging.statistics import Pool, statistics
from reproduction.paper.tables import Metric


def numbers(
    values: Sequence[float], reported: float | None, pooled: Pool | None, metric: Metric
) -> dict[str, object]:
    """Fields of :class:`reproduction.judging.cells.Cell`.

    Args:
        values: of the runs, at least one.
        reported: None where nothing is compared.
    """
    found = statistics(values, pooled)
    made = vars(found) | {
        "pooled_sd": pooled.sd if pooled else None,
        "dof": pooled.dof if pooled else None,
        "difference": None if reported is None else found.mean - reported,
    }
    if reported is None or pooled is None:
        return made
    # What rounds to the reported number prints it.
    half = 0.5 * 10**-metric.decimals
    printed = reported + (half if metric.better == "lower" else -half)
    return made | {
        "compatible": compatible(reported, found.prediction_interval),
        "best_of": best_of(values, printed, pooled, metric.better),
    }
