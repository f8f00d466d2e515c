"""What a check of results finds, and how it reads files that it does not trust."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from apnet.records.kinds import Form, faults, misfits, parse
from apnet.runtime.environment import SCHEMA

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
        return printable(f"{self.kind:<5}  {self.file}: {self.message}")


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
    """What the system would not let be read."""
    return error(file, f"cannot be read ({reason.strerror})")


def read(file: Path) -> tuple[dict | None, list[Finding]]:
    """A JSON object, or None, and what is wrong with the file."""
    try:
        content = parse(file.read_text(encoding="utf-8"))
    except OSError as reason:
        return None, [unreadable(file, reason)]
    except ValueError:
        return None, [error(file, "is not JSON: cut short, or damaged")]
    if not isinstance(content, dict):
        return None, [error(file, "is not a JSON object")]
    return content, [error(file, message) for message in faults(content, {})]


def read_record(file: Path, form_of: Callable[[dict], Form]) -> tuple[dict | None, list[Finding]]:
    """A record of a run or an evaluation, or None, and why it is of no use.

    Args:
        form_of: the form that a record has to have.
    """
    record, found = read(file)
    if record is None:
        return None, found
    if record.get("schema") != SCHEMA:
        schema = record.get("schema")
        return None, [*found, error(file, f"its schema is {schema!r:.60}, not {SCHEMA}")]
    found += [error(file, message) for message in misfits(record, form_of(record))]
    return (None if found else record), found
