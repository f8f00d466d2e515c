"""Whether a run's folder is what its record says."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from apnet.files import digest, sha256
from apnet.records.check_history import check_history
from apnet.records.findings import Finding, error, note, read_record, unreadable
from apnet.records.forms import TRAINED, run_form

_SETTINGS = ("model", "dataset", "reading", "switches", "recipe", "settings", "seed")
_SEED = re.compile(r"seed(\d+)")


def check_run(folder: Path) -> tuple[dict | None, list[Finding]]:
    """The record of the run in `folder`, None if it is of no use, and what is wrong."""
    file = folder / "run.json"
    record, found = read_record(file, run_form)
    if record is None:
        return None, found
    found += [*_settings(file, record), *_address(file, record), *_weights(folder, record)]
    if record["provenance"] == TRAINED:
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
    # As it is called: a link to a folder of another name is the run's own place.
    folder = Path(os.path.normpath(file.parent.absolute()))
    seed, above = _SEED.fullmatch(folder.name), [parent.name for parent in folder.parents]
    if seed is None or len(above) < 3:
        return
    # As it is written: seed00 is the folder of no seed.
    if seed[1] != str(record["seed"]):
        yield error(file, f"its seed is {record['seed']}, its folder says {seed[1]}")
    for key, value in zip(("model", "dataset", "reading"), above, strict=False):
        if record[key] != value:
            yield error(file, f"its {key} is {record[key]!r}, its folder says {value!r}")


def _weights(folder: Path, record: dict) -> Iterator[Finding]:
    file = folder / "model.safetensors"
    try:
        found = sha256(file) if file.is_file() else None
    except OSError as reason:
        yield unreadable(file, reason)
    else:
        if found is None:
            yield error(file, "is absent, so nothing can be evaluated again")
        elif found != record["checkpoint_sha256"]:
            yield error(file, "is not the file that run.json names: its SHA-256 is another")
    if (folder / "checkpoints").exists():
        yield note(folder / "checkpoints", "is left of a training that has ended")


def _trained(folder: Path, record: dict) -> Iterator[Finding]:
    """Steps and epochs of the record and of the history against the settings."""
    epochs, each, steps = record["settings"]["epochs"], record["steps_per_epoch"], record["steps"]
    if steps != epochs * each:
        yield error(
            folder / "run.json", f"has {steps} steps, and its settings {epochs} epochs of {each}"
        )
    yield from check_history(folder / "history.jsonl", epochs, each)
