"""Whether a history is that of its run."""

from collections.abc import Iterator
from pathlib import Path

from apnet.records.findings import Finding, error, unreadable
from apnet.records.load import load_epoch
from apnet.records.schema import Epoch


def check_history(file: Path, epochs: int, steps_per_epoch: int) -> Iterator[Finding]:
    """What is wrong with a history, given the epochs that its run's settings ask for."""
    try:
        text = file.read_bytes() if file.is_file() else None
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
    entries, found = [], []
    if text and not text.endswith(b"\n"):
        found.append(error(file, "its last line is cut short"))
    for number, line in enumerate(text.splitlines(), start=1):
        entry, faults = load_epoch(line)
        found += [error(file, f"line {number}: {fault}") for fault in faults]
        entries.append(entry)
    return entries, found


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
