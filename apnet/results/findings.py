"""What a check of results finds, and how it reads files that it does not trust."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import UnionType

from apnet.record import SCHEMA

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
        return f"{self.kind:<5}  {self.file}: {self.message}"


def error(file: Path, message: str) -> Finding:
    """Something that is wrong."""
    return Finding(ERROR, file, message)


def note(file: Path, message: str) -> Finding:
    """Something that a reader should know."""
    return Finding(NOTE, file, message)


def read(file: Path) -> tuple[dict | None, list[Finding]]:
    """A JSON object, or None, and what is wrong with the file."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as reason:
        return None, [error(file, f"cannot be read ({reason.strerror})")]
    except (ValueError, RecursionError):
        return None, [error(file, "is not JSON: cut short, or damaged")]
    if not isinstance(content, dict):
        return None, [error(file, "is not a JSON object")]
    return content, [error(file, f"{place} is not a finite number") for place in unfinite(content)]


def read_record(
    file: Path, form: Mapping[str, type | UnionType]
) -> tuple[dict | None, list[Finding]]:
    """A record of a run or an evaluation, or None, and why it is of no use.

    Args:
        form: dotted key -> the type of its value.
    """
    record, found = read(file)
    if record is None:
        return None, found
    if record.get("schema") != SCHEMA:
        return None, [*found, error(file, f"its schema is {record.get('schema')!r}, not {SCHEMA}")]
    found += [error(file, message) for message in misfits(record, form)]
    return (None if found else record), found


def unfinite(content: object, place: str = "") -> Iterator[str]:
    """Where numbers are not finite; Python reads NaN and Infinity, which are no JSON."""
    if isinstance(content, float) and not math.isfinite(content):
        yield place
    elif isinstance(content, dict):
        for key, value in content.items():
            yield from unfinite(value, f"{place}.{key}" if place else str(key))
    elif isinstance(content, list):
        for number, value in enumerate(content):
            yield from unfinite(value, f"{place}[{number}]")


def misfits(content: dict, form: Mapping[str, type | UnionType]) -> Iterator[str]:
    """What a record does not hold as it should.

    Args:
        form: dotted key -> the type of its value.
    """
    for key, kind in form.items():
        value: object = content
        for part in key.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value is None:
            yield f"lacks {key}"
        elif not isinstance(value, kind) or isinstance(value, bool):
            yield f"{key} is {value!r:.60}, not of type {getattr(kind, '__name__', kind)}"
