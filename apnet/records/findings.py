"""Findings of a check of results, and how it reads untrusted files."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from apnet.errors import plain
from apnet.files import content_of
from apnet.records.blocks import Record
from apnet.records.load import parse, validate, version_fault

ERROR = "error"
NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One line of a check.

    Attributes:
        kind: `error`, these results cannot be trusted as they are; or `note`.
        file: what it is about.
        message: one sentence.
    """

    kind: str
    file: Path
    message: str

    def __str__(self) -> str:
        return plain(f"{self.kind:<5}  {self.file}: {self.message}")


def printable(text: str) -> str:
    """Text without halves of characters, as a file's name that is no UTF-8 has them."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def error(file: Path, message: str) -> Finding:
    """Something that is wrong."""
    return Finding(ERROR, file, message)


def note(file: Path, message: str) -> Finding:
    """Something that a reader should know."""
    return Finding(NOTE, file, message)


def unreadable(file: Path, reason: OSError) -> Finding:
    """A file that the system does not read."""
    return error(file, f"cannot be read ({reason.strerror})")


def read(file: Path) -> tuple[dict | None, list[Finding]]:
    """A JSON object, or None, and why the file holds none."""
    try:
        return parse(content_of(file)), []
    except OSError as reason:
        return None, [unreadable(file, reason)]
    except ValueError as reason:
        return None, [error(file, str(reason))]


def read_record(
    file: Path, model: Callable[[dict], type[Record]]
) -> tuple[Record | None, dict | None, list[Finding]]:
    """The record of a run or an evaluation, the content of its file, and what is wrong.

    Args:
        model: the model that content has to satisfy.

    Returns:
        None for the record if anything is wrong with it.
    """
    content, findings = read(file)
    if content is None:
        return None, None, findings
    fault = version_fault(content)
    if fault:
        return None, content, [error(file, f"its {fault}")]
    record, faults = validate(content, model(content))
    return record, content, [error(file, message) for message in faults]
