"""Evaluation records, read and not trusted: form, range, and what their path says."""

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from apnet.errors import InputError
from apnet.files import read_json
from apnet.records.paths import Evaluation
from reproduction.paper.yamlfiles import SCHEMAS

_AGAIN = "delete it to evaluate again"


@dataclass(frozen=True)
class Record:
    """A record that has been checked. `content` is as `apnet evaluate` wrote it."""

    evaluation: Evaluation
    file: Path
    content: dict

    @property
    def training(self) -> dict:
        """What the record says of the training."""
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
        found = self.percents()
        if metric not in found:
            known = ", ".join(found)
            raise InputError(f"{self.file} holds {known}, not {metric!r}: mend the paper's table")
        return found[metric]

    def percents(self) -> dict[str, float]:
        """Every metric, in percent, mAP first."""
        ranks = sorted(self.content["cmc"], key=int)
        accuracies = {f"R-{rank}": 100 * self.content["cmc"][rank] for rank in ranks}
        return {"mAP": 100 * self.content["mAP"], **accuracies}


def read_record(evaluation: Evaluation, scale: Path) -> Record | None:
    """The record of an evaluation under results/<scale>; None if there is none.

    Raises:
        InputError: it is not JSON, not a record of the known version, holds what is no
            fraction, or speaks of another run than its path.
    """
    file = scale / evaluation.file
    if not file.exists():
        return None
    content = read_json(file)
    error = best_match(_form().iter_errors(content))
    if error is not None:
        place = ".".join(str(part) for part in error.absolute_path)
        raise InputError(f"{file}: {place or 'record'}: {error.message}: {_AGAIN}")
    _check_numbers(file, content)
    _check_address(file, content, evaluation)
    return Record(evaluation, file, content)


@cache
def _form() -> Draft202012Validator:
    schema = (SCHEMAS / "evaluation.schema.yaml").read_text(encoding="utf-8")
    return Draft202012Validator(yaml.safe_load(schema))


def _check_numbers(file: Path, content: dict) -> None:
    # Python reads NaN from JSON, and NaN is neither below 0 nor above 1.
    for name, value in {"mAP": content["mAP"], **content["cmc"]}.items():
        if not math.isfinite(value):
            raise InputError(f"{file}: {name} is {value}, not a fraction: {_AGAIN}")
    curve = [content["cmc"][rank] for rank in sorted(content["cmc"], key=int)]
    if curve != sorted(curve):
        raise InputError(f"{file}: cmc falls as the rank grows, which no ranking does: {_AGAIN}")


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
    for kind, said, wanted in expected:
        if said != wanted:
            raise InputError(f"{file}: its {kind} is {said!r}, its path says {wanted!r}: {_AGAIN}")
