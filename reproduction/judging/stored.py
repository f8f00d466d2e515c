"""A judged table as JSON, which passes from the job that judges to those that render."""

from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from reproduction.errors import InputError
from reproduction.files import read_json, write_json
from reproduction.judging.cells import JudgedTable
from reproduction.paper.tables import Paper

SCHEMA = 3
"""Version of the JSON."""

_JUDGED = TypeAdapter(JudgedTable)


def write_judged(file: Path, judged: JudgedTable) -> None:
    """Write a judged table."""
    write_json(file, {"schema": SCHEMA, **asdict(judged)})


def read_judged(file: Path, table: str) -> JudgedTable:
    """The judged table that :func:`write_judged` wrote.

    Raises:
        InputError: unreadable, or of another table or version.
    """
    content = read_json(file)
    wanted = {"schema": SCHEMA, "table": table}
    if isinstance(content, dict) and {key: content.get(key) for key in wanted} == wanted:
        with suppress(ValidationError):
            return _JUDGED.validate_python(content)
    raise InputError(
        f"{file} does not hold the cells of {table} in version {SCHEMA}: judge the table again"
    )


def read_there(folder: Path, paper: Paper) -> tuple[dict[str, JudgedTable], dict[str, str]]:
    """The tables that have been judged, and why others cannot be read, or have to be refused."""
    judged, refused = {}, dict(paper.edited)
    for name in paper.tables:
        file = folder / f"{name}.json"
        try:
            if name not in refused and file.exists():
                judged[name] = read_judged(file, name)
        except InputError as error:
            refused[name] = str(error)
    return judged, refused
