"""Whether a run's folder, its history included, is what its record says."""

import os
from collections.abc import Iterator
from pathlib import Path

from apnet.files import content_of, digest, sha256
from apnet.records import paths
from apnet.records.findings import Finding, error, note, read_record, unreadable
from apnet.records.load import load_epoch
from apnet.records.schema import Epoch, Run, TrainedRun, run_model

WEIGHTS_ABSENT = "is absent, so nothing can be evaluated again"
"""Of a run's weights; its records are as good without them."""

_SETTINGS = ("model", "dataset", "reading", "switches", "recipe", "settings", "seed")


def check_run(folder: Path) -> tuple[Run | None, list[Finding]]:
    """The record of the run in `folder`, None if it is not valid, and what is wrong."""
    file = folder / paths.RECORD
    record, content, findings = read_record(file, run_model)
    if record is None:
        return None, findings
    # From the file's content: a key that has been renamed since is digested under its old name.
    if digest({key: content[key] for key in _SETTINGS}) != record.settings_sha256:
        findings.append(error(file, "settings_sha256 is not the digest of its settings: edited?"))
    if record.data.name != record.dataset:
        names = f"dataset is {record.dataset!r} and data.name {record.data.name!r}"
        findings.append(error(file, f"its {names}"))
    findings += [*_address(file, record), *_weights(folder, record)]
    if isinstance(record, TrainedRun):
        findings += _trained(folder, record)
    return record, findings


def _address(file: Path, record: Run) -> Iterator[Finding]:
    """Hold the record against <reading>/<training set>/<model>/seed<n>, where it lies so."""
    # Not resolved: a link gives a run its path, whatever folder it leads to.
    folder = Path(os.path.normpath(file.parent.absolute()))
    if len(folder.parts) < 5 or not paths.SEED.fullmatch(folder.name):
        return
    keys = ("reading", "dataset", "model")
    for key, name in zip(keys, folder.parts[-4:], strict=False):
        if getattr(record, key) != name:
            yield error(file, f"its {key} is {getattr(record, key)!r}, its folder says {name!r}")
    if folder.name != f"seed{record.seed}":
        yield error(
            file, f"its seed is {record.seed}, its folder says {folder.name.removeprefix('seed')}"
        )


def _weights(folder: Path, record: Run) -> Iterator[Finding]:
    file = folder / paths.WEIGHTS
    try:
        actual = sha256(file) if file.is_file() else None
    except OSError as reason:
        yield unreadable(file, reason)
    else:
        if actual is None:
            yield error(file, WEIGHTS_ABSENT)
        elif actual != record.checkpoint_sha256:
            yield error(file, "is not the file that run.json names: its SHA-256 is another")
    if (folder / paths.CHECKPOINTS).exists():
        yield note(folder / paths.CHECKPOINTS, "left over from a training that has ended")


def _trained(folder: Path, record: TrainedRun) -> Iterator[Finding]:
    """Steps and epochs of the record and of the history against the settings."""
    epochs, each = record.settings["epochs"], record.steps_per_epoch
    if record.steps != epochs * each:
        file = folder / paths.RECORD
        yield error(file, f"has {record.steps} steps, and its settings {epochs} epochs of {each}")
    yield from _history(folder / paths.HISTORY, epochs, each)


def _history(file: Path, epochs: int, steps_per_epoch: int) -> Iterator[Finding]:
    """What is wrong with a history, given the epochs that its run's settings ask for."""
    try:
        text = content_of(file) if file.is_file() else None
    except OSError as reason:
        yield unreadable(file, reason)
        return
    if text is None:
        if epochs:
            yield error(file, "is absent")
        return
    entries, wrong = _lines(file, text)
    yield from wrong
    if not wrong:
        yield from _sequence(file, entries, epochs, steps_per_epoch)


def _lines(file: Path, text: bytes) -> tuple[list[Epoch], list[Finding]]:
    """The lines of a history, and what is wrong with any."""
    entries, findings = [], []
    if text and not text.endswith(b"\n"):
        findings.append(error(file, "its last line is cut short"))
    for number, line in enumerate(text.splitlines(), start=1):
        entry, faults = load_epoch(line)
        findings += [error(file, f"line {number}: {fault}") for fault in faults]
        entries.append(entry)
    return entries, findings


def _sequence(
    file: Path, entries: list[Epoch], epochs: int, steps_per_epoch: int
) -> Iterator[Finding]:
    numbers = [entry.epoch for entry in entries]
    if numbers != list(range(1, len(numbers) + 1)):
        yield error(file, "its epochs are not numbered 1, 2, 3, … in order")
    elif len(numbers) != epochs:
        yield error(file, f"has {len(numbers)} epochs, and the settings {epochs}")
    late = [entry.epoch for entry in entries if entry.step != entry.epoch * steps_per_epoch]
    if late:
        yield error(
            file, f"epoch {late[0]} does not end {steps_per_epoch} steps after the one before"
        )
