"""Whether a run's folder is what its record says."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from apnet.files import digest, sha256
from apnet.results.findings import Finding, error, misfits, note, read_record, unfinite

_SETTINGS = ("model", "dataset", "reading", "switches", "recipe", "settings", "seed")
_TEXTS = ("settings_sha256", "code_fingerprint", "provenance", "checkpoint_sha256")
_FORM = {
    **dict.fromkeys(("model", "dataset", "reading", "recipe", *_TEXTS), str),
    **dict.fromkeys(("data.name", "data.fingerprint"), str),
    **dict.fromkeys(("switches", "settings"), dict),
    "seed": int,
}
_TRAINED = dict.fromkeys(("steps", "steps_per_epoch", "settings.epochs"), int)
_SEED = re.compile(r"seed(\d+)")


def check_run(folder: Path) -> tuple[dict | None, list[Finding]]:
    """The record of the run in `folder`, None if it is of no use, and what is wrong."""
    file = folder / "run.json"
    record, found = read_record(file, _FORM)
    if record is None:
        return None, found
    found += [*_settings(file, record), *_address(file, record), *_weights(folder, record)]
    if record["provenance"] == "trained":
        found += _trained(folder, record)
    return record, found


def _settings(file: Path, record: dict) -> Iterator[Finding]:
    if digest({key: record[key] for key in _SETTINGS}) != record["settings_sha256"]:
        yield error(file, "settings_sha256 is not the digest of its settings: edited by hand?")
    if record["data"]["name"] != record["dataset"]:
        yield error(
            file, f"was trained on {record['data']['name']!r} and says {record['dataset']!r}"
        )


def _address(file: Path, record: dict) -> Iterator[Finding]:
    """Hold the record against <reading>/<training set>/<model>/seed<n>, where it lies so."""
    seed = _SEED.fullmatch(file.parent.name)
    if seed is None:
        return
    model, dataset, reading = (parent.name for parent in file.absolute().parents[1:4])
    lies = {"seed": int(seed[1]), "model": model, "dataset": dataset, "reading": reading}
    for key, value in lies.items():
        if record[key] != value:
            yield error(file, f"its {key} is {record[key]!r}, its folder says {value!r}")


def _weights(folder: Path, record: dict) -> Iterator[Finding]:
    file = folder / "model.safetensors"
    if not file.is_file():
        yield error(file, "is absent, so nothing can be evaluated again")
    elif sha256(file) != record["checkpoint_sha256"]:
        yield error(file, "is not the file that run.json names: its SHA-256 is another")
    if (folder / "checkpoints").exists():
        yield note(folder / "checkpoints", "is left of a training that has ended")


def _trained(folder: Path, record: dict) -> Iterator[Finding]:
    """Steps and epochs of the record and of the history against the settings."""
    file, history = folder / "run.json", folder / "history.jsonl"
    misfit = [error(file, message) for message in misfits(record, _TRAINED)]
    if misfit:
        yield from misfit
        return
    epochs, each, steps = record["settings"]["epochs"], record["steps_per_epoch"], record["steps"]
    if steps != epochs * each:
        yield error(file, f"has {steps} steps, and its settings {epochs} epochs of {each}")
    if not history.is_file():
        if epochs:
            yield error(history, "is absent")
        return
    lines, faults = _lines(history)
    yield from faults
    if faults:
        return
    found = [line.get("epoch") for line in lines]
    if found != list(range(1, len(found) + 1)):
        yield error(history, "its epochs do not follow one another from 1")
    elif len(found) != epochs:
        yield error(history, f"has {len(found)} epochs, and the settings {epochs}")
    wrong = [line["epoch"] for line in lines if line.get("step") != line.get("epoch", 0) * each]
    if wrong:
        yield error(history, f"epoch {wrong[0]} does not end {each} steps after the one before")


def _lines(history: Path) -> tuple[list[dict], list[Finding]]:
    """The lines of a history, and those that are torn or hold what is no finite number."""
    text = history.read_bytes()
    entries, found = [], []
    if text and not text.endswith(b"\n"):
        found.append(error(history, "its last line is cut short"))
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict) or not isinstance(entry.get("epoch"), int):
            found.append(error(history, f"line {number} is not an epoch in JSON"))
            continue
        found += [
            error(history, f"line {number}: {place} is not a finite number")
            for place in unfinite(entry)
        ]
        entries.append(entry)
    return entries, found
