"""Records from untrusted files: JSON, finite numbers, and the schema."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import ValidationError

from apnet.config.settings import Settings
from apnet.errors import InputError
from apnet.files import content_of
from apnet.records.blocks import Record
from apnet.records.other_jobs import AttentionMaps, Cost, DatasetCheck, SwitchEffects
from apnet.records.paths import RECORD, TEST
from apnet.records.ranked import RankedLists
from apnet.records.schema import Epoch, Evaluation, Run, evaluation_model, run_model
from apnet.runtime.environment import SCHEMA

_DEEPEST = 100
"""Levels of nesting. No record has ten, and what walks deeper ones runs out of stack."""


def load_run(file: Path) -> Run:
    """The record of a run.

    Raises:
        InputError: absent, unreadable, or not a valid record of the known schema.
    """
    return _load(file, run_model, "apnet results check lists what is wrong, or train the run again")


def settings_of(record: Run, file: Path) -> Settings:
    """The settings that a run's record holds.

    Args:
        file: the record's, for the message.

    Raises:
        InputError: a switch or a setting that is not known here.
    """
    try:
        return Settings.from_record(vars(record))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{file} is not a valid record: a switch or a setting is missing or of the wrong "
            f"kind: train the run again"
        ) from error


def load_evaluation(file: Path) -> Evaluation:
    """The record of an evaluation.

    Raises:
        InputError: as :func:`load_run`.
    """
    # What was named by mistake is not to be deleted.
    is_one = file.parent.name == TEST and file.name != RECORD
    remedy = "delete it to evaluate again" if is_one else f"name a {TEST}/*.json of a run"
    return _load(file, evaluation_model, remedy)


def load_cost(file: Path) -> Cost:
    """What `apnet complexity --out` wrote.

    Raises:
        InputError: as :func:`load_run`.
    """
    return _load(file, lambda _: Cost, "delete it to count again")


def load_switch_effects(file: Path) -> SwitchEffects:
    """What `apnet switch-effects --out` wrote.

    Raises:
        InputError: as :func:`load_run`.
    """
    return _load(file, lambda _: SwitchEffects, "delete it to measure again")


def load_check(file: Path) -> DatasetCheck:
    """What `apnet data check --out` wrote.

    Raises:
        InputError: as :func:`load_run`.
    """
    return _load(file, lambda _: DatasetCheck, "delete it to check the dataset again")


def load_ranked(file: Path) -> RankedLists:
    """What `apnet ranks` wrote beside its pictures.

    Raises:
        InputError: as :func:`load_run`.
    """
    return _load(file, lambda _: RankedLists, "delete it and its pictures to draw them again")


def load_about(text: str, file: Path) -> AttentionMaps:
    """What `about` holds in a file of attention maps.

    Args:
        file: it is from, for the message.

    Raises:
        InputError: as :func:`load_run`.
    """
    return _checked(text, file, lambda _: AttentionMaps, "delete it to make the maps again")


def load_epoch(line: bytes) -> tuple[Epoch | None, list[str]]:
    """A line of a history, or None, and what is wrong with it."""
    try:
        return validate(parse(line), Epoch)
    except ValueError as error:
        return None, [str(error)]


def parse(text: str | bytes) -> dict:
    """The object that JSON holds.

    Raises:
        ValueError: it is not JSON, nested deeper than any record, or not an object.
    """
    try:
        content = json.loads(text)
    except (RecursionError, ValueError) as error:
        raise ValueError("is not JSON: cut short, or damaged") from error
    if _is_deep(content, _DEEPEST):
        raise ValueError("is not JSON: nested too deeply")
    if not isinstance(content, dict):
        raise ValueError("is not a JSON object")
    return content


def validate(content: dict, model: type[Record]) -> tuple[Record | None, list[str]]:
    """The record in `content`, or None, and every fault in it, one sentence each."""
    faults = unfinite(content)
    try:
        record = model.model_validate(content)
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False)
        faults += [_sentence(fault) for fault in details if fault["type"] != "finite_number"]
    return (None, faults) if faults else (record, [])


def version_fault(content: dict) -> str | None:
    """What is wrong with the version of a record's schema, if anything."""
    schema = content.get("schema")
    return None if schema == SCHEMA else f"schema is {schema!r:.60}, not {SCHEMA}"


def unfinite(content: object) -> list[str]:
    """Where numbers are not finite; Python reads NaN and Infinity, which are not JSON."""
    return [f"{key} is not a finite number" for key in _unfinite(content)]


def _load(file: Path, model: Callable[[dict], type[Record]], remedy: str) -> Record:
    try:
        text = content_of(file)
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from error
    return _checked(text, file, model, remedy)


def _checked(
    text: str | bytes, file: Path, model: Callable[[dict], type[Record]], remedy: str
) -> Record:
    try:
        content = parse(text)
    except ValueError as error:
        raise InputError(f"{file} {error}: {remedy}") from error
    kind = model(content)
    fault = version_fault(content) if "version" in kind.model_fields else None
    record, faults = (None, [fault]) if fault else validate(content, kind)
    if record is None:
        raise InputError(f"{file} is not a valid record: {faults[0]}: {remedy}")
    return record


def _sentence(fault: dict) -> str:
    where = ".".join(_name(part) for part in fault["loc"]) or "the record"
    message = fault["msg"]
    if fault["type"] == "missing":
        return f"lacks {where}"
    if fault["type"] == "extra_forbidden":
        return f"{where} is not a known count"
    if fault["type"] == "model_type":
        return f"{where} is {fault['input']!r:.60}, not an object"
    if fault["type"] == "value_error":
        return f"{where} {message.removeprefix('Value error, ')}"
    if message.startswith("Input should be "):
        return f"{where} is {fault['input']!r:.60}, not {message.removeprefix('Input should be ')}"
    return f"{where}: {message[0].lower()}{message[1:]}"


def _name(part: str | int) -> str:
    # Keys may hold line ends, and halves of characters, which cannot be printed.
    name = str(part)
    return f"{name:.60}" if name.isascii() and name.isprintable() else f"{name!a:.60}"


def _is_deep(content: object, left: int) -> bool:
    inner = ()
    if isinstance(content, dict):
        inner = content.values()
    elif isinstance(content, list):
        inner = content
    return left == 0 or any(_is_deep(value, left - 1) for value in inner)


def _unfinite(content: object, key: str = "") -> Iterator[str]:
    if isinstance(content, int | float):
        # A whole number that no floating-point number reaches is not finite either.
        if not abs(content) <= sys.float_info.max:
            yield key
    elif isinstance(content, dict):
        for name, value in content.items():
            yield from _unfinite(value, f"{key}.{_name(name)}" if key else _name(name))
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from _unfinite(value, f"{key}[{number}]")
