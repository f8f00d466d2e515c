"""Every evaluation under a scale as one CSV of results, for people: a line a metric.

`value` is in percent at full precision; `other_counts` says where a dataset's counts are
not the published ones, and why they were accepted. `reproduction.read_results` reads it;
nothing in the workflow does.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from apnet.errors import InputError
from apnet.files import write_text
from apnet.records.blocks import RANKS
from apnet.records.paths import EVALUATIONS, Evaluation
from reproduction.judging.entries import distinct
from reproduction.results.csvfile import write_results
from workflow.lib.adapter import address, described, failed, other_gallery
from workflow.lib.catalogue import EXPERIMENTS
from workflow.lib.cli import run_command
from workflow.lib.comparability import obstacles, other_counts
from workflow.lib.experiments import load_experiments
from workflow.lib.records import Record, read_records

COLUMNS = (
    *("series", "training_set", "model", "seed", "test_set", "metric", "value", "experiment"),
    *("comparable", "why_not", "marks", "synthetic", "file", "status", "message"),
    *("queries", "choice", "alternatives"),
    *("data", "data_kind", "protocol", "recipe", "models"),
    *("published", "other_counts", "paper_recipe"),
    *("provenance", "training_code", "evaluation_code", "training_data", "test_data"),
    *("checkpoint_sha256", "settings_sha256"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Write the CSV; returns the exit status."""
    return run_command(__doc__, _collect, argv, "results", "scale", "accepted", "out")


def _collect(arguments: argparse.Namespace) -> None:
    scale, accepted = arguments.results / arguments.scale, dict(arguments.accepted)
    names = {item.model: name for name, item in load_experiments(EXPERIMENTS).items()}
    groups: dict[tuple, list[Evaluation]] = defaultdict(list)
    for item in sorted(map(_evaluation, scale.glob(EVALUATIONS))):
        run = item.run
        groups[run.reading, run.dataset, run.model, item.test_set].append(item)
    lines: dict[Evaluation, list[dict[str, object]]] = {}
    for group in groups.values():
        records, refused = read_records(group, scale)
        why_not = obstacles(records)
        for record in records:
            lines[record.evaluation] = [*_lines(record, names, why_not, accepted)]
        lines |= {item: [*_refused(item, scale, names, why)] for item, why in refused.items()}
    table = [line for item in sorted(lines) for line in lines[item]]
    write_text(arguments.out, write_results(pd.DataFrame(table, columns=COLUMNS)))


def _evaluation(file: Path) -> Evaluation:
    evaluation = Evaluation.parse(file)
    if evaluation is None:
        seed = file.parent.parent.name
        raise InputError(f"{file} lies in {seed!r}, not in the folder of a seed: move it away")
    return evaluation


def _lines(
    record: Record, names: Mapping[str, str], why_not: tuple[str, ...], accepted: Mapping[str, str]
) -> Iterator[dict[str, object]]:
    """What no experiment of the paper makes is named by its model."""
    training, test, model = record.training, record.content, record.evaluation.run.model
    queries = Path(record.evaluation.file).with_suffix(".npz")
    there = record.file.with_suffix(".npz").exists()
    shared = described(record, names.get(model, model), why_not, accepted) | {
        # The CSV lies in the folder of the scale.
        "queries": queries.as_posix() if there else "",
        "model": model,
        "published": training["data"]["published"] and test["data"]["published"],
        "other_counts": "; ".join(distinct(other_counts(record, accepted))),
        "paper_recipe": training["paper_recipe"],
        "provenance": training["provenance"],
        "training_data": training["data"]["fingerprint"],
        "test_data": test["data"]["fingerprint"],
        "checkpoint_sha256": test["checkpoint_sha256"],
        "settings_sha256": test["settings_sha256"],
    }
    for metric, value in record.percents().items():
        alternatives = other_gallery(record, metric)
        yield shared | {"metric": metric, "value": value, "alternatives": alternatives}


def _refused(
    item: Evaluation, scale: Path, names: Mapping[str, str], why: str
) -> Iterator[dict[str, object]]:
    """A line for each metric that every evaluation has, without a value."""
    model = item.run.model
    shared = address(item, names.get(model, model), scale / item.file)
    shared |= failed(why) | {"model": model}
    yield from (shared | {"metric": metric} for metric in ("mAP", *(f"R-{k}" for k in RANKS)))


if __name__ == "__main__":
    sys.exit(main())
