"""From the evaluation records of `apnet` to the frame of results that `reproduction` judges."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from apnet.errors import InputError
from apnet.records.paths import Evaluation, Run
from reproduction.paper.tables import Column, Table
from reproduction.results.alternatives import written
from reproduction.results.frame import FAILED, NOT_RUN, results_frame
from workflow.lib.comparability import marks, obstacles
from workflow.lib.experiments import Experiment
from workflow.lib.forms import read_form
from workflow.lib.presence import absence, unreadable
from workflow.lib.records import Record, percents, read_record
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
    """The results of a table; missing ones are rows without a value.

    A record that is broken, or of another run than its path, is a result that failed.

    Raises:
        InputError: one run under two seeds, or a note that is none.
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
    read = {item: _read(item, asked.scale) for item in evaluations}
    records = [record for record in read.values() if isinstance(record, Record)]
    if any(map(unreadable, (column.training_set, column.test_set))):
        # What they were compared by stands in the dataset's file.
        records = []
    _check_seeds(records)
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
        shared = _address(item, experiment.name) | _open(item, asked, why)
        if isinstance(read[item], str):
            shared |= {"status": FAILED, "message": read[item]}
        yield from (shared | {"metric": metric} for metric in column.metrics)


def _read(evaluation: Evaluation, scale: Path) -> Record | str | None:
    """The record of an evaluation; where it cannot be believed, why, so that others are judged."""
    try:
        return read_record(evaluation, scale)
    except InputError as error:
        return str(error)


def described(
    record: Record, experiment: str, why_not: tuple[str, ...], accepted: Mapping[str, str]
) -> dict[str, object]:
    """What the rows of all metrics of an evaluation share."""
    blocks = record.training["data"], record.content["data"]
    return _address(record.evaluation, experiment) | {
        "comparable": not why_not,
        "why_not": why_not,
        "marks": marks(record, accepted),
        "synthetic": record.synthetic,
        "file": record.file.as_posix(),
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


def _address(evaluation: Evaluation, experiment: str) -> dict[str, object]:
    run = evaluation.run
    return {
        "experiment": experiment,
        "training_set": run.dataset,
        "test_set": evaluation.test_set,
        "seed": run.seed,
        "series": run.reading,
        "caveats": tuple(caveats(run.model, run.reading)),
    }


def _check_seeds(records: Sequence[Record]) -> None:
    """Two seeds with the same weights would pass for a spread of nothing."""
    by_weights: dict[str, Record] = {}
    for record in records:
        twin = by_weights.setdefault(record.content["checkpoint_sha256"], record)
        if twin is not record:
            raise InputError(
                f"{twin.file} and {record.file} evaluate the same weights, though their seeds "
                f"differ: delete the run that was copied"
            )


def _absent(evaluation: Evaluation, data_root: Path | None) -> str | None:
    """Why a dataset that an evaluation needs is not there, if it is not."""
    sets = (evaluation.run.dataset, evaluation.test_set)
    return next(filter(None, (absence(name, data_root) for name in sets)), None)


def _open(evaluation: Evaluation, asked: Asked, absent: str | None) -> dict[str, object]:
    # A failure from before the dataset was removed no longer matters.
    note = _note(evaluation, asked.logs) if asked.logs and not absent else None
    return {
        "file": (asked.scale / evaluation.file).as_posix(),
        "status": FAILED if note else NOT_RUN,
        "message": note["message"] if note else absent or "",
        "log": note["log"] if note else "",
    }


def _note(evaluation: Evaluation, logs: Path) -> dict[str, str] | None:
    """What the failed job left that an evaluation waits for."""
    files = (logs / note for note in evaluation.notes)
    file = next((file for file in files if file.exists()), None)
    if file is None:
        return None
    return read_form(file, "failure", "delete it and run the job again")
