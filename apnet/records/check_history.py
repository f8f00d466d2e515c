"""Whether a history is that of its run."""

from collections.abc import Iterator
from pathlib import Path

from apnet.records.findings import Finding, error, unreadable
from apnet.records.forms import EPOCH
from apnet.records.kinds import faults, parse


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


def read_epoch(line: bytes) -> dict | None:
    """A line of a history, whatever it holds; None if that is no JSON object."""
    try:
        entry = parse(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def _lines(file: Path, text: bytes) -> tuple[list[dict], list[Finding]]:
    """The lines of a history, and what is wrong with any."""
    entries, found = [], []
    if text and not text.endswith(b"\n"):
        found.append(error(file, "its last line is cut short"))
    for number, line in enumerate(text.splitlines(), start=1):
        entry = read_epoch(line)
        if entry is None:
            found.append(error(file, f"line {number} is not an epoch in JSON"))
            continue
        found += [error(file, f"line {number}: {message}") for message in faults(entry, EPOCH)]
        entries.append(entry)
    return entries, found


def _sequence(
    file: Path, entries: list[dict], epochs: int, steps_per_epoch: int
) -> Iterator[Finding]:
    found = [entry["epoch"] for entry in entries]
    if found != list(range(1, len(found) + 1)):
        yield error(file, "its epochs do not follow one another from 1")
    elif len(found) != epochs:
        yield error(file, f"has {len(found)} epochs, and the settings {epochs}")
    late = [
        entry["epoch"] for entry in entries if entry["step"] != entry["epoch"] * steps_per_epoch
    ]
    if late:
        yield error(
            file, f"epoch {late[0]} does not end {steps_per_epoch} steps after the one before"
        )
