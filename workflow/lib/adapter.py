"""From the evaluation records of `apnet` to the frame of results that `reproduction` judges."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from apnet.records.paths import Evaluation, Run
from reproduction.paper.tables import Column, Table
from reproduction.results.alternatives import written
from reproduction.results.frame import FAILED, NOT_RUN, results_frame
from workflow.lib.cli import ERRORS
from workflow.lib.comparability import marks, obstacles
from workflow.lib.experiments import Experiment
from workflow.lib.forms import read_form
from workflow.lib.presence import absence, unreadable
from workflow.lib.records import Record, percents, read_records
from workflow.lib.sentences import (
    GALLERIES,
    WITHOUT_LEARNING,
    caveats,
    data,
    data_kind,
    models,
    protocol,
)

CONTEXT = (
    *("data", "data_kind", "protocol", "recipe", "models", "training_code", "evaluation_code"),
)
"""Columns of texts that a report's heading gathers."""


@dataclass(frozen=True)
class Asked:
    """The results that a table is to have, and where they lie.

    Attributes:
        scale: results/<scale>.
        logs: the scale's logs, which hold notes of failed jobs; None asks no log.
        data_root: the folder that should hold the datasets; None asks no folder.
        accepted: the config's words for why a dataset's counts will do, by dataset.
    """

    scale: Path
    readings: Sequence[str]
    seeds: Sequence[int]
    logs: Path | None
    data_root: Path | None
    accepted: Mapping[str, str]


def table_results(
    table: Table, experiments: Mapping[str, Experiment], asked: Asked
) -> pd.DataFrame:
    """The results of a table; missing ones and refused ones are rows without a value.

    A record that is broken, or of another run than its path, is a result that failed.

    Raises:
        InputError: the table has a metric that no record holds.
    """
    columns = {column.key: column for column in table.columns}
    made = ((table.experiment_of(cell.row, cell.key), cell.key) for cell in table.cells())
    rows = [
        row
        for name, key in dict.fromkeys(made)
        if name is not None
        for reading in asked.readings
        for row in _of_seeds(experiments[name], columns[key], reading, asked)
    ]
    return results_frame(rows, CONTEXT)


def _of_seeds(
    experiment: Experiment, column: Column, reading: str, asked: Asked
) -> Iterator[dict[str, object]]:
    """An experiment on a column's data under one reading: a row a metric and seed."""
    runs = (Run(reading, column.training_set, experiment.model, seed) for seed in asked.seeds)
    evaluations = [Evaluation(run, column.test_set) for run in runs]
    records, refused = read_records(evaluations, asked.scale)
    if any(map(unreadable, (column.training_set, column.test_set))):
        # What they were compared by stands in the dataset's file.
        records, refused = [], {}
    why_not = obstacles(records)
    for record in records:
        shared = described(record, experiment.name, why_not, asked.accepted)
        for metric in column.metrics:
            value = {"value": record.percent(metric), "alternatives": other_gallery(record, metric)}
            yield shared | {"metric": metric, **value}
            yield from _without_learning(record, metric, shared)
    there = {record.evaluation for record in records}
    lacking = [item for item in evaluations if item not in there]
    why = _absent(lacking[0], asked.data_root) if lacking else None
    for item in lacking:
        shared = address(item, experiment.name, asked.scale / item.file)
        shared |= failed(refused[item]) if item in refused else _open(item, asked, why)
        yield from (shared | {"metric": metric} for metric in column.metrics)


def described(
    record: Record, experiment: str, why_not: tuple[str, ...], accepted: Mapping[str, str]
) -> dict[str, object]:
    """What the rows of all metrics of an evaluation share."""
    blocks = record.training["data"], record.content["data"]
    return address(record.evaluation, experiment, record.file) | {
        "comparable": not why_not,
        "why_not": why_not,
        "marks": marks(record, accepted),
        "synthetic": record.synthetic,
        "queries": record.file.with_suffix(".npz").as_posix(),
        "data": data(*blocks),
        "data_kind": data_kind(blocks),
        "protocol": protocol(record.content["protocol"]),
        "choice": gallery(record),
        "recipe": record.training["recipe"],
        "models": models(record.training["settings"]),
        "training_code": record.training.get("code_fingerprint") or "",
        "evaluation_code": record.content["code_fingerprint"],
    }


def gallery(record: Record) -> str:
    """Which gallery the numbers are of, where the record has those of the other as well."""
    there = "other_gallery" in record.content
    return GALLERIES[record.content["protocol"]["distractors"]] if there else ""


def other_gallery(record: Record, metric: str) -> tuple[str, ...]:
    """A metric in the other gallery; none where the record has one gallery."""
    other = record.content.get("other_gallery")
    value = percents(other).get(metric) if other else None
    return () if value is None else (written(GALLERIES[other["distractors"]], value),)


def _without_learning(
    record: Record, metric: str, shared: Mapping[str, object]
) -> Iterator[dict[str, object]]:
    """What a number on synthetic data has to beat, since no number of the paper's can tell."""
    floors = record.content.get("without_learning", {}) if record.synthetic else {}
    for name, (label, about) in WITHOUT_LEARNING.items():
        if scores := floors.get(name):
            what = {"reference": label, "caveats": (about,), "value": percents(scores)[metric]}
            yield {**shared, "metric": metric, **what}


def address(evaluation: Evaluation, experiment: str, file: Path) -> dict[str, object]:
    """What every row of an evaluation says, whether or not there is one.

    Args:
        file: its record's.
    """
    run = evaluation.run
    return {
        "experiment": experiment,
        "training_set": run.dataset,
        "test_set": evaluation.test_set,
        "seed": run.seed,
        "series": run.reading,
        "file": file.as_posix(),
        "caveats": tuple(caveats(run.model, run.reading)),
    }


def _absent(evaluation: Evaluation, data_root: Path | None) -> str | None:
    """Why a dataset that an evaluation needs is not there, if it is not."""
    sets = (evaluation.run.dataset, evaluation.test_set)
    return next(filter(None, (absence(name, data_root) for name in sets)), None)


def _open(evaluation: Evaluation, asked: Asked, absent: str | None) -> dict[str, object]:
    # A failure from before the dataset was removed no longer matters.
    note = _note(evaluation, asked.logs) if asked.logs and not absent else None
    if note:
        return failed(note["message"], note["log"])
    return {"status": NOT_RUN, "message": absent or ""}


def failed(message: str, log: str = "") -> dict[str, object]:
    """What a row holds whose job failed, or whose record is refused."""
    return {"status": FAILED, "message": message, "log": log}


def _note(evaluation: Evaluation, logs: Path) -> dict[str, str] | None:
    """What the failed job left that an evaluation waits for."""
    files = (logs / note for note in evaluation.notes)
    file = next((file for file in files if file.exists()), None)
    if file is None:
        return None
    try:
        return read_form(file, "failure", "delete it and run the job again")
    except ERRORS as error:
        return {"message": str(error), "log": ""}
