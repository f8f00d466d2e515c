"""What the numbers of a table have to beat: the means of the reference rows of its results."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean

from reproduction.judging.cells import Reference
from reproduction.paper.tables import Table
from reproduction.results.frame import Result


def references(
    table: Table, results: Iterable[Result], series: Sequence[str], seeds: Sequence[int]
) -> Iterator[Reference]:
    """The references of a table by label, then in the order of print and of the series.

    Args:
        results: rows of any kind; only those with a reference and a value count.
        seeds: those asked for; a result without a seed counts too.
    """
    groups: dict[tuple, list[Result]] = defaultdict(list)
    for result in results:
        if result.reference and result.value is not None and result.seed in (None, *seeds):
            groups[result.reference, result.series, *result.address[1:]].append(result)
    for label in [*dict.fromkeys(label for label, *_ in groups)]:
        for column in table.columns:
            for metric in column.metrics:
                for one in series:
                    sets = column.training_set, column.test_set
                    # What has no series stands beside each.
                    found = [*groups[label, one, *sets, metric]]
                    found += groups[label, "", *sets, metric] if one else []
                    if found:
                        yield _reference(label, column.key, one, found)


def _reference(label: str, key: str, series: str, found: Sequence[Result]) -> Reference:
    """The mean of each experiment's mean, so that one with more seeds counts no more."""
    values: dict[str, list[float]] = defaultdict(list)
    for result in found:
        values[result.experiment].append(result.value)
    return Reference(
        label=label,
        column=key,
        metric=found[0].metric,
        series=series,
        mean=fmean(map(fmean, values.values())),
        count=len(found),
        varies=len({result.value for result in found}) > 1,
        seeds=tuple(sorted({result.seed for result in found} - {None})),
        synthetic=any(result.synthetic for result in found),
        notes=tuple(dict.fromkeys(text for result in found for text in result.caveats)),
    )
