"""Facts as JSON, which passes from the job that gathers them to the one that renders."""

from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from reproduction.errors import InputError
from reproduction.files import read_json, write_json
from reproduction.site.facts import Facts

SCHEMA = 1
"""Version of the JSON."""

_FACTS = TypeAdapter(Facts)


def write_facts(file: Path, facts: Facts) -> None:
    """Write them as JSON."""
    write_json(file, {"schema": SCHEMA, **asdict(facts)})


def read_facts(file: Path) -> Facts:
    """Read what :func:`write_facts`, or another harness, wrote.

    Raises:
        InputError: unreadable, of another version, or not of this form.
    """
    content = read_json(file)
    if isinstance(content, dict) and content.get("schema") == SCHEMA:
        with suppress(ValidationError):
            return _FACTS.validate_python(content)
    raise InputError(f"{file} holds no facts of results in version {SCHEMA}: make it again")
