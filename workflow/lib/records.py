"""Evaluation records, checked against their paths and each other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from apnet.errors import InputError
from apnet.files import read_json
from apnet.records.load import load_evaluation
from apnet.records.paths import CHECK, RECORD, Evaluation
from apnet.records.schema import IMPORTED

_OF_RUN = {"reading": "reading", "training set": "dataset", "model": "model", "seed": "seed"}
"""What an evaluation has of its run -> the key in run.json."""


@dataclass(frozen=True)
class Record:
    """A record that has been checked, its keys under their present names."""

    evaluation: Evaluation
    file: Path
    content: dict

    @property
    def training(self) -> dict:
        """The record of the training, as the evaluation repeats it."""
        return self.content["training"]

    @property
    def synthetic(self) -> bool:
        """Whether any of its images were drawn."""
        return self.content["data"]["synthetic"] or self.training["data"]["synthetic"]

    def percent(self, metric: str) -> float:
        """A metric by its name in the paper, such as `mAP` or `R-5`, in percent.

        Raises:
            InputError: the record does not hold it.
        """
        percents = self.percents()
        if metric not in percents:
            known = ", ".join(percents)
            raise InputError(f"{self.file} has {known}, not {metric!r}: correct the paper's table")
        return percents[metric]

    def percents(self) -> dict[str, float]:
        """Every metric, in percent, mAP first."""
        return percents(self.content)


def percents(scores: Mapping[str, object]) -> dict[str, float]:
    """The metrics of a block that holds `mAP`, `cmc` and perhaps `mINP`, in percent, mAP first."""
    curve = scores["cmc"]
    accuracies = {f"R-{rank}": 100 * curve[rank] for rank in sorted(curve, key=int)}
    others = {"mINP": 100 * scores["mINP"]} if "mINP" in scores else {}
    return {"mAP": 100 * scores["mAP"], **accuracies, **others}


def read_records(
    evaluations: Iterable[Evaluation], scale: Path
) -> tuple[list[Record], dict[Evaluation, str]]:
    """The records under results/<scale> of the seeds of a cell, and why others are refused.

    One record that cannot be believed is its own cell's fault: whoever reports names it there,
    and shows the rest.
    """
    records: list[Record] = []
    refused: dict[Evaluation, str] = {}
    for evaluation in evaluations:
        try:
            record = read_record(evaluation, scale)
        except InputError as error:
            refused[evaluation] = str(error)
        else:
            records += [record] if record else []
    refused |= _twins(records)
    return [record for record in records if record.evaluation not in refused], refused


def read_record(evaluation: Evaluation, scale: Path) -> Record | None:
    """The record of an evaluation under results/<scale>; None if there is none.

    Raises:
        InputError: it is not a valid record, of another run than its path, or of other data than
            the check of a dataset beside it describes.
    """
    file = scale / evaluation.file
    if not file.exists():
        return None
    content = load_evaluation(file).content()
    _check_address(file, content, evaluation)
    _check_data(file, content, evaluation, scale)
    return Record(evaluation, file, content)


def _twins(records: Iterable[Record]) -> dict[Evaluation, str]:
    """Two seeds with the same weights would pass for a spread of nothing: which is the copy?"""
    by_weights: dict[str, list[Record]] = {}
    for record in records:
        by_weights.setdefault(record.content["checkpoint_sha256"], []).append(record)
    return {
        twin.evaluation: f"{first.file} and {second.file} evaluate the same weights, though their "
        f"seeds differ: delete the run that was copied"
        for first, second, *more in (same for same in by_weights.values() if len(same) > 1)
        for twin in (first, second, *more)
    }


def _check_address(file: Path, content: dict, evaluation: Evaluation) -> None:
    run = evaluation.run
    expected = [
        ("reading", content["reading"], run.reading),
        ("training set", content["training_set"], run.dataset),
        ("training data", content["training"]["data"]["name"], run.dataset),
        ("model", content["model"], run.model),
        ("seed", content["seed"], run.seed),
        ("test set", content["dataset"], evaluation.test_set),
        ("test data", content["data"]["name"], evaluation.test_set),
    ]
    of_run = _content(file.parent.parent / RECORD)
    for kind, recorded, wanted in expected:
        if recorded != wanted:
            # An evaluation of such a run would say the same again.
            misplaced = of_run.get(_OF_RUN.get(kind)) == recorded
            remedy = "move its run away" if misplaced else "delete it to evaluate again"
            raise InputError(
                f"{file}: its {kind} is {recorded!r}, its path says {wanted!r}: {remedy}"
            )


def _check_data(file: Path, content: dict, evaluation: Evaluation, scale: Path) -> None:
    """Refuse what was made of other images than the scale's; without a check nobody can tell."""
    training, reading = content["training"], evaluation.run.reading
    parts = [(content["data"], "test", "delete it to evaluate again")]
    if training["provenance"] != IMPORTED:
        parts.append((training["data"], "training", "delete its run to train it again"))
    for data, kind, remedy in parts:
        check = scale / CHECK.format(reading=reading, dataset=data["name"])
        if _content(check).get("fingerprint") not in (None, data["fingerprint"]):
            raise InputError(f"{file}: its {kind} data is not what {check} describes: {remedy}")


def _content(file: Path) -> dict:
    """What a record holds; nothing of one that is not there, or cannot be read."""
    try:
        content = read_json(file)
    except InputError:
        return {}
    return content if isinstance(content, dict) else {}
