"""Reproduced cells as .eval_results of a model's repository on the Hugging Face Hub.

https://huggingface.co/docs/hub/eval-results: a result is of a dataset on the Hub that is
registered as a benchmark, and of a task that its eval.yaml names.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

import yaml

from reproduction.sharing.chosen import Exported
from reproduction.sharing.every_eval_ever import slug


def eval_results(
    cells: Iterable[Exported], datasets: Mapping[str, str], source: Mapping[str, str]
) -> Iterator[tuple[PurePosixPath, str]]:
    """(path, YAML) of each experiment, series and column: a result a metric, its task.

    Args:
        cells: of :func:`reproduction.sharing.chosen.results_among`.
        datasets: key of a column -> id of the dataset on the Hub; others are passed over.
        source: `url` and `name` of where the results are shown; empty says nothing.
    """
    groups: dict[tuple[str, str, str], list[Exported]] = defaultdict(list)
    for item in cells:
        if item.column.key in datasets:
            groups[item.cell.experiment, item.cell.series, item.column.key].append(item)
    for (experiment, series, key), items in groups.items():
        entries = [
            {
                "dataset": {"id": datasets[key], "task_id": item.cell.metric},
                "value": item.cell.mean,
                **({"source": {**source}} if source else {}),
                "notes": _notes(item),
            }
            for item in items
        ]
        model = slug(f"{experiment} {series}")
        text = yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=100)
        yield PurePosixPath(model, ".eval_results", f"{slug(key)}.yaml"), text


def _notes(item: Exported) -> str:
    cell = item.cell
    runs = f"mean of {len(cell.values)} seeds" if len(cell.values) > 1 else "one run"
    spread = f", standard deviation {cell.sd:.2f}" if cell.sd is not None else ""
    series = [f"series {cell.series}"] if cell.series else []
    protocol = [" or ".join(item.texts["protocol"])] if item.texts.get("protocol") else []
    choice = [cell.choice] if cell.choice else []
    return "; ".join([f"a reproduction: {runs}{spread}", *series, *protocol, *choice, *cell.marks])
