"""Every evaluation under a scale as one tidy CSV, for people: a line a metric.

    python -m workflow.lib.collect --results results --scale smoke
        --out results/smoke/metrics.csv

`value` is in percent at full precision; `other_counts` says where a dataset's counts are
not the published ones, and why they were accepted. Nothing in the workflow reads this file.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from apnet.errors import InputError
from apnet.files import write_text
from apnet.records.paths import EVALUATIONS, Evaluation
from workflow.lib.cli import accepted_words, add_accepted, run_main
from workflow.lib.published import otherwise
from workflow.lib.records import Record, read_record

COLUMNS = (
    "reading",
    "training_set",
    "model",
    "seed",
    "test_set",
    "metric",
    "value",
    "synthetic",
    "published",
    "other_counts",
    "recipe",
    "paper_recipe",
    "provenance",
    "training_code",
    "evaluation_code",
    "training_data",
    "test_data",
    "checkpoint_sha256",
    "settings_sha256",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Write the CSV; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", required=True, type=Path, help="the folder of all scales")
    parser.add_argument("--scale", required=True)
    add_accepted(parser)
    parser.add_argument("--out", required=True, type=Path)
    arguments = parser.parse_args(argv)
    scale, accepted = arguments.results / arguments.scale, accepted_words(arguments)
    return run_main(lambda: _collect(scale, accepted, arguments.out))


def _collect(scale: Path, accepted: Mapping[str, str], out: Path) -> None:
    records = [read_record(item, scale) for item in _evaluations(scale)]
    lines = [line for record in records for line in _lines(record, accepted)]
    write_text(out, pd.DataFrame(lines, columns=COLUMNS).to_csv(index=False))


def _evaluations(scale: Path) -> list[Evaluation]:
    return sorted(_evaluation(file) for file in scale.glob(EVALUATIONS))


def _evaluation(file: Path) -> Evaluation:
    evaluation = Evaluation.parse(file)
    if evaluation is None:
        seed = file.parent.parent.name
        raise InputError(f"{file} lies in {seed!r}, not in the folder of a seed: move it away")
    return evaluation


def _lines(record: Record, accepted: Mapping[str, str]) -> Iterator[dict[str, object]]:
    run, training = record.evaluation.run, record.training
    other_counts = "; ".join(dict.fromkeys(otherwise(record, accepted)))
    for metric, value in record.percents().items():
        yield {
            "reading": run.reading,
            "training_set": run.dataset,
            "model": run.model,
            "seed": run.seed,
            "test_set": record.evaluation.test_set,
            "metric": metric,
            "value": value,
            "synthetic": record.synthetic,
            "published": training["data"]["published"] and record.content["data"]["published"],
            "other_counts": other_counts,
            "recipe": training["recipe"],
            "paper_recipe": training["paper_recipe"],
            "provenance": training["provenance"],
            "training_code": training.get("code_fingerprint"),
            "evaluation_code": record.content["code_fingerprint"],
            "training_data": training["data"]["fingerprint"],
            "test_data": record.content["data"]["fingerprint"],
            "checkpoint_sha256": record.content["checkpoint_sha256"],
            "settings_sha256": record.content["settings_sha256"],
        }


if __name__ == "__main__":
    sys.exit(main())
